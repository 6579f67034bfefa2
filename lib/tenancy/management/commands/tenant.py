"""Run any management command as one tenant."""

import argparse
from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser, ManagementUtility

from lib.tenancy.context import tenant_context
from lib.tenancy.exceptions import TenantDoesNotExistError
from lib.tenancy.fleet import get_tenant


class Command(BaseCommand):
    help = "Runs a management command as one tenant, e.g. `manage.py tenant acme shell`."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("subdomain", help="the tenant, by its subdomain")
        parser.add_argument(
            "words", nargs=argparse.REMAINDER, metavar="command", help="the command and its options"
        )

    def handle(self, *args: Any, subdomain: str, words: list[str], **options: Any) -> None:
        if not words:
            raise CommandError(
                f"Name the command to run as {subdomain!r}, e.g. `manage.py tenant {subdomain} shell`."
            )
        try:
            tenant = get_tenant(subdomain)
        except TenantDoesNotExistError as error:
            raise CommandError(str(error)) from error
        with tenant_context(tenant):
            ManagementUtility(["manage.py", *words]).execute()
