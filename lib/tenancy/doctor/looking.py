"""A connection that only looks: everything in one read-only transaction that is rolled back."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import psycopg2

from lib.tenancy.servers import direct_settings

_CONNECT_TIMEOUT_SECONDS = 10
_LOCK_TIMEOUT = "5s"


@contextmanager
def looking(settings: dict[str, Any], **instead: str) -> Iterator[Any]:
    """Yield a cursor of a connection of its own, in a transaction that can write nothing.

    `settings` are those of a server; `instead` replaces NAME, USER or PASSWORD. Nothing is set for the
    session, so that a pooler has nothing to carry to the next; a lock that is held long ends the wait.

    Raises:
        psycopg2.OperationalError: nobody lets us in.
    """
    where = direct_settings({**settings, **instead})
    connection = psycopg2.connect(
        host=where["HOST"],
        port=where["PORT"] or None,
        user=where["USER"],
        password=where["PASSWORD"],
        dbname=where["NAME"],
        connect_timeout=_CONNECT_TIMEOUT_SECONDS,
        application_name="doctor",
    )
    with closing(connection):
        connection.set_session(readonly=True)
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = '{_LOCK_TIMEOUT}'")
            yield cursor


@contextmanager
def undone(cursor: Any) -> Iterator[None]:
    """Take back, after the block, what it did in the transaction, so that an error in it ends nothing."""
    cursor.execute("SAVEPOINT doctor")
    try:
        yield
    finally:
        if not cursor.connection.closed:
            cursor.execute("ROLLBACK TO SAVEPOINT doctor; RELEASE SAVEPOINT doctor")


def rows(cursor: Any, sql: str, **parameters: Any) -> list[tuple[Any, ...]]:
    """Return all that a query finds."""
    cursor.execute(sql, parameters or None)
    found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def why(error: Exception) -> str:
    """Return PostgreSQL's reason in one line; libpq puts in front of it where it tried."""
    return " ".join(str(error).rpartition(" failed: ")[2].split())
