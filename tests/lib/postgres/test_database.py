"""What the application's login may do, and what it may not."""

from collections.abc import Iterator
from pathlib import Path

import psycopg2
import psycopg2.errors
import pytest

from lib.postgres.server import development_server


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    server = development_server(tmp_path_factory.mktemp("database"))
    yield server.ensure_running()
    server.stop()


@pytest.fixture
def cursor(url: str) -> Iterator[object]:
    connection = psycopg2.connect(url)
    connection.autocommit = True
    with connection.cursor() as cursor:
        yield cursor
    connection.close()


def rows(cursor, statement: str) -> list[tuple]:
    cursor.execute(statement)
    return cursor.fetchall()


def test_the_login_is_no_superuser(cursor):
    rights = "rolsuper, rolcreatedb, rolcreaterole, rolinherit, rolreplication, rolbypassrls"
    assert rows(cursor, f"SELECT {rights} FROM pg_roles WHERE rolname = current_user") == [
        (False, True, True, False, False, False)
    ]
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        cursor.execute("SELECT * FROM pg_authid")


def test_a_statement_without_a_path_finds_and_creates_nothing(cursor):
    assert rows(cursor, "SHOW search_path") == [('""',)]
    with pytest.raises(psycopg2.errors.InvalidSchemaName):
        cursor.execute("CREATE TABLE contact (name text)")
    cursor.execute("CREATE SCHEMA acme CREATE TABLE acme.contact (name text)")
    with pytest.raises(psycopg2.errors.UndefinedTable):
        cursor.execute("SELECT * FROM contact")


def test_the_database_is_utf_8_in_universal_time(cursor):
    assert rows(cursor, "SHOW server_encoding") == [("UTF8",)]
    assert rows(cursor, "SHOW timezone") == [("UTC",)]
    database = "SELECT datlocprovider, datlocale, datdba::regrole::text FROM pg_database"
    assert rows(cursor, f"{database} WHERE datname = 'terrace'") == [("b", "C.UTF-8", "terrace")]


def test_another_login_enters_neither_the_database_nor_the_public_schema(cursor, url):
    cursor.execute("CREATE ROLE globex LOGIN PASSWORD 'secret'")
    as_globex = dict(item.split("=") for item in psycopg2.connect(url).dsn.split() if "=" in item)
    as_globex |= {"user": "globex", "password": "secret"}
    for database in ("terrace", "postgres"):
        with pytest.raises(psycopg2.OperationalError, match="permission denied for database"):
            psycopg2.connect(**as_globex | {"dbname": database})
    assert rows(cursor, "SELECT has_schema_privilege('globex', 'public', 'USAGE')") == [(False,)]


def test_a_wrong_password_is_refused(url):
    with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
        psycopg2.connect(url, password="guess")


def test_setting_up_again_changes_nothing(tmp_path: Path):
    server = development_server(tmp_path)
    try:
        assert server.ensure_running() == server.ensure_running()
    finally:
        server.stop()
