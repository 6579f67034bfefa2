"""The contestant django-tenants, in an environment of its own: python -m benchmarks.fleet.theirs COMMAND."""

import sys

import django
from django.core.management import call_command

from benchmarks.fleet.measuring import answer, seconds_of

django.setup()

from django_tenants.utils import tenant_context  # noqa: E402

from benchmarks.fleet.library.models import Author, Book  # noqa: E402 - models need the set-up
from benchmarks.fleet.their_customers.models import Customer  # noqa: E402

_BOOKS = 20


def prepare() -> None:
    """Make the shared tables."""
    call_command("migrate_schemas", "--shared", verbosity=0, interactive=False)
    answer()


def found(upto: int) -> None:
    """Make tenants until there are so many, and print how long each took."""

    def make(number: int) -> None:
        Customer(schema_name=f"c{number:04d}", name=str(number)).save(verbosity=0)

    first = Customer._default_manager.count()
    answer(seconds=[seconds_of(make, number) for number in range(first, upto)])


def fill(upto: int) -> None:
    """Give each of the first tenants an author and books."""
    for customer in Customer._default_manager.order_by("schema_name")[:upto]:
        with tenant_context(customer):
            author = Author._default_manager.create(name="Somebody")
            Book._default_manager.bulk_create(
                Book(author=author, title=f"book {number}") for number in range(_BOOKS)
            )
    answer()


def migrate(upto: int) -> None:
    """Migrate all tenants, and print how long that took."""
    assert Customer._default_manager.count() == upto
    answer(seconds=seconds_of(call_command, "migrate_schemas", "--tenant", verbosity=0, interactive=False))


if __name__ == "__main__":
    command, *arguments = sys.argv[1:]
    globals()[command](*map(int, arguments))
