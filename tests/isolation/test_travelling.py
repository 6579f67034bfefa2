"""Work that goes on elsewhere, or later, goes on for the company that began it."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.db import connections, transaction
from django.db.models.signals import post_save
from django.http import StreamingHttpResponse

from apps.companies.models import Company
from apps.contacts.models import Organisation
from lib.tenancy import find_current_tenant, tenant_context
from lib.tenancy.exceptions import NoTenantError, WrongTenantError
from lib.tenancy.streaming import keep_tenant_while_streaming
from lib.tenancy.threads import TenantExecutor, tenant_thread


@pytest.fixture
def companies(real_transactions):
    """Acme and Globex with one committed row each, which other threads can see."""
    found = [Company.find_by_subdomain(name) for name in ("acme", "globex")]
    for company in found:
        with tenant_context(company):
            Organisation.objects.create(name=company.subdomain)
    yield found
    for company in found:
        with tenant_context(company):
            Organisation.objects.all().delete()


def names():
    return list(Organisation.objects.values_list("name", flat=True))


def names_in_a_thread():
    try:
        return names()
    finally:
        connections.close_all()


def test_an_executor_works_for_who_submits(companies):
    with TenantExecutor(1) as executor:
        for company in companies:
            with tenant_context(company):
                assert executor.submit(names_in_a_thread).result() == [company.subdomain]
                assert list(executor.map(lambda _: names_in_a_thread(), [1])) == [[company.subdomain]]
        # The one thread has kept neither of them.
        with pytest.raises(NoTenantError):
            executor.submit(names_in_a_thread).result()


def test_a_plain_executor_works_for_nobody(companies):
    with tenant_context(companies[0]), ThreadPoolExecutor(1) as executor, pytest.raises(NoTenantError):
        executor.submit(names_in_a_thread).result()


def test_a_thread_works_for_who_starts_it(companies):
    seen = []
    for company in companies:
        with tenant_context(company):
            thread = tenant_thread(lambda: seen.append(names()))
        thread.start()
        thread.join()
    assert seen == [["acme"], ["globex"]]


def test_a_foreign_queryset_is_refused_in_a_thread(companies):
    acme, globex = companies
    with tenant_context(acme):
        rows = Organisation.objects.all()
    with tenant_context(globex), TenantExecutor(1) as executor, pytest.raises(WrongTenantError):
        executor.submit(list, rows).result()


def test_async_code_in_all_its_forms_works_for_who_calls_it(companies):
    async def at(company):
        with tenant_context(company):
            return [
                await sync_to_async(names)(),
                await asyncio.to_thread(names_in_a_thread),
                [row.name async for row in Organisation.objects.all()],
                [row.name async for row in Organisation.objects.all().aiterator()],
                *await asyncio.gather(sync_to_async(names)(), asyncio.create_task(sync_to_async(names)())),
                await sync_to_async(async_to_sync(sync_to_async(names)))(),
            ]

    async def both():
        return await asyncio.gather(*(at(company) for company in companies))

    acmes, globexs = asyncio.run(both())
    assert acmes == [["acme"]] * 7
    assert globexs == [["globex"]] * 7


def test_an_async_iterator_that_has_begun_stays_with_its_company(companies):
    acme, globex = companies
    with tenant_context(acme):
        Organisation.objects.create(name="second")

    async def walk():
        with tenant_context(acme):
            rows = Organisation.objects.order_by("name").prefetch_related("contacts").aiterator(chunk_size=1)
            seen = [await anext(rows)]
        with tenant_context(globex):
            seen += [row async for row in rows]
            with pytest.raises(WrongTenantError):
                await seen[-1].asave()
            not_begun = Organisation.objects.all()
        with tenant_context(acme), pytest.raises(WrongTenantError):
            [row async for row in not_begun]
        return [row.name for row in seen]

    assert asyncio.run(walk()) == ["acme", "second"]


def test_receivers_of_signals_see_the_company(companies):
    seen = []

    def receive(instance, **kwargs):
        seen.append((instance.name, find_current_tenant().subdomain, sorted(names())))

    post_save.connect(receive, sender=Organisation)
    try:
        for company in companies:
            with tenant_context(company):
                Organisation.objects.create(name="new")
    finally:
        post_save.disconnect(receive, sender=Organisation)
    assert seen == [("new", "acme", ["acme", "new"]), ("new", "globex", ["globex", "new"])]


def test_what_waits_for_the_commit_runs_for_who_asked(companies):
    seen = []
    acme, _ = companies
    with tenant_context(acme), transaction.atomic():
        mine = Organisation.objects.all()
        transaction.on_commit(lambda: seen.append([row.name for row in mine]))
    assert seen == [["acme"]]


def test_a_streamed_body_is_made_for_who_answers(companies):
    bodies = []
    for company in companies:
        with tenant_context(company) as active:
            rows = Organisation.objects.all()
            body = (row.name for row in rows.iterator())
            bodies.append(keep_tenant_while_streaming(StreamingHttpResponse(body), active))
    assert find_current_tenant() is None
    acmes, globexs = bodies
    with tenant_context(companies[1]):
        assert list(acmes) == [b"acme"]
    assert list(globexs) == [b"globex"]


def test_a_generator_may_not_read_on_for_another_company(companies):
    acme, globex = companies

    def lazily():
        rows = Organisation.objects.all()
        yield "begun"
        yield from rows

    with tenant_context(acme):
        generator = lazily()
        next(generator)
    with tenant_context(globex), pytest.raises(WrongTenantError):
        next(generator)
