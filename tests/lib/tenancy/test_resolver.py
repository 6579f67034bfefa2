import copy
import threading

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from apps.companies.models import Company
from lib.tenancy import resolver
from lib.tenancy.exceptions import MalformedHostError, UnknownHostError
from lib.tenancy.resolver import find_tenant, forget_tenant
from lib.tenancy.states import State

pytestmark = pytest.mark.usefixtures("cast")


def queries_for(host):
    with CaptureQueriesContext(connections["master"]) as captured:
        find_tenant(host)
    return len(captured)


@pytest.mark.parametrize("host", ["acme.localhost", "ACME.LocalHost:8000", "acme.localhost:1"])
def test_it_finds_the_tenant_of_a_host(cast, host):
    assert find_tenant(host) == cast.acme


@pytest.mark.parametrize("host", ["www.localhost", "localhost", "WWW.localhost:80"])
def test_the_public_site_is_nobodys_and_costs_no_query(host):
    assert find_tenant(host) is None
    assert queries_for(host) == 0


@pytest.mark.parametrize("host", ["nobody.localhost", "acme.localhost.evil.org", "127.0.0.1"])
def test_a_host_that_nobody_has_is_unknown(host):
    with pytest.raises(UnknownHostError):
        find_tenant(host)


@pytest.mark.parametrize("host", ["", "acme.localhost.", "a" * 10_000])
def test_what_is_no_host_is_said_to_be_none(host):
    with pytest.raises(MalformedHostError):
        find_tenant(host)


def test_an_active_tenant_is_looked_up_once(settings):
    assert [queries_for("acme.localhost"), queries_for("ACME.localhost:80")] == [1, 0]


def test_after_some_seconds_it_is_looked_up_again(settings):
    settings.TENANCY_LOOKUP_SECONDS = 0
    assert [queries_for("acme.localhost"), queries_for("acme.localhost")] == [1, 1]


@pytest.mark.parametrize("state", [State.RESERVED, State.PROVISIONING, State.SUSPENDED, State.FAILED])
def test_one_that_is_not_active_is_looked_up_each_time(state):
    Company.objects.filter(subdomain="acme").update(state=state)
    assert [queries_for("acme.localhost"), queries_for("acme.localhost")] == [1, 1]


def test_a_host_that_nobody_has_is_not_remembered():
    # Otherwise a company that is founded now would be closed to its owner.
    for _ in range(2):
        with CaptureQueriesContext(connections["master"]) as captured, pytest.raises(UnknownHostError):
            find_tenant("nobody.localhost")
        assert len(captured) == 1


def test_a_change_in_this_process_is_seen_at_once():
    acme = find_tenant("acme.localhost")
    acme.state = State.SUSPENDED
    acme.save()
    assert find_tenant("acme.localhost").state == State.SUSPENDED
    acme.delete()
    with pytest.raises(UnknownHostError):
        find_tenant("acme.localhost")


def test_each_caller_gets_a_row_of_its_own():
    first, second = find_tenant("acme.localhost"), find_tenant("acme.localhost")
    first.company_name = "Defaced"
    first._state.db = "elsewhere"
    assert second.company_name == "Acme"
    assert second._state.db == find_tenant("acme.localhost")._state.db == "master"


def test_it_does_not_remember_without_end(monkeypatch):
    monkeypatch.setattr(resolver, "_MAX_REMEMBERED", 1)
    find_tenant("acme.localhost")
    find_tenant("globex.localhost")
    assert [queries_for("globex.localhost"), queries_for("acme.localhost")] == [0, 1]


def test_threads_may_look_up_and_forget_at_the_same_time(cast):
    errors = []
    find_tenant("acme.localhost")
    tenant = copy.copy(find_tenant("acme.localhost"))

    def work():
        try:
            for _ in range(500):
                resolver._remember("acme.localhost", tenant)
                assert resolver._recall("acme.localhost") in (None, tenant)
                forget_tenant()
        except Exception as error:  # pragma: no cover
            errors.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
