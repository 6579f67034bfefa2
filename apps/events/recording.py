"""The one way by which events come to be."""

from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import Model

from apps.events.changes import Changes, without_secrets
from apps.events.models import Event
from apps.events.origins import find_origin
from apps.events.subjects import Subject
from apps.events.verbs import Verb
from lib.tenancy.stamps import refuse_others

MAX_NAME_CHARACTERS = 100
MAX_TEXT_CHARACTERS = 200


def record(
    verb: Verb,
    subject: Model | None = None,
    *,
    text: str = "",
    changes: Changes | None = None,
    actor: AbstractBaseUser | None = None,
) -> Event:
    """Add an event to the current company, in the transaction that is open: it stays if the change stays.

    `subject` is the row it was done to, before it is deleted; `text` says what the row's own text does not.
    `actor` is given where it is not who is signed in at the request at work.

    Raises:
        WrongTenantError: the subject or the actor is another company's.
    """
    event = describe(verb, subject, text=text, changes=changes, actor=actor)
    event.save()
    return event


def describe(
    verb: Verb,
    subject: Model | None = None,
    *,
    text: str = "",
    changes: Changes | None = None,
    actor: AbstractBaseUser | None = None,
) -> Event:
    """Return the event that `record` would add, not stored yet."""
    origin = find_origin()
    actor = actor or (origin.find_user() if origin else None)
    # Only keys and text are copied into the event, so no relation would notice.
    refuse_others((subject, actor), "be recorded")
    return Event(
        verb=verb,
        changes=without_secrets(changes or {}),
        ip=origin.find_ip() if origin else None,
        request_id=origin.request_id if origin else "",
        **_snapshot_of(actor),
        **_name_of(subject, text),
    )


def _snapshot_of(actor: Any) -> dict[str, Any]:
    if actor is None:
        return {}
    return {
        "actor_id": actor.pk,
        "actor_name": actor.get_full_name()[:MAX_NAME_CHARACTERS],
        "actor_email": actor.email,
    }


def _name_of(subject: Model | None, text: str) -> dict[str, str]:
    named = {"subject_text": (text or str(subject or ""))[:MAX_TEXT_CHARACTERS]}
    if subject is None:
        return named
    kind, key = Subject.of(subject)
    return {**named, "subject_kind": kind, "subject_key": key}
