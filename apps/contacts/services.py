"""What happens when a form was right."""

from collections.abc import Sequence

from django.db import IntegrityError, transaction

from apps.contacts.models import Contact, Organisation


class NameTakenError(Exception):
    """Another organisation of this name was saved between the check of the form and the save."""


def save_contact(
    contact: Contact, *, phone_numbers: Sequence[tuple[str, str]], seen_version: int | None
) -> None:
    """Save a contact with its phone numbers, or nothing at all.

    Raises:
        EditConflictError: somebody else has saved or deleted the contact since `seen_version`.
    """
    with transaction.atomic():
        contact.save_over(seen_version)
        contact.replace_phone_numbers(phone_numbers)


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
