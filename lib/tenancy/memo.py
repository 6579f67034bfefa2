"""Remember results of a function, each tenant its own: what `functools.lru_cache` cannot be used for."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from functools import update_wrapper
from threading import Lock
from typing import Generic, ParamSpec, TypeVar

from lib.tenancy.context import current_tenant

P = ParamSpec("P")
R = TypeVar("R")

_Key = tuple[str, Hashable, Hashable]


def tenant_cached(*, maxsize: int = 128) -> Callable[[Callable[P, R]], "TenantCached[P, R]"]:
    """Remember what a function returned for the current tenant, in this process.

    `maxsize` bounds the results of all tenants together. Arguments must be hashable. Other processes are not
    told of `cache_clear()`: use it for what may be old, or never changes.
    """

    def decorate(function: Callable[P, R]) -> TenantCached[P, R]:
        return TenantCached(function, maxsize)

    return decorate


class TenantCached(Generic[P, R]):
    """A function with a memory for each tenant. Raises NoTenantError when called without one."""

    def __init__(self, function: Callable[P, R], maxsize: int) -> None:
        self._function = function
        self._maxsize = maxsize
        self._results: OrderedDict[_Key, R] = OrderedDict()
        self._lock = Lock()
        update_wrapper(self, function)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        key = (current_tenant().schema, args, tuple(sorted(kwargs.items())))
        with self._lock:
            if key in self._results:
                self._results.move_to_end(key)
                return self._results[key]
        # Outside the lock: the function may take long, or call itself.
        result = self._function(*args, **kwargs)
        with self._lock:
            self._results[key] = result
            self._results.move_to_end(key)
            while len(self._results) > self._maxsize:
                self._results.popitem(last=False)
        return result

    def cache_clear(self) -> None:
        """Forget what is remembered for the current tenant, in this process."""
        schema = current_tenant().schema
        with self._lock:
            for key in [key for key in self._results if key[0] == schema]:
                del self._results[key]

    def cache_clear_all(self) -> None:
        """Forget what is remembered for every tenant, in this process."""
        with self._lock:
            self._results.clear()

    def __len__(self) -> int:
        return len(self._results)
