"""Remove companies whose founders never proved an address."""

from typing import Any

from django.core.management import BaseCommand

from apps.signup.abandonment import remove_abandoned


class Command(BaseCommand):
    help = "Removes companies older than ABANDONED_AFTER_DAYS in which nobody has proved an e-mail address."

    def handle(self, *args: Any, **options: Any) -> None:
        removed = 0
        for company in remove_abandoned():
            removed += 1
            self.stdout.write(f"{company.subdomain}, founded on {company.created_at:%Y-%m-%d}; removed.")
        if options["verbosity"]:
            self.stdout.write(f"{removed} removed.")
