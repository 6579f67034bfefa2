"""CSV as spreadsheets read it, whatever people have typed into its cells."""

import csv
from collections.abc import Iterable, Iterator, Sequence

from lib.forms.hostile_text import INVISIBLE

# Excel reads a file as UTF-8 only if it starts with this mark; others skip it.
BYTE_ORDER_MARK = "\ufeff"

# A cell that starts like this is run as a formula by spreadsheets, and its text came from anybody.
# Source: OWASP, "CSV Injection".
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def csv_lines(headings: Sequence[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    """Yield the file line by line, so that its size is not limited by memory."""
    # All quoted: where spreadsheets separate by semicolons, one inside a cell would begin another.
    writer = csv.writer(_Echo(), quoting=csv.QUOTE_ALL)
    yield BYTE_ORDER_MARK + writer.writerow(headings)
    for cells in rows:
        yield writer.writerow(map(harmless, cells))


def harmless(cell: str) -> str:
    """Put an apostrophe before a text that a spreadsheet would take for a formula."""
    # Behind white space and characters without ink, too: a spreadsheet may drop them.
    seen = INVISIBLE.sub("", cell, count=1) if INVISIBLE.match(cell) else cell
    return f"'{cell}" if cell.startswith(_FORMULA_STARTS) or seen.startswith(_FORMULA_STARTS) else cell


class _Echo:
    """A file that hands back what is written to it, which is all that csv.writer asks of one."""

    def write(self, line: str) -> str:
        return line
