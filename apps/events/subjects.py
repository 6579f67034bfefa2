"""The row that an event tells of, named so that the name outlives it: `contacts.contact:17`."""

from typing import NamedTuple, Self

from django.apps import apps
from django.db.models import Model


class Subject(NamedTuple):
    kind: str
    key: str

    @classmethod
    def of(cls, row: Model) -> Self:
        """Return the name of a stored row."""
        return cls(row._meta.label_lower, str(row.pk))

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Return the subject that `str()` wrote as `text`, or None."""
        kind, _, key = text.partition(":")
        return cls(kind, key) if kind.count(".") == 1 and key else None

    def __str__(self) -> str:
        return f"{self.kind}:{self.key}"

    def find(self) -> Model | None:
        """Return the row, or None where it or its model is gone."""
        try:
            found: Model | None = apps.get_model(self.kind)._default_manager.filter(pk=self.key).first()
        except (LookupError, ValueError):
            return None
        return found

    def find_address(self) -> str | None:
        """Return the address of the row's own page, if it is still there and has one."""
        row = self.find()
        get_address = getattr(row, "get_absolute_url", None)
        return str(get_address()) if get_address else None
