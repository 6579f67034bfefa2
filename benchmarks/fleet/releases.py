"""Releases of the library app, one after the other, as packages of migrations."""

import importlib
from pathlib import Path

from benchmarks.fleet.library import migrations as first

_MIGRATION = """from django.db import migrations, models
from django.db.models import F, Value
from django.db.models.functions import Concat

{code}
class Migration(migrations.Migration):
    dependencies = [("library", "{before}")]
    operations = [{operations}]
"""
_COLUMNS = """
        migrations.AddField("book", "extra_{number}", models.CharField(max_length=40, null=True)),
        migrations.AddIndex(
            "book", models.Index(fields=["pages", "extra_{number}"], name="book_extra_{number}")
        ),
"""
_CODE = "migrations.RunPython(change_titles, migrations.RunPython.noop)"
FUNCTION = """
def change_titles(apps, schema_editor):
    Book = apps.get_model("library", "Book")
    books = list(Book.objects.using(schema_editor.connection.alias).filter(pages__gte=0).order_by("pk"))
    for book in books:
        book.title = book.title.title() + "."
    Book.objects.using(schema_editor.connection.alias).bulk_update(books, ["title"])
"""


class Releases:
    """Packages in a folder, each with all migrations of the one before and one more."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._names = ["0001_initial"]
        self._texts = {"0001_initial": (Path(str(first.__file__)).parent / "0001_initial.py").read_text()}
        self.packages: list[str] = []
        self._write()

    def add_columns(self) -> str:
        """Write the release that adds a field and an index, and return the name of its package."""
        return self._add(_COLUMNS.format(number=len(self._names)), "")

    def add_code(self) -> str:
        """Write the release that changes rows by RunPython, and return the name of its package."""
        return self._add(_CODE, FUNCTION)

    def _add(self, operations: str, code: str) -> str:
        name = f"{len(self._names) + 1:04d}_later"
        text = _MIGRATION.format(code=code, before=self._names[-1], operations=operations)
        self._names.append(name)
        self._texts[name] = text
        return self._write()

    def _write(self) -> str:
        package = f"library_release_{len(self._names)}"
        folder = self._folder / package
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in {"__init__": "", **self._texts}.items():
            (folder / f"{name}.py").write_text(text)
        importlib.invalidate_caches()
        self.packages.append(package)
        return package
