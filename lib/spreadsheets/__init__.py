"""Files that a spreadsheet opens without surprises."""

from lib.spreadsheets.csv_files import csv_lines, harmless

__all__ = ["csv_lines", "harmless"]
