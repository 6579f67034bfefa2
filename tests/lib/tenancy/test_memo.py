import threading

import pytest

from lib.tenancy.context import current_tenant, no_tenant, tenant_context
from lib.tenancy.exceptions import NoTenantError
from lib.tenancy.memo import tenant_cached
from lib.tenancy.tenants import Tenant

ACME = Tenant(subdomain="acme", schema="acme_1")
GLOBEX = Tenant(subdomain="globex", schema="globex_1")


@pytest.fixture
def calls():
    return []


@pytest.fixture
def price(calls):
    @tenant_cached(maxsize=3)
    def price(article: str = "tea", *, amount: int = 1) -> str:
        """Return the price of an article."""
        calls.append(article)
        return f"{current_tenant()} {article} {amount}"

    return price


def test_each_tenant_is_asked_once_and_gets_its_own(price, calls):
    for _ in range(2):
        with tenant_context(ACME):
            assert price("tea") == "acme tea 1"
        with tenant_context(GLOBEX):
            assert price("tea") == "globex tea 1"
    assert calls == ["tea", "tea"]


def test_other_arguments_are_another_result(price, calls):
    with tenant_context(ACME):
        assert [price("tea"), price("nut"), price("tea", amount=2)] == [
            "acme tea 1",
            "acme nut 1",
            "acme tea 2",
        ]
    assert len(calls) == 3


def test_without_a_tenant_it_is_refused_even_if_it_remembers(price, calls):
    with tenant_context(ACME):
        price("tea")
    with no_tenant():
        for use in (lambda: price("tea"), price.cache_clear):
            with pytest.raises(NoTenantError):
                use()
    assert calls == ["tea"]


def test_clearing_forgets_one_tenant_only(price, calls):
    for tenant in (ACME, GLOBEX):
        with tenant_context(tenant):
            price("tea")
    with tenant_context(ACME):
        price.cache_clear()
        price("tea")
    with tenant_context(GLOBEX):
        price("tea")
    assert len(calls) == 3


def test_clearing_all_forgets_every_tenant(price):
    for tenant in (ACME, GLOBEX):
        with tenant_context(tenant):
            price("tea")
    price.cache_clear_all()
    assert len(price) == 0


def test_it_forgets_what_was_not_asked_for_longest(price, calls):
    with tenant_context(ACME):
        for article in ("a", "b", "c", "a", "d", "a", "b"):
            price(article)
    assert len(price) == 3
    assert calls == ["a", "b", "c", "d", "b"]


def test_an_error_is_not_remembered(calls):
    @tenant_cached()
    def fails_once() -> str:
        calls.append("")
        if len(calls) == 1:
            raise RuntimeError("broke")
        return "done"

    with tenant_context(ACME):
        with pytest.raises(RuntimeError, match="broke"):
            fails_once()
        assert fails_once() == "done"


def test_none_is_remembered_too(calls):
    @tenant_cached()
    def nothing() -> None:
        calls.append("")

    with tenant_context(ACME):
        assert [nothing(), nothing()] == [None, None]
    assert calls == [""]


def test_it_keeps_the_name_and_the_docstring(price):
    assert (price.__name__, price.__doc__) == ("price", "Return the price of an article.")


def test_threads_of_two_tenants_never_meet(price):
    wrong = []

    def ask(tenant):
        for _ in range(300):
            with tenant_context(tenant):
                if not price("tea").startswith(str(tenant)):
                    wrong.append(tenant)

    threads = [threading.Thread(target=ask, args=(tenant,)) for tenant in (ACME, GLOBEX)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
