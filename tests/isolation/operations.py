"""What programs do to rows, so that a row at the wrong company would be seen.

Every organisation's city is the subdomain of the company that wrote it.
"""

import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.db.models import Max

from apps.contacts.models import Organisation
from lib.tenancy import no_tenant, tenant_context
from lib.tenancy.exceptions import NoTenantError
from lib.tenancy.tenants import Tenant

TABLE = "contacts_organisation"
NEWEST = 20
INSERT = f"INSERT INTO {TABLE} (name, website, city, version) VALUES (%s, '', %s, 1)"

Dice = random.Random
Operation = Callable[[Tenant, Dice], list[str]]


class UndoneError(Exception):
    """Raised to leave a transaction."""


@dataclass
class Tally:
    """What one worker did and saw."""

    operations: int = 0
    foreign: list[str] = field(default_factory=list)
    written: Counter[str] = field(default_factory=Counter)

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            self.operations + other.operations, self.foreign + other.foreign, self.written + other.written
        )


@dataclass(frozen=True)
class Workload:
    """Operations at random at several companies, each of which begins with the organisations 1, 2 and 3."""

    tenants: Sequence[Tenant]
    # Whether the server itself keeps them apart: by roles, or in databases of their own.
    is_walled: bool

    def prepare(self) -> None:
        for tenant in self.tenants:
            with tenant_context(tenant):
                Organisation.objects.bulk_create(
                    Organisation(name=f"first {number}", city=tenant.subdomain) for number in range(3)
                )
                assert set(Organisation.objects.values_list("pk", flat=True)) == {1, 2, 3}

    def work(self, dice: Dice, tally: Tally) -> None:
        """Do one thing at one of the companies, and note what was seen that is not theirs."""
        tenant = dice.choice(self.tenants)
        operation, rows_left = dice.choice(OPERATIONS)
        with tenant_context(tenant):
            if operation is reach_elsewhere:
                seen = reach_elsewhere(tenant, dice, self.tenants) if self.is_walled else []
            else:
                seen = operation(tenant, dice)
        tally.operations += 1
        tally.written[tenant.subdomain] += rows_left
        tally.foreign += [
            f"{operation.__name__} at {tenant}: {city}" for city in seen if city != tenant.subdomain
        ]

    def assert_nothing_crossed(self, tally: Tally) -> None:
        """Compare what was seen, and what is there in the end, with what was done."""
        assert tally.foreign == []
        for tenant in self.tenants:
            with tenant_context(tenant):
                cities = Counter(Organisation.objects.order_by().values_list("city", flat=True))
            assert cities == {tenant.subdomain: 3 + tally.written[tenant.subdomain]}


def new_organisation(tenant: Tenant, dice: Dice) -> Organisation:
    return Organisation(name=f"{dice.getrandbits(96):x}", city=tenant.subdomain)


def newest_cities(tenant: Tenant, dice: Dice) -> list[str]:
    return list(Organisation.objects.order_by("-pk").values_list("city", flat=True)[:NEWEST])


def read_by_key(tenant: Tenant, dice: Dice) -> list[str]:
    return [Organisation.objects.get(pk=dice.randint(1, 3)).city]


def read_raw(tenant: Tenant, dice: Dice) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT city FROM {TABLE} ORDER BY id DESC LIMIT %s", [NEWEST])
        return [city for (city,) in cursor.fetchall()]


def aggregate(tenant: Tenant, dice: Dice) -> list[str]:
    return [Organisation.objects.aggregate(Max("city"))["city__max"]]


def create(tenant: Tenant, dice: Dice) -> list[str]:
    new_organisation(tenant, dice).save()
    return newest_cities(tenant, dice)


def create_many(tenant: Tenant, dice: Dice) -> list[str]:
    Organisation.objects.bulk_create(new_organisation(tenant, dice) for _ in range(3))
    return newest_cities(tenant, dice)


def executemany(tenant: Tenant, dice: Dice) -> list[str]:
    with connection.cursor() as cursor:
        cursor.executemany(INSERT, [[f"{dice.getrandbits(96):x}", tenant.subdomain] for _ in range(2)])
    return []


def update(tenant: Tenant, dice: Dice) -> list[str]:
    Organisation.objects.filter(pk=dice.randint(1, 3)).update(website="https://updated.example")
    return []


def lock_and_update(tenant: Tenant, dice: Dice) -> list[str]:
    with transaction.atomic():
        row = Organisation.objects.select_for_update().get(pk=dice.randint(1, 3))
        row.save(update_fields=["website"])
        return [row.city, *newest_cities(tenant, dice)]


def undo(tenant: Tenant, dice: Dice) -> list[str]:
    try:
        with transaction.atomic():
            new_organisation(tenant, dice).save()
            raise UndoneError
    except UndoneError:
        return newest_cities(tenant, dice)


def fail_inside(tenant: Tenant, dice: Dice) -> list[str]:
    """Keep what the outer transaction wrote, lose what the inner one did before it failed."""
    with transaction.atomic():
        kept = new_organisation(tenant, dice)
        kept.save()
        with pytest.raises(IntegrityError), transaction.atomic():  # noqa: PT012 - the first is undone
            new_organisation(tenant, dice).save()
            Organisation.objects.create(name=kept.name, city=tenant.subdomain)
        return newest_cities(tenant, dice)


def forget_the_tenant(tenant: Tenant, dice: Dice) -> list[str]:
    with no_tenant(), pytest.raises(NoTenantError):
        Organisation.objects.count()
    return []


def reach_elsewhere(tenant: Tenant, dice: Dice, tenants: Sequence[Tenant] = ()) -> list[str]:
    """Name another company's schema, which roles refuse and which a database of one's own lacks."""
    other = dice.choice([each for each in tenants if each != tenant])
    with pytest.raises(ProgrammingError), connection.cursor() as cursor:
        cursor.execute(f'SELECT city FROM "{other.schema}".{TABLE}')
    return []


# Each with the number of rows it leaves.
OPERATIONS: list[tuple[Operation, int]] = [
    (newest_cities, 0),
    (read_by_key, 0),
    (read_raw, 0),
    (aggregate, 0),
    (create, 1),
    (create_many, 3),
    (executemany, 2),
    (update, 0),
    (lock_and_update, 0),
    (undo, 0),
    (fail_inside, 1),
    (forget_the_tenant, 0),
    (reach_elsewhere, 0),
]
