"""Two people edit the same row: the second to save is told, and nothing is lost.

A row counts how often it was saved, and the form remembers the count it was filled from. A save is
one conditional UPDATE, so it needs no lock while somebody is typing.
"""

from typing import Any, NamedTuple

from django import forms
from django.core.exceptions import ValidationError
from django.db import models, transaction

from lib.forms import ModelForm


class EditConflictError(Exception):
    """The row was saved or deleted by somebody else since the form was filled from it."""

    def __init__(self, row: models.Model, seen_version: int) -> None:
        super().__init__(f"{row!r} is no longer at version {seen_version}. Show the saved row and ask again.")


class Versioned(models.Model):
    """Give a model a version, and a way to save that refuses to overwrite an unseen one."""

    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        abstract = True

    def save_over(self, seen_version: int | None) -> None:
        """Save the row, if it is stored as it was seen. None means it was not stored at all.

        Raises:
            EditConflictError: somebody else has saved or deleted it since.
        """
        if seen_version is None:
            self.save(force_insert=True)
            return
        with transaction.atomic():
            seen = type(self)._base_manager.filter(pk=self.pk, version=seen_version)
            if not seen.update(version=models.F("version") + 1):
                raise EditConflictError(self, seen_version)
            self.version = seen_version + 1
            self.save(force_update=True)


class SavedValue(NamedTuple):
    """What somebody else has saved in one place of the form."""

    label: str
    value: str


class VersionedForm(ModelForm):
    """A form that knows which version it was filled from, and can come back after a conflict."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    saved_meanwhile: list[SavedValue] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is None:
            del self.fields["version"]
        else:
            self.initial["version"] = self.instance.version

    def seen_version(self) -> int | None:
        """Return the version the form was filled from: None for a new row."""
        return self.version() if "version" in self.fields else None

    def come_back_after_conflict(self, saved: Versioned) -> None:
        """Keep what was typed, show what was saved, and let the next save be a decision."""
        self.saved_meanwhile = self.differences_from(saved)
        self.data = dict(self.data.items()) | {self.add_prefix("version"): str(saved.version)}
        self.add_error(
            None,
            ValidationError(
                "Somebody else saved this while you were editing. Your text is still here; what they saved "
                "is shown too. Save again to replace it with yours.",
                code="conflict",
            ),
        )

    def differences_from(self, saved: Versioned) -> list[SavedValue]:
        return [
            SavedValue(str(self[name].label), str(getattr(saved, name) or "(empty)"))
            for name in self._meta.fields or ()
            if getattr(saved, name) != getattr(self.instance, name)
        ]
