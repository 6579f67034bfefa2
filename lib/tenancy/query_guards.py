"""Queries and their rows: each belongs to the tenant under which it was made or evaluated.

Everything that a queryset can do, from count() to a subquery inside another query, asks one method for its
compiler: `Query.get_compiler`. So that one is guarded, and not the many that a manager may override.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.db.models import QuerySet
from django.db.models import query as querysets
from django.db.models.query import RawQuerySet
from django.db.models.sql.query import Query, RawQuery

from lib.tenancy.conf import TENANT_ALIAS
from lib.tenancy.context import current_stamp
from lib.tenancy.exceptions import WrongTenantError
from lib.tenancy.iterators import stay_while_iterating, stay_while_iterating_async
from lib.tenancy.placement import tenant_app_labels
from lib.tenancy.replacing import replace
from lib.tenancy.stamps import refuse_others


def guard_queries() -> None:
    """Make Django's queries carry the tenant they were made under, and refuse to run under another."""
    for query in (Query, RawQuery):
        setattr(query, "stamp", None)  # noqa: B010 - mypy knows no such attribute
        replace(query, "__init__", _init_stamps)
    replace(Query, "clone", _clone_keeps_stamp)
    replace(RawQuery, "clone", _raw_clone_keeps_stamp)
    replace(Query, "get_compiler", _refuse_to_compile)
    replace(Query, "combine", _refuse_to_combine)
    replace(RawQuery, "_execute_query", _refuse_raw)
    for queryset in (QuerySet, RawQuerySet):
        replace(queryset, "_fetch_all", _fetch_for_one_tenant)
    for name in LOOK_AT_LOADED_ROWS:
        replace(QuerySet, name, _refuse_to_show)
    replace(QuerySet, "_iterator", stay_while_iterating)
    replace(RawQuerySet, "iterator", stay_while_iterating)
    replace(QuerySet, "aiterator", stay_while_iterating_async)
    replace(querysets, "prefetch_one_level", _refuse_to_prefetch)


# The methods that look at rows without `_fetch_all`, where there are some.
LOOK_AT_LOADED_ROWS = ("__getitem__", "contains", "count", "exists")


def _fetch_for_one_tenant(original: Callable[[Any], None]) -> Callable[[Any], None]:
    """Show rows that one tenant loaded to no other.

    A queryset that a module made for nobody is thereby nobody's until it is evaluated; copies made by `all()`
    have no rows and are free again.
    """

    @wraps(original)
    def fetch_all(self: Any) -> None:
        if self._result_cache is None:
            self._loaded_by = current_stamp()
        else:
            _refuse_loaded(self)
        original(self)

    return fetch_all


def _refuse_to_show(original: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(original)
    def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        if self._result_cache is not None:
            _refuse_loaded(self)
        return original(self, *args, **kwargs)

    return method


def _refuse_loaded(queryset: Any) -> None:
    own = queryset.__dict__
    # Rows that came by prefetch_related were given to a query of the tenant that asked for them. Not `query`:
    # that would add the filter of the relation, which Django puts off because nobody needs it.
    loaded_by = own["_loaded_by"] if "_loaded_by" in own else own["_query"].stamp
    current = current_stamp()
    if loaded_by != current and loaded_by and current and queryset.db == TENANT_ALIAS:
        raise WrongTenantError(_describe(queryset), loaded_by, current, "show the rows it has loaded")


def _refuse(query: Any, alias: str | None, doing: str) -> None:
    stamp, current = query.stamp, current_stamp()
    if stamp is None or alias != TENANT_ALIAS or _is_of_platform(query):
        return
    # Without a tenant the statement itself raises, and says how to get one.
    if current is not None and stamp != current:
        raise WrongTenantError(_describe(query), stamp, current, doing)


def _is_of_platform(query: Any) -> bool:
    # Printing a query compiles it for `default`, whatever its model.
    model = getattr(query, "model", None)
    return model is not None and model._meta.app_label not in tenant_app_labels()


def _describe(query: Any) -> str:
    model = getattr(query, "model", None)
    return f"A query for {model._meta.label}" if model else "A raw query"


def _init_stamps(original: Callable[..., None]) -> Callable[..., None]:
    @wraps(original)
    def init(self: Any, *args: Any, **kwargs: Any) -> None:
        original(self, *args, **kwargs)
        self.stamp = current_stamp()

    return init


def _clone_keeps_stamp(original: Callable[[Any], Any]) -> Callable[[Any], Any]:
    @wraps(original)
    def clone(self: Any) -> Any:
        query = original(self)
        # What is refined under a tenant is that tenant's, though a module made what it began with.
        if query.stamp is None:
            query.stamp = current_stamp()
        return query

    return clone


def _raw_clone_keeps_stamp(original: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(original)
    def clone(self: Any, using: str) -> Any:
        query = original(self, using)
        query.stamp = self.stamp or query.stamp
        return query

    return clone


def _refuse_to_compile(original: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(original)
    def get_compiler(
        self: Query, using: str | None = None, connection: Any = None, elide_empty: bool = True
    ) -> Any:
        if self.stamp != current_stamp():  # type: ignore[attr-defined]
            _refuse(self, using or getattr(connection, "alias", None), "be evaluated")
        return original(self, using, connection, elide_empty)

    return get_compiler


def _refuse_to_combine(original: Callable[..., None]) -> Callable[..., None]:
    @wraps(original)
    def combine(self: Any, rhs: Any, connector: str) -> None:
        if self.stamp and rhs.stamp and self.stamp != rhs.stamp:
            raise WrongTenantError(_describe(rhs), rhs.stamp, self.stamp, "be combined with another")
        original(self, rhs, connector)

    return combine


def _refuse_raw(original: Callable[..., None]) -> Callable[..., None]:
    @wraps(original)
    def execute(self: Any) -> None:
        _refuse(self, self.using, "be evaluated")
        original(self)

    return execute


def _refuse_to_prefetch(original: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(original)
    def prefetch_one_level(instances: Any, prefetcher: Any, lookup: Any, level: int) -> Any:
        # Django tells the router of the first instance only.
        refuse_others(instances, f"have {lookup.prefetch_through!r} prefetched")
        return original(instances, prefetcher, lookup, level)

    return prefetch_one_level
