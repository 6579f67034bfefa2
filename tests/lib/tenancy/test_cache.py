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
        cursor.execute("SELECT cache_key FROM cache_entry")
        assert [key for (key,) in cursor.fetchall()] == [f"tenant:{cast.acme.schema_name}:1:price"]


@pytest.mark.parametrize("key", ["a:b", "globex:1:price", "x" * 180])
def test_no_key_reaches_into_another_tenant(cast, key):
    with tenant_context(cast.acme):
        cache.set(key, 1)
    with tenant_context(cast.globex):
        for attempt in (key, f"{cast.acme.schema_name}:1:{key}", f"1:{key}"):
            assert cache.get(attempt) is None
