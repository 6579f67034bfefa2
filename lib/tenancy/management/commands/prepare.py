"""Bring the database to what this code needs: the platform's tables and the tenant template."""

from typing import Any

from django.core.management import BaseCommand, CommandError, call_command

from lib.tenancy.conf import MASTER_ALIAS
from lib.tenancy.exceptions import PrivilegeError, TemplateBuildError, UnreachableDatabaseError
from lib.tenancy.privileges import prepare_login
from lib.tenancy.template import ensure_template


class Command(BaseCommand):
    help = "Checks the database login, migrates the platform's own tables and makes the tenant template."
    requires_migrations_checks = False

    def handle(self, *args: Any, **options: Any) -> None:
        verbosity = options["verbosity"]
        try:
            prepare_login()
            call_command("migrate", database=MASTER_ALIAS, verbosity=max(verbosity - 1, 0), interactive=False)
            call_command("createcachetable", database=MASTER_ALIAS, verbosity=0)
            made = ensure_template()
        except (PrivilegeError, TemplateBuildError, UnreachableDatabaseError) as error:
            raise CommandError(str(error)) from error
        if verbosity:
            self.stdout.write(f"Platform ready; the tenant template was {'made' if made else 'up to date'}.")
