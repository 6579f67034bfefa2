"""A cache for each tenant, kept inside the cache that all share."""

import secrets
from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

from django.core.cache import caches
from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache

from lib.tenancy.conf import SHARED_CACHE_ALIAS
from lib.tenancy.context import current_tenant

# A float of seconds, None for ever, or Django's marker for "as the settings say".
Timeout: TypeAlias = Any

_GENERATION_BYTES = 8


class TenantCache(BaseCache):
    """Keep the current tenant's entries apart. LOCATION is the alias of the cache that stores them.

    Every method raises NoTenantError without a tenant; what all tenants share belongs in the alias `shared`.
    Each call asks for the tenant's generation first, which is what lets `clear` empty one tenant on any
    backend.
    """

    def __init__(self, location: str, params: dict[str, Any]) -> None:
        super().__init__(params)
        self._alias = location or SHARED_CACHE_ALIAS

    @property
    def _store(self) -> BaseCache:
        # Asked for each time: a connection of the cache framework belongs to one thread or task.
        return caches[self._alias]

    def make_key(self, key: Any, version: int | None = None) -> str:
        return self._entry(super().make_key(key, version))

    def _entry(self, key: str) -> str:
        return f"tenant:{current_tenant().schema}:{self._generation()}:{key}"

    def _generation(self) -> str:
        # A random name, not a count: when the store drops it, the old entries stay out of reach.
        name = f"tenant:{current_tenant().schema}"
        return str(self._store.get(name) or self._store.get_or_set(name, _new_generation, timeout=None))

    def _seconds(self, timeout: Timeout) -> Timeout:
        return self.default_timeout if timeout is DEFAULT_TIMEOUT else timeout

    def add(
        self, key: Any, value: Any, timeout: Timeout = DEFAULT_TIMEOUT, version: int | None = None
    ) -> bool:
        return self._store.add(self.make_key(key, version), value, self._seconds(timeout))

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        return self._store.get(self.make_key(key, version), default)

    def set(
        self, key: Any, value: Any, timeout: Timeout = DEFAULT_TIMEOUT, version: int | None = None
    ) -> None:
        self._store.set(self.make_key(key, version), value, self._seconds(timeout))

    def touch(self, key: Any, timeout: Timeout = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        return self._store.touch(self.make_key(key, version), self._seconds(timeout))

    def delete(self, key: Any, version: int | None = None) -> bool:
        return bool(self._store.delete(self.make_key(key, version)))

    def has_key(self, key: Any, version: int | None = None) -> bool:
        return self._store.has_key(self.make_key(key, version))

    def incr(self, key: Any, delta: int = 1, version: int | None = None) -> int:
        return self._store.incr(self.make_key(key, version), delta)

    def get_many(self, keys: Iterable[Any], version: int | None = None) -> dict[Any, Any]:
        names = self._entries(keys, version)
        return {names[entry]: value for entry, value in self._store.get_many(list(names)).items()}

    def set_many(
        self, data: Mapping[Any, Any], timeout: Timeout = DEFAULT_TIMEOUT, version: int | None = None
    ) -> list[Any]:
        names = self._entries(data, version)
        values = {entry: data[key] for entry, key in names.items()}
        return [names[entry] for entry in self._store.set_many(values, self._seconds(timeout)) or ()]

    def delete_many(self, keys: Iterable[Any], version: int | None = None) -> None:
        self._store.delete_many(list(self._entries(keys, version)))

    def clear(self) -> None:
        """Empty the current tenant's cache, in all processes, and nobody else's.

        The entries are out of reach at once; the store drops them when they expire.
        """
        self._store.set(f"tenant:{current_tenant().schema}", _new_generation(), timeout=None)

    def _entries(self, keys: Iterable[Any], version: int | None) -> dict[str, Any]:
        prefix = self._entry("")
        return {prefix + super(TenantCache, self).make_key(key, version): key for key in keys}


def _new_generation() -> str:
    return secrets.token_hex(_GENERATION_BYTES)
