from django.core.management import call_command

from benchmarks.requests.shop.stock import stock_up
from benchmarks.requests.terrace.models import Company
from lib.tenancy.provisioning import provisioning


def furnish(companies: int) -> None:
    """Make the platform and its companies, each with its rows."""
    call_command("prepare", verbosity=0)
    for number in range(companies):
        with provisioning(Company(subdomain=f"company-{number}")):
            stock_up()
