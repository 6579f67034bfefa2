"""Statements that refuse to share a message, as VACUUM and CREATE INDEX CONCURRENTLY do."""

import re
from contextlib import closing
from typing import Any

import psycopg2
import sqlparse  # which Django requires

_SETTING = re.compile(r"SET LOCAL (ROLE|search_path)(?: TO)? (.*);")


def run_alone(statement: bytes, prefix: bytes, parameters: dict[str, Any]) -> None:
    """Send `statement` by itself, on a new connection that begins where `prefix` points.

    So nothing has to be taken back, and nothing can stay anywhere. `parameters` lead to the server itself: a
    pooler that moves statements from one server connection to another refuses a connection with options.
    What the statement returns, such as the result of a procedure, is lost.
    """
    options = f"{parameters.get('options', '')} {startup_options(prefix)}".strip()
    plain = {**parameters, "options": options, "connection_factory": None, "cursor_factory": None}
    with closing(psycopg2.connect(**plain)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)


def is_one_statement(sql: bytes) -> bool:
    """Return whether `sql` is a single statement, comments aside."""
    # A statement of bytes that are no UTF-8 is still split at the same semicolons.
    text = sqlparse.format(sql.decode(errors="replace"), strip_comments=True)
    return len([part for part in sqlparse.split(text) if part.strip("; \n\t")]) == 1


def startup_options(prefix: bytes) -> str:
    """Return the options, as PGOPTIONS takes them, of a session that is where `prefix` puts one statement."""
    return " ".join(
        f"-c {name}={_escaped(value if name == 'search_path' else _unquoted(value))}"
        for name, value in _SETTING.findall(prefix.decode())
    )


def _escaped(value: str) -> str:
    return re.sub(r"([\\\s])", r"\\\1", value)


def _unquoted(identifier: str) -> str:
    # A role is named here without the quotes that SQL wants.
    return identifier[1:-1].replace('""', '"')
