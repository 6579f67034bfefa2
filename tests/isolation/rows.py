"""Make a row of any model, so that a model added tomorrow is tried as well."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import models
from django.utils import timezone

from lib.tenancy.placement import master_app_labels, tenant_app_labels

MARK = "secret-of-acme"


def tenant_models() -> list[type[models.Model]]:
    """Return every model whose table a company has to itself, those that others point to first."""
    labels = tenant_app_labels() - master_app_labels()
    found = [model for model in apps.get_models() if model._meta.app_label in labels]
    return sorted(found, key=lambda model: (_depth(model), model._meta.label))


def _depth(model: type[models.Model], seen: tuple[type[models.Model], ...] = ()) -> int:
    if model in seen:
        return 0
    targets = [field.related_model for field in _columns(model) if field.is_relation]
    return max((1 + _depth(target, (*seen, model)) for target in targets), default=0)


def make_row(model: type[models.Model], pk: int) -> models.Model:
    """Save a row whose every text holds MARK, with what it points to made first."""
    values = {field.attname: _value(field, pk) for field in _columns(model) if not field.primary_key}
    row = model(pk=_key(model, pk), **values)
    row.save(force_insert=True)
    return row


def _columns(model: type[models.Model]) -> list[Any]:
    return [
        field
        for field in model._meta.local_concrete_fields
        if not getattr(field, "auto_now_add", False) and not field.generated
    ]


# The first kind that fits a field says what it is filled with.
_FILLINGS: list[tuple[type[Any], Callable[[int], Any]]] = [
    (models.EmailField, lambda number: f"{MARK}-{number}@x.example"),
    (models.URLField, lambda number: f"https://{MARK}-{number}.example"),
    (models.CharField, lambda number: f"{MARK}-{number}"),
    (models.TextField, lambda number: f"{MARK}-{number}"),
    (models.BooleanField, lambda number: True),
    (models.DateTimeField, lambda number: timezone.now()),
    (models.DateField, lambda number: timezone.localdate()),
    (models.IntegerField, lambda number: 1),
    (models.JSONField, lambda number: {"field": [None, f"{MARK}-{number}"]}),
    (models.GenericIPAddressField, lambda number: "192.0.2.1"),
]


def _value(field: Any, number: int) -> Any:
    if field.is_relation:
        return make_row_once(field.related_model, number).pk
    if field.choices:
        return field.choices[0][0]
    for kind, fill in _FILLINGS:
        if isinstance(field, kind):
            value = fill(number)
            return value[: field.max_length] if field.max_length else value
    raise NotImplementedError(f"Say in _FILLINGS what a {type(field).__name__} ({field}) is filled with.")


def make_row_once(model: type[models.Model], pk: int) -> models.Model:
    """Return the row that `make_row` makes, made now if it is missing."""
    return model._base_manager.filter(pk=_key(model, pk)).first() or make_row(model, pk)


def _key(model: type[models.Model], pk: int) -> Any:
    match model._meta.pk.get_internal_type():
        case "AutoField" | "BigAutoField":
            return pk
        case "UUIDField":
            return UUID(int=pk)
    return f"{MARK}-{pk}"
