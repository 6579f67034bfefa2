"""Iterators that have begun stay with their tenant: so do the rows they yield and what those prefetch."""

from collections.abc import AsyncIterator, Callable, Iterator
from functools import wraps
from typing import Any

from lib.tenancy.conf import TENANT_ALIAS
from lib.tenancy.context import current_stamp, find_current_tenant, tenant_context
from lib.tenancy.tenants import Tenant

_END = object()


def stay_while_iterating(original: Callable[..., Iterator[Any]]) -> Callable[..., Iterator[Any]]:
    """Make each step of a queryset's iterator under the tenant that began it."""

    @wraps(original)
    def iterate(self: Any, *args: Any) -> Iterator[Any]:
        rows = original(self, *args)
        tenant = _tenant_of(self)
        stamp = tenant and tenant.schema
        while True:
            if tenant is None or current_stamp() == stamp:
                row = next(rows, _END)
            else:
                # `tenant` asked for the rows: they are its own, and what they prefetch is found there.
                with tenant_context(tenant):
                    row = next(rows, _END)
            if row is _END:
                return
            yield row

    return iterate


def stay_while_iterating_async(
    original: Callable[..., AsyncIterator[Any]],
) -> Callable[..., AsyncIterator[Any]]:
    """Do the same for an asynchronous iterator."""

    @wraps(original)
    async def iterate(self: Any, *args: Any, **kwargs: Any) -> AsyncIterator[Any]:
        rows = original(self, *args, **kwargs)
        tenant = _tenant_of(self)
        while True:
            if tenant is None:
                row = await anext(rows, _END)
            else:
                with tenant_context(tenant):
                    row = await anext(rows, _END)
            if row is _END:
                return
            yield row

    return iterate


def _tenant_of(queryset: Any) -> Tenant | None:
    return find_current_tenant() if queryset.db == TENANT_ALIAS else None
