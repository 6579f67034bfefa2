"""The rows of a schema as they were, to be put back after a test that committed."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from lib.tenancy.identifiers import quote_identifier
from lib.tenancy.testing.catalog import Table, fingerprints, sequences_of, tables_of

# Somebody a test forgot, who still holds a lock, must not stop all tests for ever.
_LOCK_TIMEOUT_SECONDS = 10

_WITH_TRIGGERS = """
    SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
    WHERE relnamespace = to_regnamespace(%s) AND NOT tgisinternal
"""


@dataclass(frozen=True)
class Snapshot:
    """All rows and sequences of one schema, in PostgreSQL's own text for COPY."""

    schema: str
    tables: list[Table]
    fingerprints: dict[str, tuple[int, int]]
    rows: dict[str, str]
    sequences: dict[str, tuple[int, bool]]

    def restore(self, cursor: Any) -> list[str]:
        """Put back what has changed, and return the names of those tables.

        In a transaction that is open, as the owner of the tables. Foreign keys must be deferrable, as Django
        makes them.
        """
        changed = self._changed(cursor)
        if changed:
            cursor.execute(f"SET LOCAL lock_timeout = '{_LOCK_TIMEOUT_SECONDS}s'")
            with _triggers_off(cursor, self.schema):
                self._put_back(cursor, changed)
        self.restore_sequences(cursor)
        return [table.name for table in changed]

    def restore_sequences(self, cursor: Any) -> None:
        """Count on from where the sequences were."""
        if self.sequences:
            calls = ", ".join(["setval(%s, %s, %s)"] * len(self.sequences))
            cursor.execute(
                f"SELECT {calls}", [part for call in self.sequences.items() for part in self._call(*call)]
            )

    def _put_back(self, cursor: Any, changed: list[Table]) -> None:
        cursor.execute(f"TRUNCATE {', '.join(table.path for table in changed)} CASCADE")
        # CASCADE has emptied those that point to them as well.
        for table in self._changed(cursor):
            cursor.copy_expert(f"COPY {_columns_of(table)} FROM STDIN", io.StringIO(self.rows[table.name]))

    def _call(self, name: str, position: tuple[int, bool]) -> tuple[str, int, bool]:
        return f"{quote_identifier(self.schema)}.{quote_identifier(name)}", *position

    def _changed(self, cursor: Any) -> list[Table]:
        now = fingerprints(cursor, self.tables)
        return [table for table in self.tables if now[table.name] != self.fingerprints[table.name]]


def take_snapshot(cursor: Any, schema: str) -> Snapshot:
    """Return the rows of `schema` as they are now."""
    tables = tables_of(cursor, schema)
    rows = {}
    for table in tables:
        copied = io.StringIO()
        cursor.copy_expert(f"COPY {_columns_of(table)} TO STDOUT", copied)
        rows[table.name] = copied.getvalue()
    return Snapshot(schema, tables, fingerprints(cursor, tables), rows, sequences_of(cursor, schema))


@contextmanager
def _triggers_off(cursor: Any, schema: str) -> Iterator[None]:
    # They refuse to empty append-only tables, or would write rows of their own.
    cursor.execute(_WITH_TRIGGERS, [quote_identifier(schema)])
    tables = [path for (path,) in cursor.fetchall()]
    for path in tables:
        cursor.execute(f"ALTER TABLE {path} DISABLE TRIGGER USER")
    yield
    # A table whose foreign keys are still to be checked cannot be altered.
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    for path in tables:
        cursor.execute(f"ALTER TABLE {path} ENABLE TRIGGER USER")


def _columns_of(table: Table) -> str:
    return f"{table.path} ({', '.join(quote_identifier(column) for column in table.columns)})"
