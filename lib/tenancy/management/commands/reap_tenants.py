"""Remove what crashes left of tenants that never came to be."""

from typing import Any

from django.core.management import BaseCommand

from lib.tenancy.reaping import reap_tenants


class Command(BaseCommand):
    help = "Removes tenants that a crash left unfinished, and those that failed long ago."

    def handle(self, *args: Any, **options: Any) -> None:
        removed = 0
        for tenant in reap_tenants():
            removed += 1
            why = f": {tenant.state_reason}" if tenant.state_reason else ""
            self.stdout.write(f"{tenant.subdomain} was {tenant.get_state_display()}{why}; removed.")
        if options["verbosity"]:
            self.stdout.write(f"{removed} removed.")
