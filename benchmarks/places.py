"""Logins and databases that live as long as a run."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from benchmarks.superuser import run, superuser
from lib.postgres.server import EmbeddedServer

PASSWORD = "benchmark"  # noqa: S105 - of logins that live as long as the run, on 127.0.0.1


@contextmanager
def places_for(logins: Sequence[str], server: EmbeddedServer) -> Iterator[None]:
    """Make logins, each with a database of its name, and remove afterwards all that they made."""
    with superuser(server) as cursor:
        for login in logins:
            _drop(cursor, login)
            _make(cursor, login)
    try:
        yield
    finally:
        with superuser(server) as cursor:
            for login in logins:
                _drop(cursor, login)


def _make(cursor: Any, login: str) -> None:
    run(cursor, f"CREATE ROLE {{}} LOGIN CREATEDB CREATEROLE NOINHERIT PASSWORD '{PASSWORD}'", login)
    run(cursor, "GRANT CONNECT ON DATABASE postgres TO {}", login)
    run(cursor, "CREATE DATABASE {0} OWNER {0}", login)


def _drop(cursor: Any, login: str) -> None:
    """Drop a login with the databases and roles that it made, those of a run that was killed included."""
    cursor.execute("SELECT datname FROM pg_database WHERE pg_get_userbyid(datdba) = %s", [login])
    for (database,) in cursor.fetchall():
        # PostgreSQL drops no database that others are made from.
        run(cursor, "ALTER DATABASE {} IS_TEMPLATE false", database)
        run(cursor, "DROP DATABASE {} WITH (FORCE)", database)
    cursor.execute("SELECT rolname FROM pg_roles WHERE starts_with(rolname, %s)", [f"{login}:"])
    for (role,) in cursor.fetchall():
        run(cursor, "DROP ROLE {}", role)
    cursor.execute("SELECT FROM pg_roles WHERE rolname = %s", [login])
    if cursor.rowcount:
        run(cursor, "DROP OWNED BY {}", login)
        run(cursor, "DROP ROLE {}", login)
