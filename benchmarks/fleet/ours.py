"""The contestant of this project: python -m benchmarks.fleet.ours COMMAND [NUMBER]."""

import sys
from functools import partial
from typing import Any

import django
from django.apps import apps
from django.core.management import call_command
from django.db import connection, transaction

from benchmarks.fleet.measuring import answer, seconds_of

django.setup()

from benchmarks.fleet.customers.models import Customer  # noqa: E402 - models need the set-up
from benchmarks.fleet.library.models import Author, Book  # noqa: E402
from benchmarks.fleet.releases import FUNCTION  # noqa: E402
from lib.tenancy.administration import administer  # noqa: E402
from lib.tenancy.context import as_owner, tenant_context  # noqa: E402
from lib.tenancy.migrating.choice import Choice  # noqa: E402
from lib.tenancy.migrating.compilation import Planner  # noqa: E402
from lib.tenancy.migrating.histories import read_histories  # noqa: E402
from lib.tenancy.migrating.plans import END_OF_STEP, joined, step_texts  # noqa: E402
from lib.tenancy.migrating.runs import Run  # noqa: E402
from lib.tenancy.migrating.targets import Target  # noqa: E402
from lib.tenancy.migrating.turn import our_turn  # noqa: E402
from lib.tenancy.provisioning import provisioning  # noqa: E402
from lib.tenancy.roles import create_role, grant_rows, owner_role, set_role, tenant_role  # noqa: E402
from lib.tenancy.states import Isolation  # noqa: E402
from lib.tenancy.template import TEMPLATE_SCHEMA, load_template  # noqa: E402
from lib.tenancy.template_database import ensure_template_database  # noqa: E402

_BOOKS = 20


def prepare() -> None:
    """Make the platform and the template; print the SQL of a new schema, named TEMPLATE_SCHEMA in it."""
    call_command("prepare", verbosity=0)
    template, role = load_template(), tenant_role(TEMPLATE_SCHEMA)
    sql = (
        f"SET LOCAL ROLE NONE;\n{create_role(role)}{set_role(owner_role())}{template.sql}"
        f"{grant_rows(TEMPLATE_SCHEMA, role)}"
    )
    with administer("main") as cursor:
        database = ensure_template_database(cursor, "main", template)
    answer(sql=sql, schema=TEMPLATE_SCHEMA, owner=owner_role(), template_database=database)


def found(upto: int) -> None:
    """Make tenants until there are so many, and print how long each took."""
    _provision(upto, "c", Isolation.SCHEMA)


def found_databases(upto: int) -> None:
    """The same, each in a database of its own."""
    _provision(upto, "d", Isolation.DATABASE)


def _provision(upto: int, stem: str, isolation: Isolation) -> None:
    first = Customer._default_manager.filter(isolation=isolation).count()

    def make(number: int) -> None:
        with provisioning(Customer(subdomain=f"{stem}{number:04d}", isolation=isolation)):
            pass

    load_template()  # as a server that has answered requests is connected
    answer(seconds=[seconds_of(make, number) for number in range(first, upto)])


def fill(upto: int) -> None:
    """Give each of the first tenants an author and books."""
    for customer in _first(upto):
        with tenant_context(customer):
            author = Author._default_manager.create(name="Somebody")
            Book._default_manager.bulk_create(
                Book(author=author, title=f"book {number}") for number in range(_BOOKS)
            )
    answer()


def migrate(upto: int) -> None:
    """Run the command, and print how long it took in all, and how long without preparing the platform."""
    names = [customer.subdomain for customer in _first(upto)]
    seconds = seconds_of(call_command, "prepare", verbosity=0)
    with our_turn(patient=False):
        migrating = seconds_of(lambda: _check(list(Run(Choice(only=names)).migrate()), upto))
    answer(seconds=seconds + migrating, migrating=migrating)


def catch_up() -> None:
    """Migrate all who are behind."""
    call_command("migrate_tenants", verbosity=0)
    answer()


def _check(reports: list[Any], expected: int) -> None:
    failed = [report for report in reports if report.error]
    assert not failed, failed[0].error
    assert len(reports) == expected, f"{len(reports)} of {expected}"


def nothing_to_do(expected: int) -> None:
    """Run the command where all are current, and print how long that took, and the look for who is behind."""
    assert Customer._default_manager.count() >= expected
    choice = Choice()
    choice.find_tenants()
    finding = min(seconds_of(choice.find_tenants) for _ in range(5))
    answer(seconds=seconds_of(call_command, "migrate_tenants", verbosity=0), finding=finding)


def sql() -> None:
    """Print what the pending migrations send to a tenant, without what we add to it."""
    customer = _first(1)[0]
    with our_turn(patient=False):
        history = read_histories([customer])[customer.schema_name]
        assert isinstance(history, frozenset)
        plan = Planner(Target()).plan_for(customer, history)
    texts = [text for step in plan.steps for text in (*step_texts(step), step.history)]
    assert END_OF_STEP not in texts
    answer(sql=joined(*texts))


def code(upto: int) -> None:
    """Call the function of the migration for each tenant in a transaction, and print how long that took."""
    names: dict[str, Any] = {}
    exec(FUNCTION, names)  # noqa: S102 - our own text, as the migration has it
    change = partial(names["change_titles"], apps, connection.schema_editor())

    def all_of_them() -> None:
        for customer in _first(upto):
            with as_owner(), tenant_context(customer), transaction.atomic():
                change()

    answer(seconds=seconds_of(all_of_them))


def _first(count: int) -> list[Customer]:
    return list(Customer._default_manager.filter(isolation=Isolation.SCHEMA).order_by("subdomain")[:count])


if __name__ == "__main__":
    command, *arguments = sys.argv[1:]
    globals()[command](*map(int, arguments))
