"""Bring the database to what this code needs: the platform's tables and the tenant template."""

from typing import Any

from django.core.management import BaseCommand, CommandError, call_command

from lib.tenancy.adoption import adopt_schemas, ensure_tenant_roles
from lib.tenancy.conf import MASTER_ALIAS
from lib.tenancy.context import as_owner
from lib.tenancy.exceptions import PrivilegeError, TemplateBuildError, UnreachableDatabaseError
from lib.tenancy.foundation import grant_master, lay_foundation
from lib.tenancy.preparation import preparing_alone
from lib.tenancy.servers import server_names
from lib.tenancy.template_building import ensure_template


class Command(BaseCommand):
    help = "Checks the database login, migrates the platform's own tables and makes the tenant template."
    requires_migrations_checks = False

    def handle(self, *args: Any, **options: Any) -> None:
        verbosity = options["verbosity"]
        try:
            with preparing_alone():
                adopted, made = _prepare(max(verbosity - 1, 0))
        except (PrivilegeError, TemplateBuildError, UnreachableDatabaseError) as error:
            raise CommandError(str(error)) from error
        if verbosity and adopted:
            self.stdout.write(f"Given to the role that owns the tables: {', '.join(adopted)}.")
        if verbosity:
            self.stdout.write(f"Platform ready; the tenant template was {'made' if made else 'up to date'}.")


def _prepare(migrate_verbosity: int) -> tuple[list[str], bool]:
    for server in server_names():
        lay_foundation(server)
    with as_owner():
        adopted = adopt_schemas()
        call_command("migrate", database=MASTER_ALIAS, verbosity=migrate_verbosity, interactive=False)
        call_command("createcachetable", database=MASTER_ALIAS, verbosity=0)
        grant_master()
        ensure_tenant_roles()
        return adopted, ensure_template()
