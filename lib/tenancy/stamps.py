"""Whose an object is: the stamp that instances and queries carry, and the refusal to use it elsewhere.

A stamp is the schema's name: it never changes while a tenant lives, and a pickle of it holds nothing secret.
"""

from collections.abc import Iterable
from typing import Any

from django.db.models import Model

from lib.tenancy.conf import TENANT_ALIAS
from lib.tenancy.context import current_stamp
from lib.tenancy.exceptions import WrongTenantError
from lib.tenancy.placement import tenant_app_labels


def stamp_of(instance: Model) -> str | None:
    """Return whose the instance is, or None for rows of the platform and for what nobody has claimed yet."""
    if instance._state.db not in (None, TENANT_ALIAS):
        return None
    return _raw_stamp(instance) if instance._meta.app_label in tenant_app_labels() else None


def claim(instance: Model) -> None:
    """Stamp an instance that was made while no tenant was active, now that it has become somebody's row."""
    if _raw_stamp(instance) is None:
        _set_stamp(instance, current_stamp())


def refuse_others(instances: Iterable[Any], doing: str) -> None:
    """Raise if one of `instances` is another tenant's. What is no instance of a model passes.

    Passes while no tenant is active: a statement raises by itself then, and without one nothing happens.

    Raises:
        WrongTenantError: names the instance, its tenant and the current one.
    """
    current = current_stamp()
    if current is None:
        return
    for instance in instances:
        if not isinstance(instance, Model) or _raw_stamp(instance) in (None, current):
            continue
        owner = stamp_of(instance)
        if owner is not None:
            raise WrongTenantError(describe(instance), owner, current, doing)


def refuse_pair(one: Model, other: Model) -> None:
    """Raise if the two are of different tenants; what is nobody's yet becomes the other's tenant's."""
    if _raw_stamp(one) == _raw_stamp(other):
        return
    ours, theirs = stamp_of(one), stamp_of(other)
    if ours and theirs:
        raise WrongTenantError(describe(one), ours, theirs, f"be related to {describe(other)}")
    for instance, owner in ((one, theirs), (other, ours)):
        if owner and _raw_stamp(instance) is None:
            _set_stamp(instance, owner)


def describe(instance: Model) -> str:
    """Name an instance without asking the database, which `str()` might do."""
    key = instance.__dict__.get(instance._meta.pk.attname)
    return f"{instance._meta.label} {'without a key' if key is None else f'with the key {key!r}'}"


def _raw_stamp(instance: Model) -> str | None:
    stamp: str | None = instance._state.stamp  # type: ignore[attr-defined]
    return stamp


def _set_stamp(instance: Model, stamp: str | None) -> None:
    instance._state.stamp = stamp  # type: ignore[attr-defined]
