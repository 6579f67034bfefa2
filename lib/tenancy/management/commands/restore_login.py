"""Make the login of a tenant's database again."""

from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser

from lib.tenancy.exceptions import EncryptionKeyError, TenantDoesNotExistError
from lib.tenancy.fleet import get_tenant
from lib.tenancy.logins import restore_login
from lib.tenancy.states import Isolation


class Command(BaseCommand):
    help = "Makes the login of a tenant's own database, or sets it right, from the password that is stored."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("subdomain", help="the tenant, by its subdomain")

    def handle(self, *args: Any, subdomain: str, **options: Any) -> None:
        try:
            tenant = get_tenant(subdomain)
            if tenant.isolation != Isolation.DATABASE:
                raise CommandError(
                    f"{subdomain!r} is a schema and has no login. `manage.py doctor` names what it lacks."
                )
            restore_login(tenant)
        except (TenantDoesNotExistError, EncryptionKeyError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{tenant.database_user} can log in again.")
