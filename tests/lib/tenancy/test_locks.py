import pytest
from django.db import connections, transaction

from lib.tenancy import no_tenant, tenant_context
from lib.tenancy.exceptions import NoTenantError, NoTransactionError
from lib.tenancy.locks import hold_lock, hold_tenant_lock, try_lock


def held_locks(alias):
    with connections[alias].cursor() as cursor:
        cursor.execute(
            "SELECT classid, objid FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()"
        )
        return set(cursor.fetchall())


def test_one_name_is_another_lock_for_each_tenant(cast):
    with tenant_context(cast.acme):
        hold_tenant_lock("invoices")
        hold_tenant_lock("invoices")
        assert len(held_locks("default")) == 1
    with tenant_context(cast.globex):
        hold_tenant_lock("invoices")
        assert len(held_locks("default")) == 2


def test_the_platform_finds_only_its_own_lock_taken(cast):
    with tenant_context(cast.acme):
        hold_tenant_lock("invoices")
        assert try_lock("invoices", connections["master"])
    hold_lock("reports", using="master")
    with tenant_context(cast.acme):
        assert not try_lock("reports", connections["default"])


def test_without_a_tenant_it_is_refused(cast):
    with no_tenant(), pytest.raises(NoTenantError):
        hold_tenant_lock("invoices")


def test_outside_a_transaction_it_is_refused_and_inside_it_is_held(real_transactions):
    with pytest.raises(NoTransactionError, match="none is open"):
        hold_lock("reports", using="master")
    with transaction.atomic(using="master"):
        hold_lock("reports", using="master")
        assert len(held_locks("master")) == 1
    assert held_locks("master") == set()
