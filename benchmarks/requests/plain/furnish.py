from django.core.management import call_command

from benchmarks.requests.shop.stock import stock_up


def furnish(companies: int) -> None:
    """Make the tables and the rows. There is one company, whatever the host."""
    call_command("migrate", verbosity=0)
    stock_up()
