"""What PostgreSQL's catalog says is in a schema, so that a table made tomorrow is there as well."""

from dataclasses import dataclass
from typing import Any

from lib.tenancy.identifiers import quote_identifier

_COLUMNS = """
    SELECT relname, attname, typcategory IN ('S', 'U') AS is_text
    FROM pg_class
    JOIN pg_attribute ON attrelid = pg_class.oid AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
    JOIN pg_type ON pg_type.oid = atttypid
    WHERE relnamespace = to_regnamespace(%s) AND relkind IN ('r', 'p')
    ORDER BY relname, attnum
"""
_SEQUENCES = "SELECT sequencename, last_value, start_value FROM pg_sequences WHERE schemaname = %s"

# Of all rows in whatever order, so that no index is needed.
_FINGERPRINT = "SELECT {name}, count(*), coalesce(sum(hashtextextended({table}::text, 0)), 0) FROM {path}"


@dataclass(frozen=True)
class Table:
    """A table with its columns, without those that PostgreSQL computes."""

    schema: str
    name: str
    columns: tuple[str, ...]
    # Those that may hold what a person wrote: texts, and types that are written as text, such as JSON.
    text_columns: tuple[str, ...]

    @property
    def path(self) -> str:
        return f"{quote_identifier(self.schema)}.{quote_identifier(self.name)}"


def tables_of(cursor: Any, schema: str) -> list[Table]:
    """Return the tables of a schema, by name. `cursor` is one of a connection that may see them."""
    cursor.execute(_COLUMNS, [quote_identifier(schema)])
    columns: dict[str, list[str]] = {}
    texts: dict[str, list[str]] = {}
    for table, column, is_text in cursor.fetchall():
        columns.setdefault(table, []).append(column)
        texts.setdefault(table, []).extend([column] if is_text else [])
    return [Table(schema, name, tuple(columns[name]), tuple(texts[name])) for name in columns]


def fingerprints(cursor: Any, tables: list[Table]) -> dict[str, tuple[int, int]]:
    """Return, for each table, the number of its rows and a checksum of them. One query."""
    selects = [
        _FINGERPRINT.format(name="%s", table=quote_identifier(table.name), path=table.path)
        for table in tables
    ]
    if not selects:
        return {}
    cursor.execute(" UNION ALL ".join(selects), [table.name for table in tables])
    return {name: (rows, int(checksum)) for name, rows, checksum in cursor.fetchall()}


def text_values(cursor: Any, tables: list[Table], min_characters: int) -> set[str]:
    """Return what the text columns of `tables` hold, each value once, short ones left out. One query."""
    selects = [
        f"SELECT {quote_identifier(column)}::text AS value FROM {table.path}"
        for table in tables
        for column in table.text_columns
    ]
    if not selects:
        return set()
    cursor.execute(
        f"SELECT DISTINCT value FROM ({' UNION ALL '.join(selects)}) AS found WHERE length(value) >= %s",
        [min_characters],
    )
    return {value for (value,) in cursor.fetchall()}


def sequences_of(cursor: Any, schema: str) -> dict[str, tuple[int, bool]]:
    """Return, for each sequence, the arguments of setval() that bring it to where it is now."""
    cursor.execute(_SEQUENCES, [schema])
    return {
        name: (start if last is None else last, last is not None) for name, last, start in cursor.fetchall()
    }
