"""What happens when a form was right."""

from collections.abc import Sequence

from django.db import IntegrityError, transaction

from apps.contacts.models import Contact, Note, Organisation


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
        contact.save_over(seen_version)
        contact.replace_phone_numbers(phone_numbers)


def save_note(note: Note) -> bool:
    """Save a note, or return False: its contact was deleted a moment ago."""
    with transaction.atomic():
        if not _keep(Contact, note.contact_id):
            return False
        note.save()
        return True


def delete(row: Contact | Organisation) -> None:
    """Delete a row with what goes with it. Who is just adding to it waits, and finds it gone."""
    with transaction.atomic():
        type(row)._default_manager.select_for_update().filter(pk=row.pk).first()
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
            organisation.save_over(seen_version)
    except IntegrityError as error:
        raise NameTakenError(organisation.name) from error
