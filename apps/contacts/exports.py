"""The list of contacts as a CSV file that a spreadsheet opens without surprises."""

import csv
from collections.abc import Iterable, Iterator

from apps.contacts.models import Contact, ContactQuerySet
from lib.forms.hostile_text import INVISIBLE

HEADINGS = ["First name", "Last name", "E-mail", "Job title", "Organisation", "Phone numbers"]

# Excel reads a file as UTF-8 only if it starts with this mark; others skip it.
BYTE_ORDER_MARK = "\ufeff"

# A cell that starts like this is run as a formula by spreadsheets, and its text came from anybody.
# Source: OWASP, "CSV Injection".
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")

ROWS_PER_FETCH = 2000


def csv_lines(contacts: ContactQuerySet) -> Iterator[str]:
    """Yield the file line by line, so that its size is not limited by memory."""
    # All quoted: where spreadsheets separate by semicolons, one inside a cell would begin another.
    writer = csv.writer(_Echo(), quoting=csv.QUOTE_ALL)
    yield BYTE_ORDER_MARK + writer.writerow(HEADINGS)
    for contact in contacts.for_list().iterator(chunk_size=ROWS_PER_FETCH):
        yield writer.writerow(map(harmless, cells(contact)))


def cells(contact: Contact) -> Iterable[str]:
    return (
        contact.first_name,
        contact.last_name,
        contact.email,
        contact.job_title,
        contact.organisation.name if contact.organisation else "",
        "; ".join(map(str, contact.phone_numbers.all())),
    )


def harmless(cell: str) -> str:
    """Put an apostrophe before a text that a spreadsheet would take for a formula."""
    # Behind white space and characters without ink, too: a spreadsheet may drop them.
    seen = INVISIBLE.sub("", cell, count=1) if INVISIBLE.match(cell) else cell
    return f"'{cell}" if cell.startswith(_FORMULA_STARTS) or seen.startswith(_FORMULA_STARTS) else cell


class _Echo:
    """A file that hands back what is written to it, which is all that csv.writer asks of one."""

    def write(self, line: str) -> str:
        return line
