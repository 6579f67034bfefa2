"""What happened in one company. The rows are its own, and all the same nobody there can change them."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.utils import timezone

from apps.events.subjects import Subject
from apps.events.verbs import label_of
from lib.tenancy.append_only import AppendOnly, AppendOnlyQuerySet


class EventQuerySet(AppendOnlyQuerySet["Event"]):
    def newest_first(self) -> Self:
        return self.order_by("-pk")

    def about(self, subject: Subject) -> Self:
        """Keep those that tell of one row, gone or not."""
        return self.filter(subject_kind=subject.kind, subject_key=subject.key)


class Event(AppendOnly):
    """One thing that somebody did. Everything that may change or go later is copied into it."""

    at = models.DateTimeField(default=timezone.now)
    # No constraint, and nothing done when the user goes: either would have to change the event.
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        null=True,
        related_name="+",
    )
    actor_name = models.CharField(max_length=100, blank=True)
    actor_email = models.EmailField(blank=True)
    verb = models.CharField(max_length=50)
    # The row it was done to, which may be gone: its label, its key, and what it was called then.
    subject_kind = models.CharField(max_length=100, blank=True)
    subject_key = models.CharField(max_length=64, blank=True)
    subject_text = models.CharField(max_length=200, blank=True)
    # Name of a field: [before, after].
    changes = models.JSONField(default=dict)
    ip = models.GenericIPAddressField("network address", null=True)
    # The same for all that one request did.
    request_id = models.CharField(max_length=32, blank=True)

    objects = EventQuerySet.as_manager()  # type: ignore[misc]  # the base has one of its own

    class Meta(AppendOnly.Meta):
        indexes = [  # one for each question of the list, in its order, and one for periods and for retention
            models.Index("actor", models.F("id").desc(), name="event_by_actor"),
            models.Index("verb", models.F("id").desc(), name="event_by_verb"),
            models.Index("subject_kind", "subject_key", models.F("id").desc(), name="event_by_subject"),
            models.Index("at", name="event_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.verb_label}: {self.subject_text}" if self.subject_text else self.verb_label

    @property
    def verb_label(self) -> str:
        return label_of(self.verb)

    @property
    def actor_text(self) -> str:
        """The name then, or the address, or nothing for what the platform did itself."""
        return self.actor_name or self.actor_email

    @property
    def subject(self) -> Subject | None:
        return Subject(self.subject_kind, self.subject_key) if self.subject_key else None

    def readable_changes(self) -> list[tuple[str, Any, Any]]:
        """Return the changes as label, before and after."""
        return [
            (name.replace("_", " ").capitalize(), before, after)
            for name, (before, after) in self.changes.items()
        ]
