"""What people and tools read of a statement: as it was written, without the prefix."""

import io
import pickle

import pytest
from django.db import InternalError, ProgrammingError, connection, transaction
from django.test.utils import CaptureQueriesContext
from psycopg2.extras import execute_values

from apps.contacts.models import Organisation
from lib.tenancy import tenant_context

TABLE = "contacts_organisation"
INSERT = f"INSERT INTO {TABLE} (name, website, city, version) VALUES"


@pytest.fixture(autouse=True)
def in_acme(cast):
    with tenant_context(cast.acme):
        yield


def failure(sql, parameters=None):
    """Return the error of psycopg2 that a statement ends in."""
    with pytest.raises(ProgrammingError) as raised, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, parameters)
    return raised.value.__cause__


def test_mogrify_returns_the_statement_alone():
    with connection.cursor() as cursor:
        assert cursor.mogrify("SELECT %s, '%%'", ["a'b"]) == b"SELECT 'a''b', '%'"


def test_a_cursor_shows_the_statement_it_sent_last():
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s", [1])
        assert cursor.query == b"SELECT 1"
        cursor.executemany(f"{INSERT} (%s, '', '', 1)", [["A"], ["B"]])
        assert cursor.query == f"{INSERT} ('B', '', '', 1)".encode()
        cursor.copy_expert(f"COPY {TABLE} TO STDOUT", io.StringIO())
        assert cursor.query == f"COPY {TABLE} TO STDOUT".encode()
        execute_values(cursor.cursor, f"{INSERT} %s", [("C", "", "", 1)])
        assert cursor.query == f"{INSERT} ('C','','',1)".encode()
        cursor.callproc("abs", [1])
        assert cursor.query == b"SELECT * FROM abs(1)"


def test_a_cursor_shows_a_statement_that_failed_as_well():
    with transaction.atomic(), connection.cursor() as cursor:
        for sql in ("SELECT no_such_column", "SELECT 1"):  # the second is refused: the transaction has failed
            with pytest.raises((ProgrammingError, InternalError)):
                cursor.execute(sql)
            assert cursor.query == sql.encode()
        transaction.set_rollback(True)


def test_the_log_of_queries_holds_what_was_asked():
    with CaptureQueriesContext(connection) as captured, transaction.atomic():
        Organisation.objects.bulk_create([Organisation(name="A"), Organisation(name="B")])
        list(Organisation.objects.filter(name="A").iterator())
        with connection.cursor() as cursor:
            cursor.executemany("SELECT %s", [[1], [2]])
    shown = [query["sql"] for query in captured]
    assert not any("search_path" in sql or "ROLE" in sql for sql in shown)
    assert [sql.removeprefix("2 times: ").split()[0] for sql in shown] == [
        *("SAVEPOINT", "INSERT", "SELECT", "SELECT", "RELEASE")
    ]


@pytest.mark.parametrize("options", [{}, {"format": "json"}, {"analyze": True, "verbose": True}], ids=str)
def test_explain_explains_the_query(options):
    plan = Organisation.objects.filter(name="Initech").explain(**options)
    assert TABLE in plan
    assert "search_path" not in plan


def test_an_error_points_to_the_character_its_author_wrote():
    sql = f"SELECT 'é'\nFROM {TABLE} WHERE no_such_column = %s"
    error = failure(sql, ["x"])
    assert error.diag.statement_position == str(sql.index("no_such_column") + 1)
    assert "LINE 2:" in error.pgerror
    assert "LINE 2:" in str(error)
    assert (error.pgcode, error.diag.sqlstate, error.diag.severity) == ("42703", "42703", "ERROR")


def test_an_error_without_a_position_is_left_as_it_is():
    error = failure("SELECT 1 FROM pg_sleep(0) HAVING no_such_function()")
    assert error.diag.statement_position is not None
    error = failure(f"ALTER TABLE {TABLE} DROP COLUMN no_such_column")
    assert error.diag.statement_position is None


def test_an_error_can_be_sent_to_another_process():
    error = failure("SELECT no_such_column")
    arrived = pickle.loads(pickle.dumps(error))
    assert (str(arrived), arrived.pgerror, arrived.pgcode) == (str(error), error.pgerror, error.pgcode)
    assert repr(arrived) == repr(error)
