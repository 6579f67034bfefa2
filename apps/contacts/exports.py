"""The list of contacts as a CSV file."""

from collections.abc import Iterable, Iterator

from apps.contacts.models import Contact, ContactQuerySet
from lib.spreadsheets import csv_lines

HEADINGS = ["First name", "Last name", "E-mail", "Job title", "Organisation", "Phone numbers"]

ROWS_PER_FETCH = 2000


def contact_lines(contacts: ContactQuerySet) -> Iterator[str]:
    """Yield the file line by line."""
    rows = contacts.for_list().iterator(chunk_size=ROWS_PER_FETCH)
    return csv_lines(HEADINGS, map(cells, rows))


def cells(contact: Contact) -> Iterable[str]:
    return (
        contact.first_name,
        contact.last_name,
        contact.email,
        contact.job_title,
        contact.organisation.name if contact.organisation else "",
        contact.phone_numbers_text(),
    )
