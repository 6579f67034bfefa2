"""Threads and asyncio tasks at work in eight companies at once: nobody ever reads a foreign row."""

import asyncio
import random
from concurrent.futures import ThreadPoolExecutor

import pytest
from asgiref.sync import sync_to_async
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from apps.companies.models import Company
from apps.contacts.models import Organisation
from lib.tenancy import tenant_context
from lib.tenancy.provisioning import provisioning

COMPANIES = 8
WORKERS = 8
STATEMENTS = 20_000
ROWS = 3


class UndoneError(Exception):
    pass


@pytest.fixture
def companies(real_transactions):
    made = []
    for number in range(COMPANIES):
        company = Company(
            subdomain=f"row-{number}", company_name="Row", contact_name="R", contact_email="r@x.example"
        )
        with provisioning(company):
            # The same keys everywhere, so that only the place of a row tells whose it is.
            for pk in range(1, ROWS + 1):
                Organisation.objects.create(pk=pk, name=f"{company.subdomain} {pk}", city=company.subdomain)
        made.append(company)
    return made


def work(company, dice):
    """Do one of the things programs do; return the foreign rows seen and the statements sent."""
    with CaptureQueriesContext(connection) as captured, tenant_context(company):
        seen = dice.choice([read, read_by_key, update, update_and_undo, read_raw])(company, dice)
    return [city for city in seen if city != company.subdomain], len(captured)


def read(company, dice):
    return list(Organisation.objects.values_list("city", flat=True))


def read_by_key(company, dice):
    return [Organisation.objects.get(pk=dice.randint(1, ROWS)).city]


def update(company, dice):
    with transaction.atomic():
        row = Organisation.objects.select_for_update().get(pk=dice.randint(1, ROWS))
        row.save(update_fields=["city"])
        return [row.city, *read(company, dice)]


def update_and_undo(company, dice):
    try:
        with transaction.atomic():
            # One row, like update(): two would be locked in different orders, which is a deadlock of our own.
            row = Organisation.objects.filter(pk=dice.randint(1, ROWS))
            row.update(website="https://undone.example")
            raise UndoneError
    except UndoneError:
        return list(Organisation.objects.exclude(website="").values_list("website", flat=True))


def read_raw(company, dice):
    with connection.cursor() as cursor:
        cursor.execute("SELECT city FROM contacts_organisation WHERE id <= %s", [ROWS])
        return [city for (city,) in cursor.fetchall()]


def run_thread(companies, seed):
    dice = random.Random(seed)
    foreign, statements = [], 0
    try:
        while statements < STATEMENTS // 2 // WORKERS:
            rows, sent = work(dice.choice(companies), dice)
            foreign += rows
            statements += sent
    finally:
        connections.close_all()
    return foreign, statements


async def run_task(companies, seed):
    dice = random.Random(seed)
    foreign, statements = [], 0
    while statements < STATEMENTS // 2 // WORKERS:
        company = dice.choice(companies)
        with tenant_context(company):
            await asyncio.sleep(0)  # let another task, in another company, come in between
            rows, sent = await sync_to_async(work)(company, dice)
            rows += [row.city async for row in Organisation.objects.all() if row.city != company.subdomain]
        foreign += rows
        statements += sent + 1
    return foreign, statements


def test_threads_and_tasks_see_their_own_rows_only(companies):
    with ThreadPoolExecutor(WORKERS) as executor:
        outcomes = list(executor.map(lambda seed: run_thread(companies, seed), range(WORKERS)))

    async def all_tasks():
        return await asyncio.gather(*(run_task(companies, seed) for seed in range(WORKERS)))

    outcomes += asyncio.run(all_tasks())
    assert [rows for rows, _ in outcomes if rows] == []
    assert sum(statements for _, statements in outcomes) >= STATEMENTS
