"""The application's login and database, made by the superuser, so that the application need not be one."""

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass

import psycopg2
from psycopg2 import sql
from psycopg2.extensions import connection as Connection  # noqa: N812 - psycopg2 spells its classes small
from psycopg2.extensions import cursor as Cursor  # noqa: N812

from lib.postgres.cluster import SUPERUSER
from lib.postgres.exceptions import AdministrationError

APPLICATION = "terrace"  # the login and the database it owns
RECOVERY_TIMEOUT_SECONDS = 60.0


@dataclass(frozen=True)
class Administration:
    """What the superuser of one running server does."""

    port: int
    password: str

    def ensure_login(self, password: str) -> None:
        """Make the application's login, or set it right.

        It may make databases and roles, for tenants with a database and a login of their own, and inherits
        nothing from the roles it makes. Its own search_path is empty: a statement that names neither a schema
        nor a tenant finds nothing and creates nothing.
        """
        role = sql.Identifier(APPLICATION)
        with self._cursor("postgres") as cursor:
            cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [APPLICATION])
            if cursor.fetchone() is None:
                cursor.execute(sql.SQL("CREATE ROLE {}").format(role))
            rights = sql.SQL("LOGIN NOSUPERUSER CREATEDB CREATEROLE NOINHERIT NOREPLICATION NOBYPASSRLS")
            cursor.execute(
                sql.SQL("ALTER ROLE {} WITH {} PASSWORD {}").format(role, rights, sql.Literal(password))
            )
            cursor.execute(sql.SQL("ALTER ROLE {} SET search_path = ''").format(role))
            cursor.execute(sql.SQL("ALTER ROLE {} SET timezone = 'UTC'").format(role))

    def ensure_database(self) -> None:
        """Make the application's database, or set right who may enter it."""
        name = sql.Identifier(APPLICATION)
        with self._cursor("postgres") as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [APPLICATION])
            if cursor.fetchone() is None:
                # template0 is the one template nobody can have written to.
                cursor.execute(sql.SQL("CREATE DATABASE {0} OWNER {0} TEMPLATE template0").format(name))
            # `postgres` and `template1`, which everybody may enter, stay open to the application alone: tools
            # connect there to make other databases.
            for database in (APPLICATION, "postgres", "template1"):
                _close_to_others(cursor, sql.Identifier(database), name)
        # template1 too, for the databases made from it, such as those of the tests.
        for database in (APPLICATION, "template1"):
            with self._cursor(database) as cursor:
                cursor.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")

    @contextmanager
    def _cursor(self, database: str) -> Iterator[Cursor]:
        with closing(self._connect(database)) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                yield cursor

    def _connect(self, database: str) -> Connection:
        deadline = time.monotonic() + RECOVERY_TIMEOUT_SECONDS
        while True:
            try:
                return psycopg2.connect(
                    host="127.0.0.1",
                    port=self.port,
                    user=SUPERUSER,
                    password=self.password,
                    dbname=database,
                    connect_timeout=10,
                    # A stranger listening on our port could otherwise ask for the password in clear.
                    require_auth="scram-sha-256",
                )
            except psycopg2.OperationalError as error:
                if not _is_passing(error) or time.monotonic() > deadline:
                    raise AdministrationError(self.port, str(error)) from error
            time.sleep(0.05)


def _is_passing(error: psycopg2.OperationalError) -> bool:
    # After one of its processes was killed, PostgreSQL drops the connections it has, the one being made
    # included, then answers "the database system is in recovery mode", or "... is starting up".
    said = str(error)
    return "the database system is" in said or "server closed the connection unexpectedly" in said


def _close_to_others(cursor: Cursor, database: sql.Identifier, login: sql.Identifier) -> None:
    cursor.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))
    cursor.execute(sql.SQL("GRANT CONNECT, TEMPORARY ON DATABASE {} TO {}").format(database, login))
