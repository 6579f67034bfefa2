"""Django's migrate, run by the role that owns the tables."""

from typing import Any

from django.core.management import CommandError
from django.core.management.commands import migrate

from lib.tenancy.context import as_owner
from lib.tenancy.exceptions import NoTenantError


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> Any:
        try:
            with as_owner():
                return super().handle(*args, **options)
        except NoTenantError as error:
            raise CommandError(f"{error} All tenants: `python manage.py migrate_tenants`.") from error
