import pytest
from django.core.cache import cache, caches
from django.db import connections

from lib.tenancy import no_tenant, tenant_context
from lib.tenancy.exceptions import NoTenantError

pytestmark = pytest.mark.usefixtures("cast")


def test_each_tenant_has_its_own_keys(cast):
    with tenant_context(cast.acme):
        cache.set("price", 10)
    with tenant_context(cast.globex):
        assert cache.get("price") is None
        cache.set("price", 20)
        cache.delete("other")
    with tenant_context(cast.acme):
        assert cache.get("price") == 10


def test_many_keys_and_counters_are_kept_apart_too(cast):
    with tenant_context(cast.acme):
        cache.set_many({"a": 1, "b": 2})
    with tenant_context(cast.globex):
        assert cache.get_many(["a", "b"]) == {}
        assert cache.add("a", 5)
        assert cache.incr("a") == 6
    with tenant_context(cast.acme):
        assert cache.get("a") == 1


def test_without_a_tenant_every_use_of_it_is_refused():
    with no_tenant():
        for use in (
            lambda: cache.get("price"),
            lambda: cache.set("price", 1),
            lambda: cache.add("price", 1),
            lambda: cache.delete("price"),
            lambda: cache.get_or_set("price", 1),
            lambda: cache.incr("price"),
            lambda: cache.has_key("price"),
            lambda: cache.get_many(["price"]),
            lambda: cache.set_many({"price": 1}),
            lambda: cache.delete_many(["price"]),
            lambda: cache.touch("price"),
            lambda: cache.clear(),
        ):
            with pytest.raises(NoTenantError):
                use()


def test_what_all_share_is_in_an_alias_of_its_own(cast):
    caches["shared"].set("news", "hello")
    with tenant_context(cast.acme):
        assert caches["shared"].get("news") == "hello"
        assert cache.get("news") is None


def test_a_key_carries_the_schema_which_no_later_company_gets(cast):
    with tenant_context(cast.acme):
        cache.set("price", 10)
    with connections["master"].cursor() as cursor:
        cursor.execute("SELECT cache_key FROM cache_entry WHERE cache_key LIKE '%%:price'")
        ((key,),) = cursor.fetchall()
    assert f"tenant:{cast.acme.schema_name}:" in key


def test_clearing_it_empties_one_tenant_only(cast):
    caches["shared"].set("news", "hello")
    for company in (cast.acme, cast.globex):
        with tenant_context(company):
            cache.set_many({"price": 10, "amount": 2})
    with tenant_context(cast.acme):
        cache.clear()
        assert cache.get_many(["price", "amount"]) == {}
        cache.set("price", 11)
        assert cache.get("price") == 11
    with tenant_context(cast.globex):
        assert cache.get_many(["price", "amount"]) == {"price": 10, "amount": 2}
    assert caches["shared"].get("news") == "hello"


def test_after_the_store_forgot_everything_it_starts_again_empty(cast):
    with tenant_context(cast.acme):
        cache.set("price", 10)
        caches["shared"].clear()
        assert cache.get("price") is None
        cache.set("price", 11)
        assert cache.get("price") == 11


def test_it_does_what_any_cache_does(cast):
    with tenant_context(cast.acme):
        assert cache.add("a", 1)
        assert not cache.add("a", 2)
        assert (cache.incr("a"), cache.decr("a")) == (2, 1)
        assert "a" in cache
        assert cache.touch("a", 60)
        assert not cache.touch("b", 60)
        assert cache.set_many({"a": 1, "b": 2}) == []
        assert cache.get_many(["a", "b", "c"]) == {"a": 1, "b": 2}
        cache.delete_many(["a"])
        assert (cache.delete("a"), cache.delete("b")) == (False, True)
        assert cache.get_or_set("c", lambda: 3) == 3
        cache.set("c", 4, version=2)
        assert (cache.get("c"), cache.get("c", version=2), cache.get("d", 5)) == (3, 4, 5)
        with pytest.raises(ValueError, match="not found"):
            cache.incr("d")


def test_an_entry_that_expires_at_once_is_not_there(cast):
    with tenant_context(cast.acme):
        cache.set("price", 10, timeout=0)
        assert cache.get("price") is None


@pytest.mark.parametrize("key", ["a:b", "globex:1:price", "x" * 180])
def test_no_key_reaches_into_another_tenant(cast, key):
    with tenant_context(cast.acme):
        cache.set(key, 1)
    with tenant_context(cast.globex):
        for attempt in (key, f"{cast.acme.schema_name}:1:{key}", f"1:{key}"):
            assert cache.get(attempt) is None
