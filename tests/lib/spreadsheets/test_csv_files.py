"""Cells hold what anybody has typed, and a spreadsheet runs what looks like a formula."""

import csv

import pytest

from lib.spreadsheets import csv_lines, harmless


def test_what_is_written_is_what_is_read():
    rows = [["Ann", 'Buyer, "North"'], ["Zoë; Öberg", "two\nlines"]]
    text = "".join(csv_lines(["Name", "Title"], rows))
    assert list(csv.reader(text.removeprefix("\ufeff").splitlines(keepends=True))) == [
        ["Name", "Title"],
        *rows,
    ]


def test_it_starts_with_the_mark_by_which_excel_knows_utf_8():
    assert next(csv_lines(["Name"], [])).encode().startswith(b"\xef\xbb\xbf")


def test_no_cell_of_a_file_starts_a_formula():
    assert list(csv_lines(["Name"], [["=1+1"]]))[1] == '"\'=1+1"\r\n'


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_it_puts_an_apostrophe_before_what_starts_a_formula(start):
    assert harmless(f"{start}1") == f"'{start}1"


@pytest.mark.parametrize("cell", ["", "Ann", "a=b", "1", "'quoted"])
def test_it_leaves_other_cells_alone(cell):
    assert harmless(cell) == cell
