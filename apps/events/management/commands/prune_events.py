"""Remove old events, of one company or of all."""

from datetime import timedelta
from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError
from django.utils import timezone

from apps.events.retention import prune
from lib.tenancy import tenant_context
from lib.tenancy.exceptions import TenancyError, TenantDoesNotExistError
from lib.tenancy.fleet import get_tenant, provisioned_tenants


class Command(BaseCommand):
    help = "Removes events older than a number of days, of every company or of one. There is no way back."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--older-than-days", type=int, required=True, metavar="DAYS", help="how many days are kept"
        )
        parser.add_argument("--company", metavar="SUBDOMAIN", help="only this company's")

    def handle(self, *args: Any, older_than_days: int, company: str | None, **options: Any) -> None:
        if older_than_days < 1:
            raise CommandError(f"--older-than-days is {older_than_days}; keep at least one day.")
        try:
            companies = [get_tenant(company)] if company else list(provisioned_tenants())
            before = timezone.now() - timedelta(days=older_than_days)
        except TenantDoesNotExistError as error:
            raise CommandError(str(error)) from error
        except OverflowError as error:
            raise CommandError(
                f"--older-than-days is {older_than_days}, more days than there are."
            ) from error
        failed = []
        for each in companies:
            try:
                with tenant_context(each):
                    self.stdout.write(f"{each.subdomain}: {prune(before)} removed")
            except (DatabaseError, TenancyError) as error:
                failed.append(each.subdomain)
                self.stderr.write(self.style.ERROR(f"{each.subdomain}: {type(error).__name__}: {error}"))
        if failed:
            raise CommandError(f"Not finished: {', '.join(failed)}. Run the command again; it goes on there.")
