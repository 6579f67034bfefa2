"""What happens when a form was right, and the event that tells of it."""

from collections.abc import Sequence

from django.db import IntegrityError, transaction

from apps.contacts.models import Contact, Note, Organisation
from apps.events.changes import Changes, changes_between
from apps.events.recording import record
from apps.events.verbs import Verb

_CREATED = {Contact: Verb.CONTACT_CREATED, Organisation: Verb.ORGANISATION_CREATED}
_CHANGED = {Contact: Verb.CONTACT_CHANGED, Organisation: Verb.ORGANISATION_CHANGED}
_DELETED = {Contact: Verb.CONTACT_DELETED, Organisation: Verb.ORGANISATION_DELETED}


class NameTakenError(Exception):
    """Another organisation of this name was saved between the check of the form and the save."""


class OrganisationGoneError(Exception):
    """The organisation chosen in a form was deleted between its check and the save."""


def save_contact(
    contact: Contact, *, phone_numbers: Sequence[tuple[str, str]], seen_version: int | None
) -> None:
    """Save a contact with its phone numbers, or nothing at all.

    Raises:
        EditConflictError: somebody else has saved or deleted the contact since `seen_version`.
        OrganisationGoneError: the organisation was deleted a moment ago.
    """
    with transaction.atomic():
        if contact.organisation_id is not None and not _keep(Organisation, contact.organisation_id):
            raise OrganisationGoneError
        before = Contact.objects.select_related("organisation").filter(pk=contact.pk).first()
        numbers_before = before.phone_numbers_text() if before else ""
        contact.save_over(seen_version)
        contact.replace_phone_numbers(phone_numbers)
        changes = changes_between(before, contact)
        if (numbers := contact.phone_numbers_text()) != numbers_before:
            changes["phone_numbers"] = [numbers_before, numbers]
        _record_save(contact, before, changes)


def save_note(note: Note) -> bool:
    """Save a note, or return False: its contact was deleted a moment ago."""
    with transaction.atomic():
        if not _keep(Contact, note.contact_id):
            return False
        note.save()
        record(Verb.NOTE_CREATED, note.contact)
        return True


def delete_note(note: Note) -> None:
    """Delete a note. Its text goes with it: the event tells whose contact it was about, and no more."""
    with transaction.atomic():
        deleted, _ = Note.objects.filter(pk=note.pk).delete()
        if deleted:
            record(Verb.NOTE_DELETED, note.contact)


def delete(row: Contact | Organisation) -> None:
    """Delete a row with what goes with it. Who is just adding to it waits, and finds it gone."""
    with transaction.atomic():
        if type(row)._default_manager.select_for_update().filter(pk=row.pk).first():
            record(_DELETED[type(row)], row)
            row.delete()


def _keep(model: type[Contact] | type[Organisation], pk: int) -> bool:
    """Keep a row from being deleted until the transaction ends; return whether it is there."""
    rows = model._default_manager.select_for_update(no_key=True).filter(pk=pk)
    return rows.order_by().values_list("pk", flat=True).first() is not None


def save_organisation(organisation: Organisation, *, seen_version: int | None) -> None:
    """Save an organisation.

    Raises:
        EditConflictError: somebody else has saved or deleted it since `seen_version`.
        NameTakenError: its name was taken a moment ago.
    """
    try:
        with transaction.atomic():
            before = Organisation.objects.filter(pk=organisation.pk).first()
            organisation.save_over(seen_version)
            _record_save(organisation, before, changes_between(before, organisation))
    except IntegrityError as error:
        raise NameTakenError(organisation.name) from error


def _record_save(
    row: Contact | Organisation, before: Contact | Organisation | None, changes: Changes
) -> None:
    if before is None:
        record(_CREATED[type(row)], row, changes=changes)
    elif changes:  # somebody may press Save and have changed nothing
        record(_CHANGED[type(row)], row, changes=changes)
