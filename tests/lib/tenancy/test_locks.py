from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import OperationalError, connections, transaction

from apps.companies.models import Company
from lib.tenancy import no_tenant, tenant_context
from lib.tenancy.exceptions import NoTenantError, NoTransactionError
from lib.tenancy.locks import end_session_lock, hold_lock, hold_tenant_lock, is_held, try_session_lock


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
        with connections["master"].cursor() as cursor:
            assert try_session_lock("invoices", cursor)
            end_session_lock("invoices", cursor)
    hold_lock("reports", using="master")
    with tenant_context(cast.acme), connections["default"].cursor() as cursor:
        assert not try_session_lock("reports", cursor)


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


def test_whether_one_is_held_is_seen_and_changes_nothing(real_transactions):
    with connections["master"].cursor() as cursor:
        assert not is_held("reports", cursor)
        with transaction.atomic(using="master"):
            hold_lock("reports", using="master")
            assert is_held("reports", cursor)
            assert not is_held("invoices", cursor)
        assert held_locks("master") == set()
        assert not is_held("reports", cursor)


def test_two_sessions_meet_in_one_company_and_not_across_two(real_transactions):
    acme, globex = Company.find_by_subdomain("acme"), Company.find_by_subdomain("globex")

    def try_at(company):
        try:
            with tenant_context(company), transaction.atomic():
                connections["default"].cursor().execute("SET LOCAL lock_timeout = '200ms'")
                hold_tenant_lock("invoices")
            return "held"
        except OperationalError as error:
            return "waited" if "lock timeout" in str(error) else repr(error)
        finally:
            connections.close_all()

    with tenant_context(acme), transaction.atomic(), ThreadPoolExecutor(1) as executor:
        hold_tenant_lock("invoices")
        assert executor.submit(try_at, globex).result() == "held"
        assert executor.submit(try_at, acme).result() == "waited"
    assert try_at(acme) == "held"
