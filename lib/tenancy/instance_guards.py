"""Instances: each belongs to the tenant under which it was made or loaded.

Most ways from an instance to the database ask the router, which looks at the stamp: save, delete, refresh,
deferred fields, lazy and reverse relations, assignment. Guarded here is what does not ask it: an alias given
by name, objects passed as values, and comparison by key.
"""

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

from django.apps import apps
from django.db.models import Model, QuerySet
from django.db.models.base import ModelState
from django.db.models.deletion import Collector

from lib.tenancy.conf import TENANT_ALIAS
from lib.tenancy.context import current_stamp
from lib.tenancy.relation_guards import refuse_arguments
from lib.tenancy.replacing import replace
from lib.tenancy.stamps import claim, refuse_others, stamp_of

Function = Callable[..., Any]


def guard_instances() -> None:
    """Make Django's instances carry their tenant, and refuse what would take them to another."""
    ModelState.stamp = None  # type: ignore[attr-defined]
    ModelState.__init__ = _stamp_new  # type: ignore[method-assign, assignment]
    replace(Model, "__eq__", _same_key_and_tenant)
    replace(Model, "save_base", _refuse_to_save)
    for name, doing in _METHODS.items():
        replace(Model, name, _refusing(doing))
    for model in apps.get_models(include_auto_created=True):
        # Each model has a method by_ each of its dates, made when the class was.
        for name in [name for name in vars(model) if name.startswith(("get_next_by_", "get_previous_by_"))]:
            replace(model, name, _refusing("lead to the next"))
    replace(Collector, "collect", _refuse_to_delete)
    replace(QuerySet, "bulk_create", _refuse_bulk("be created", claims=True))
    replace(QuerySet, "bulk_update", _refuse_bulk("be updated", claims=False))
    replace(QuerySet, "contains", refuse_arguments("be looked for"))


_METHODS = {
    "refresh_from_db": "be refreshed",
    "prepare_database_save": "be stored in a row",
    "validate_unique": "be validated",
    "validate_constraints": "be validated",
    "_get_next_or_previous_in_order": "lead to the next",
}


def _stamp_new(state: Any) -> None:
    state.stamp = current_stamp()


def _same_key_and_tenant(original: Function) -> Function:
    @wraps(original)
    def __eq__(self: Model, other: object) -> Any:  # noqa: N807 - it stands for that method
        equal = original(self, other)
        if equal is not True or self is other or not isinstance(other, Model):
            return equal
        ours, theirs = stamp_of(self), stamp_of(other)
        return ours is None or theirs is None or ours == theirs

    return __eq__


def _refuse_to_save(original: Function) -> Function:
    @wraps(original)
    def save_base(self: Model, *args: Any, **kwargs: Any) -> None:
        # Django gives `using` by name; with the master's alias it is a row of the platform.
        is_tenants = (kwargs.get("using") or TENANT_ALIAS) == TENANT_ALIAS
        if is_tenants:
            refuse_others([self], "be saved")
        original(self, *args, **kwargs)
        if is_tenants:
            claim(self)

    return save_base


def _refusing(doing: str) -> Callable[[Function], Function]:
    def guard(original: Function) -> Function:
        @wraps(original)
        def method(self: Model, *args: Any, **kwargs: Any) -> Any:
            refuse_others([self], doing)
            return original(self, *args, **kwargs)

        return method

    return guard


def _refuse_to_delete(original: Function) -> Function:
    @wraps(original)
    def collect(self: Collector, objs: Any, *args: Any, **kwargs: Any) -> Any:
        # A queryset has a stamp of its own, and may not have been loaded yet.
        if self.using == TENANT_ALIAS and not isinstance(objs, QuerySet):
            refuse_others(objs, "be deleted")
        return original(self, objs, *args, **kwargs)

    return collect


def _refuse_bulk(doing: str, *, claims: bool) -> Callable[[Function], Function]:
    def guard(original: Function) -> Function:
        @wraps(original)
        def method(self: Any, objs: Iterable[Model], *args: Any, **kwargs: Any) -> Any:
            objs = list(objs)
            is_tenants = self.db == TENANT_ALIAS
            if is_tenants:
                refuse_others(objs, doing)
            result = original(self, objs, *args, **kwargs)
            if is_tenants and claims:
                for instance in objs:
                    claim(instance)
            return result

        return method

    return guard
