"""Many threads and tasks at companies of both isolations, with exceptions thrown anywhere.

`make stress` runs it at its whole size.
"""

import asyncio
import itertools
import random
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from asgiref.sync import sync_to_async
from django.db import connections, transaction

from apps.companies.models import Company
from apps.contacts.models import Organisation
from lib.tenancy import find_current_tenant, tenant_context
from lib.tenancy.administration import administer
from lib.tenancy.provisioning import provisioning
from lib.tenancy.states import Isolation
from tests.isolation.operations import Tally, Workload, new_organisation
from tests.sizes import IS_FULL_SIZE

# The test server allows 200 connections, and other tests use it at the same time.
THREADS, TASKS, OPERATIONS = (64, 200, 200_000) if IS_FULL_SIZE else (16, 200, 8_000)
COMPANIES = {Isolation.SCHEMA: 6, Isolation.DATABASE: 2}
DATABASES_PER_THREAD = 1
CHANCE_OF_AN_ACCIDENT = 0.1


class AccidentError(Exception):
    """Raised anywhere, as errors are."""


@pytest.fixture
def workload(real_transactions, settings):
    settings.TENANCY_MAX_DATABASES_PER_THREAD = DATABASES_PER_THREAD
    tenants = []
    for isolation, number in ((kind, number) for kind, count in COMPANIES.items() for number in range(count)):
        company = Company(
            subdomain=f"stress-{isolation}-{number}",
            company_name="S",
            contact_name="S",
            contact_email="s@x.example",
            isolation=isolation,
        )
        with provisioning(company):
            pass
        tenants.append(company.as_tenant())
    workload = Workload(tenants, is_walled=connections["default"].uses_roles)
    workload.prepare()
    yield workload
    connections.close_all()


def step(workload, dice, tally):
    """Do one thing, or begin one and be interrupted; afterwards no company may be left active."""
    if dice.random() < CHANCE_OF_AN_ACCIDENT:
        with pytest.raises(AccidentError):
            have_an_accident(dice.choice(workload.tenants), dice)
        tally.operations += 1
    else:
        workload.work(dice, tally)


def have_an_accident(tenant, dice):
    kind = dice.choice(["at once", "in a transaction", "in a savepoint", "while reading", "between two"])
    with tenant_context(tenant):
        if kind == "at once":
            raise AccidentError
        if kind == "while reading":
            for _ in Organisation.objects.all()[:10].iterator(chunk_size=2):
                raise AccidentError
        if kind == "between two":
            Organisation.objects.filter(pk=1).exists()
            raise AccidentError
        with transaction.atomic():
            new_organisation(tenant, dice).save()
            if kind == "in a savepoint":
                with transaction.atomic():
                    new_organisation(tenant, dice).save()
                    raise AccidentError
            raise AccidentError


class Leaks:
    """What was found after an operation and should not have been there."""

    def __init__(self):
        self.contexts = []
        self.most_connections = 0

    def look(self):
        if (left := find_current_tenant()) is not None:
            self.contexts.append(left)
        opened = [each for each in connections.all(initialized_only=True) if each.connection is not None]
        self.most_connections = max(self.most_connections, len(opened))


def in_threads(workload, leaks):
    begun = itertools.count()

    def run(seed):
        dice, tally = random.Random(seed), Tally()
        try:
            while next(begun) < OPERATIONS // 2:
                step(workload, dice, tally)
                leaks.look()
        finally:
            connections.close_all()
        return tally

    with ThreadPoolExecutor(THREADS) as executor:
        return sum(executor.map(run, range(THREADS)), Tally())


def in_tasks(workload, leaks):
    begun = itertools.count()

    async def run(seed):
        dice, tally = random.Random(seed), Tally()
        while next(begun) < OPERATIONS // 2:
            tenant = dice.choice(workload.tenants)
            with tenant_context(tenant):
                await asyncio.sleep(0)  # let other tasks, in other companies, come in between
                rows = [row.city async for row in Organisation.objects.order_by("-pk")[:3]]
                tally.foreign += [f"a task at {tenant}: {city}" for city in rows if city != tenant.subdomain]
                assert find_current_tenant() == tenant
            await sync_to_async(step)(workload, dice, tally)
            tally.operations += 1
            next(begun)
            leaks.look()
        return tally

    async def run_all():
        tallies = await asyncio.gather(*(run(THREADS + seed) for seed in range(TASKS)))
        await sync_to_async(connections.close_all)()
        return sum(tallies, Tally())

    return asyncio.run(run_all())


def watch(most, until):
    """Note how many connections the server itself counts, of whatever login."""
    with administer("main") as cursor:
        while not until.wait(0.2):
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' "
                "AND (datname = current_database() OR datname LIKE 'stress%')"
            )
            most.append(cursor.fetchone()[0])


def test_nothing_crosses_and_nothing_is_left(workload):
    leaks, counted, is_over = Leaks(), [], threading.Event()
    watcher = threading.Thread(target=watch, args=(counted, is_over))
    watcher.start()
    try:
        tally = in_threads(workload, leaks) + in_tasks(workload, leaks)
    finally:
        is_over.set()
        watcher.join()
    assert tally.operations >= OPERATIONS
    workload.assert_nothing_crossed(tally)
    assert leaks.contexts == []
    # Of one thread: the aliases default and master, and databases of companies.
    assert leaks.most_connections <= 2 + DATABASES_PER_THREAD
    # Of all: besides the workers there are the test itself and the watcher.
    assert max(counted) <= (THREADS + 1) * (2 + DATABASES_PER_THREAD) + 1
