import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context

import pytest
from django.db import connection, transaction

from apps.contacts.models import Organisation
from lib.tenancy import current_tenant, find_current_tenant, no_tenant, tenant_context
from lib.tenancy.exceptions import NoTenantError, TenantChangeError


def test_there_is_no_tenant_until_one_is_entered():
    assert find_current_tenant() is None
    with pytest.raises(NoTenantError, match="tenant_context"):
        current_tenant()


def test_it_gives_the_tenant_back_after_an_error(cast):
    with tenant_context(cast.acme):
        with pytest.raises(ZeroDivisionError), tenant_context(cast.globex):
            raise ZeroDivisionError
        assert current_tenant() == cast.acme.as_tenant()
    assert find_current_tenant() is None


def test_it_can_take_the_tenant_away(cast):
    with tenant_context(cast.acme), no_tenant():
        assert find_current_tenant() is None


def test_a_new_thread_has_no_tenant_unless_the_context_is_copied(cast):
    with tenant_context(cast.acme), ThreadPoolExecutor(1) as executor:
        assert executor.submit(find_current_tenant).result() is None
        assert executor.submit(copy_context().run, find_current_tenant).result() == cast.acme.as_tenant()


def test_threads_do_not_see_each_others_tenant(cast):
    both_are_in = threading.Barrier(2)

    def enter(company):
        with tenant_context(company):
            both_are_in.wait(5)
            return current_tenant().subdomain

    with ThreadPoolExecutor(2) as executor:
        assert list(executor.map(enter, [cast.acme, cast.globex])) == ["acme", "globex"]


def test_tasks_of_one_loop_do_not_see_each_others_tenant(cast):
    async def enter(company):
        with tenant_context(company):
            await asyncio.sleep(0.01)
            return current_tenant().subdomain

    async def both():
        return await asyncio.gather(enter(cast.acme), enter(cast.globex))

    assert asyncio.run(both()) == ["acme", "globex"]


def test_the_tenant_may_not_change_inside_a_transaction(cast):
    with tenant_context(cast.acme), transaction.atomic():
        with pytest.raises(TenantChangeError, match="acme"), tenant_context(cast.globex):
            pass
        with pytest.raises(TenantChangeError), no_tenant():
            pass
        with tenant_context(cast.acme):  # entering the same one again changes nothing
            Organisation.objects.create(name="Initech")


def test_a_statement_without_a_tenant_is_never_sent(cast):
    with pytest.raises(NoTenantError, match="no schema"):
        Organisation.objects.count()
    with pytest.raises(NoTenantError), connection.cursor() as cursor:
        cursor.execute("SELECT 1")
