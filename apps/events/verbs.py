"""All that can be recorded. What is stored is the value, so it is never renamed; a label may be."""

from django.db.models import TextChoices


class Verb(TextChoices):
    """What was done: the thing, a full stop, and what became of it."""

    WORKSPACE_FOUNDED = "workspace.founded", "Workspace founded"

    MEMBER_SIGNED_IN = "member.signed_in", "Signed in"
    MEMBER_SIGN_IN_FAILED = "member.sign_in_failed", "Sign-in failed"
    MEMBER_SIGNED_OUT = "member.signed_out", "Signed out"
    MEMBER_PASSWORD_CHANGED = "member.password_changed", "Password changed"
    MEMBER_EMAIL_VERIFIED = "member.email_verified", "E-mail address confirmed"
    MEMBER_EMAIL_CHANGED = "member.email_changed", "E-mail address changed"

    CONTACT_CREATED = "contact.created", "Contact created"
    CONTACT_CHANGED = "contact.changed", "Contact changed"
    CONTACT_DELETED = "contact.deleted", "Contact deleted"
    NOTE_CREATED = "note.created", "Note written"
    NOTE_DELETED = "note.deleted", "Note deleted"
    ORGANISATION_CREATED = "organisation.created", "Organisation created"
    ORGANISATION_CHANGED = "organisation.changed", "Organisation changed"
    ORGANISATION_DELETED = "organisation.deleted", "Organisation deleted"

    EXPORT_DOWNLOADED = "export.downloaded", "Export downloaded"
    FILE_DOWNLOADED = "file.downloaded", "File downloaded"
    EVENTS_PRUNED = "events.pruned", "Old events removed"


def label_of(verb: str) -> str:
    """Return what people read for a stored verb, one that this code no longer knows included."""
    return str(Verb(verb).label) if verb in Verb.values else verb
