"""Relations: an object is set, added, taken away and looked for within its own tenant."""

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

from django.contrib.contenttypes import fields as generic_fields
from django.db.models import Model
from django.db.models.fields import related_descriptors, related_lookups

from lib.tenancy.replacing import replace
from lib.tenancy.stamps import refuse_others, refuse_pair

Function = Callable[..., Any]

_RELATED_MANAGERS = [
    (related_descriptors, "create_reverse_many_to_one_manager"),
    (related_descriptors, "create_forward_many_to_many_manager"),
    (generic_fields, "create_generic_related_manager"),
]


def guard_relations() -> None:
    """Refuse another tenant's objects where Django does not ask the router about them."""
    replace(related_lookups, "get_normalized_value", _refuse_as_value)
    for module, name in _RELATED_MANAGERS:
        replace(module, name, _guard_related_manager)
    replace(generic_fields.GenericForeignKey, "__set__", _refuse_to_set_generic)
    replace(generic_fields.GenericForeignKey, "__get__", _refuse_to_get_generic)


def _refuse_as_value(original: Function) -> Function:
    @wraps(original)
    def get_normalized_value(value: Any, lhs: Any) -> Any:
        if isinstance(value, Model):
            refuse_others([value], "be looked for")
        return original(value, lhs)

    return get_normalized_value


def _guard_related_manager(original: Function) -> Function:
    @wraps(original)
    def create_manager(*args: Any, **kwargs: Any) -> Any:
        manager = original(*args, **kwargs)
        for name, doing in (("add", "be added"), ("remove", "be taken away")):
            # A foreign key that may not be null has no remove().
            if name in vars(manager):
                replace(manager, name, refuse_arguments(doing))
        if "set" in vars(manager):
            replace(manager, "set", _refuse_set)
        return manager

    return create_manager


def refuse_arguments(doing: str) -> Callable[[Function], Function]:
    """Return what guards a method against instances of others among its arguments."""

    def guard(original: Function) -> Function:
        @wraps(original)
        def method(self: Any, *objs: Any, **kwargs: Any) -> Any:
            refuse_others([*objs, *kwargs.values()], doing)
            return original(self, *objs, **kwargs)

        return method

    return guard


def _refuse_set(original: Function) -> Function:
    @wraps(original)
    def method(self: Any, objs: Iterable[Any], **kwargs: Any) -> None:
        objs = tuple(objs)
        refuse_others(objs, "be set")
        original(self, objs, **kwargs)

    return method


def _refuse_to_get_generic(original: Function) -> Function:
    @wraps(original)
    def __get__(self: Any, instance: Model | None, owner: Any = None) -> Any:  # noqa: N807 - it stands for that method
        if instance is not None:
            refuse_others([instance], "load what it points to")
        return original(self, instance, owner)

    return __get__


def _refuse_to_set_generic(original: Function) -> Function:
    @wraps(original)
    def __set__(self: Any, instance: Model, value: Any) -> None:  # noqa: N807 - it stands for that method
        if isinstance(value, Model):
            refuse_pair(instance, value)
        original(self, instance, value)

    return __set__
