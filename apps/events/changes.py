"""What differs between two states of a row, as an event keeps it."""

import re
from typing import Any

from django.db.models import Field, ForeignKey, Model

# Name of a field: [before, after], each a text, a number, True, False or None.
Changes = dict[str, list[Any]]

HIDDEN = "(hidden)"
# What people prove themselves with. That it changed is recorded, what it was and is, never.
_SECRET = re.compile("pass|pwd|secret|token|digest|signature|(^|_)(key|code|pin|otp)s?($|_)", re.IGNORECASE)
_MAX_CHARACTERS = 500


def changes_between(before: Model | None, after: Model) -> Changes:
    """Return the fields that differ, of those that people fill in. None as `before` is a row that is new."""
    changes = {}
    for field in after._meta.concrete_fields:
        if field.primary_key or not field.editable:
            continue
        old, new = _value(before, field) if before else None, _value(after, field)
        if old != new and (old or new):
            changes[field.name] = [old, new]
    return changes


def without_secrets(changes: Changes) -> Changes:
    """Return what may be stored: no secret, and no text longer than somebody would read."""
    return {
        name: [HIDDEN, HIDDEN] if _SECRET.search(name) else [_shortened(value) for value in values]
        for name, values in changes.items()
    }


def _value(row: Model, field: "Field[Any, Any]") -> Any:
    # A row it points to is named: its key says nothing to people, and nothing at all once it is gone.
    value = getattr(row, field.name) if isinstance(field, ForeignKey) else field.value_from_object(row)
    return value if value is None or isinstance(value, bool | int) else str(value)


def _shortened(value: Any) -> Any:
    if not isinstance(value, str) or len(value) <= _MAX_CHARACTERS:
        return value
    return value[: _MAX_CHARACTERS - 1] + "…"
