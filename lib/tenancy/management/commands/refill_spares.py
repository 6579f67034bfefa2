"""Make schemas in advance for tenants to come."""

from typing import Any

from django.core.management import BaseCommand, CommandError

from lib.tenancy.conf import wanted_spares
from lib.tenancy.exceptions import TemplateMissingError
from lib.tenancy.spares import refill_spares


class Command(BaseCommand):
    help = "Makes spare schemas until there are TENANCY_SPARES. To be run by a timer, and after each release."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            made = refill_spares()
        except TemplateMissingError as error:
            raise CommandError(str(error)) from error
        if options["verbosity"]:
            self.stdout.write(f"Spare schemas: {made} made, {wanted_spares()} wanted (TENANCY_SPARES).")
