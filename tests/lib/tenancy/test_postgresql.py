"""The backend: every way to send a statement carries the tenant, and Django notices nothing."""

import io

import psycopg2
import pytest
from django.db import DatabaseError, IntegrityError, ProgrammingError, connection, connections, transaction
from psycopg2.extras import DictCursor, execute_batch, execute_values

from apps.companies.models import Company
from apps.contacts.models import Organisation
from lib.tenancy import no_tenant, tenant_context
from lib.tenancy.context import as_owner
from lib.tenancy.exceptions import NoTenantError

TABLE = "contacts_organisation"
COLUMNS = ("name", "website", "city", "version")


@pytest.fixture
def in_acme(cast):
    with tenant_context(cast.globex):
        Organisation.objects.create(name="Globex only")
    with tenant_context(cast.acme) as tenant:
        yield tenant


def names():
    return sorted(Organisation.objects.values_list("name", flat=True))


def raw_cursor(**options):
    connection.ensure_connection()
    return connection.connection.cursor(**options)


def test_one_statement_goes_to_the_current_tenant(in_acme, cast):
    Organisation.objects.create(name="Initech")
    assert names() == ["Initech"]
    with no_tenant(), tenant_context(cast.globex):
        assert names() == ["Globex only"]


def test_the_path_ends_with_temporary_tables_and_holds_no_public(in_acme):
    with connection.cursor() as cursor:
        cursor.execute("SHOW search_path")
        assert cursor.fetchone() == (f"{in_acme.schema}, extensions, pg_temp",)


def test_a_temporary_table_hides_nothing(in_acme):
    connection.connection.send(
        f"SET LOCAL ROLE NONE; CREATE TEMPORARY TABLE {TABLE} (name text) ON COMMIT DROP"
    )
    connection.connection.send(f"INSERT INTO pg_temp.{TABLE} VALUES ('planted')")
    assert names() == []


def test_executemany_carries_the_tenant_and_adds_up_rows(in_acme):
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {TABLE} ({', '.join(COLUMNS)}) VALUES (%s, '', '', 1)", [["A"], ["B"], ["C"]]
        )
        assert cursor.rowcount == 3
        cursor.execute(f"SELECT name FROM {TABLE}")
        assert cursor.rowcount == 3
    assert names() == ["A", "B", "C"]


def test_the_fast_helpers_of_psycopg2_carry_the_tenant(in_acme):
    insert = f"INSERT INTO {TABLE} ({', '.join(COLUMNS)}) VALUES "
    with raw_cursor() as cursor:
        execute_values(cursor, f"{insert} %s", [("A", "", "", 1), ("B", "", "", 1)])
        execute_batch(cursor, f"{insert} (%s, '', '', 1)", [["C"], ["D"]])
    assert names() == ["A", "B", "C", "D"]


def test_copy_carries_the_tenant_both_ways(in_acme):
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY {TABLE} ({', '.join(COLUMNS)}) FROM STDIN", io.StringIO("A\t\t\t1\n"))
        cursor.copy_from(io.StringIO("B|||1\n"), TABLE, sep="|", columns=COLUMNS)
        out, raw_out = io.StringIO(), io.StringIO()
        cursor.copy_expert(f"COPY (SELECT name FROM {TABLE} ORDER BY 1) TO STDOUT", out)
        cursor.copy_to(raw_out, TABLE, columns=["name"])
    assert out.getvalue() == "A\nB\n"
    assert sorted(raw_out.getvalue().split()) == ["A", "B"]


def test_callproc_carries_the_tenant(in_acme):
    with connection.cursor() as cursor:
        with as_owner():
            cursor.execute(
                "CREATE FUNCTION how_many(extra int) RETURNS bigint LANGUAGE sql "
                f"AS 'SELECT count(*) + extra FROM {TABLE}'"
            )
        cursor.callproc("how_many", [10])
        assert cursor.fetchone() == (10,)
        raw = cursor.cursor
        raw.callproc("how_many", {"extra": 20})
        assert raw.fetchone() == (20,)


def test_other_cursor_classes_carry_the_tenant(in_acme):
    Organisation.objects.create(name="Initech")
    with raw_cursor(cursor_factory=DictCursor) as cursor:
        cursor.execute(f"SELECT name FROM {TABLE}")
        assert cursor.fetchone()["name"] == "Initech"
    with raw_cursor(cursor_factory=psycopg2.extensions.cursor) as cursor:
        cursor.execute(f"SELECT name FROM {TABLE}")
        assert cursor.fetchone() == ("Initech",)


def test_server_side_cursors_carry_the_tenant_they_began_with(in_acme, cast):
    Organisation.objects.bulk_create(Organisation(name=f"Organisation {number}") for number in range(5))
    with transaction.atomic(), raw_cursor(name="rows") as cursor:
        cursor.execute(f"SELECT name FROM {TABLE} WHERE name LIKE %s ORDER BY 1", ["Org%"])
        assert cursor.fetchone() == ("Organisation 0",)
        assert cursor.fetchmany(2) == [("Organisation 1",), ("Organisation 2",)]
        assert list(cursor) == [("Organisation 3",), ("Organisation 4",)]


def test_django_sees_statements_without_the_prefix(in_acme, django_assert_num_queries):
    with django_assert_num_queries(1) as captured:
        names()
    assert captured[0]["sql"].startswith("SELECT")
    assert "search_path" not in captured[0]["sql"]
    assert "Scan" in Organisation.objects.all().explain()


def test_an_error_points_to_the_line_its_author_wrote(in_acme):
    with (
        pytest.raises(ProgrammingError, match="LINE 2: WHERE no_such_column"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"SELECT name FROM {TABLE}\nWHERE no_such_column = 1")


def test_a_percent_sign_or_semicolon_means_nothing_special(in_acme):
    Organisation.objects.create(name="100 %; DROP TABLE x; --")
    assert names() == ["100 %; DROP TABLE x; --"]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT name FROM {TABLE} WHERE name LIKE '100 %'")
        assert cursor.fetchall() == [("100 %; DROP TABLE x; --",)]


def test_an_empty_statement_is_refused_as_by_psycopg2(in_acme):
    with pytest.raises(ProgrammingError, match="empty"), connection.cursor() as cursor:
        cursor.execute("  ")


def test_a_savepoint_rolled_back_leaves_the_tenant_in_place(in_acme):
    with transaction.atomic():
        Organisation.objects.create(name="Kept")
        with pytest.raises(IntegrityError), transaction.atomic():
            Organisation.objects.create(name="kept")
        Organisation.objects.create(name="Also kept")
    assert names() == ["Also kept", "Kept"]


def test_a_savepoint_needs_no_tenant(db):
    """A view of the public site may be atomic, though inside a test its transaction is a savepoint."""
    with transaction.atomic():
        transaction.set_rollback(True)
    with transaction.atomic():
        pass


def test_a_failed_transaction_can_be_left(in_acme):
    with pytest.raises(IntegrityError), transaction.atomic():
        Organisation.objects.create(name="")
    assert names() == []


def test_master_always_means_the_platform(in_acme):
    assert set(Company.objects.values_list("subdomain", flat=True)) >= {"acme", "globex"}
    with connections["master"].cursor() as cursor:
        cursor.execute("SHOW search_path")
        assert cursor.fetchone() == ("master, extensions, pg_temp",)
        with pytest.raises(ProgrammingError, match="does not exist"), transaction.atomic(using="master"):
            cursor.execute(f"SELECT * FROM {TABLE}")


class TestOutsideTransactions:
    """Real autocommit and real commits, as a server has them."""

    pytestmark = pytest.mark.usefixtures("real_transactions")

    @pytest.fixture
    def acme(self, real_transactions):
        company = Company.find_by_subdomain("acme")
        with tenant_context(company) as tenant:
            yield tenant
            Organisation.objects.all().delete()

    def test_nothing_of_a_tenant_stays_on_the_connection(self, acme):
        names()
        with connection.connection.bare(), connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('search_path'), current_setting('role')")
            assert cursor.fetchone() == ('""', "none")

    def test_a_statement_that_slips_out_finds_and_creates_nothing(self, acme):
        names()
        for sql in (f"SELECT * FROM {TABLE}", "CREATE TABLE leak (id int)"):
            with pytest.raises(psycopg2.ProgrammingError):
                connection.connection.send(sql)

    def test_a_syntax_error_at_the_start_of_a_transaction_still_fails_all_of_it(self, acme):
        with pytest.raises(DatabaseError), transaction.atomic():  # noqa: PT012 - the second one is refused
            with connection.cursor() as cursor, pytest.raises(ProgrammingError):
                cursor.execute("SELEKT 1")
            Organisation.objects.create(name="must not survive")
        assert names() == []

    def test_statements_that_refuse_a_transaction_run_alone_and_reset_the_path(self, acme):
        with as_owner(), connection.cursor() as cursor:
            cursor.execute(f"CREATE INDEX CONCURRENTLY by_city ON {TABLE} (city)")
            cursor.execute(f"VACUUM {TABLE}")
            cursor.execute("SELECT schemaname FROM pg_indexes WHERE indexname = 'by_city'")
            assert cursor.fetchall() == [(acme.schema,)]
            cursor.execute("DROP INDEX CONCURRENTLY by_city")
        with no_tenant(), pytest.raises(psycopg2.ProgrammingError):
            connection.connection.send(f"SELECT * FROM {TABLE}")

    def test_what_was_committed_before_the_refusal_is_not_done_twice(self, acme):
        insert = "INSERT INTO django_session VALUES (md5(random()::text), 'once', now())"
        with connection.cursor() as cursor:
            with pytest.raises(DatabaseError, match="VACUUM cannot"):
                cursor.execute(f"{insert}; COMMIT; VACUUM")
            cursor.execute("SELECT count(*) FROM django_session WHERE session_data = 'once'")
            assert cursor.fetchone() == (1,)

    def test_inside_a_transaction_they_are_refused_as_ever(self, acme):
        with (
            pytest.raises(DatabaseError, match="cannot run inside a transaction"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(f"VACUUM {TABLE}")

    def test_on_commit_runs_under_the_tenant_that_asked_for_it(self, acme):
        seen = []
        with transaction.atomic():
            Organisation.objects.create(name="Initech")
            transaction.on_commit(lambda: seen.append(names()))
        assert seen == [["Initech"]]

    def test_iterator_works_in_autocommit(self, acme):
        Organisation.objects.bulk_create(Organisation(name=f"Organisation {number}") for number in range(30))
        assert len(list(Organisation.objects.iterator(chunk_size=7))) == 30

    def test_an_isolation_level_travels_with_begin(self, acme):
        connection.settings_dict["OPTIONS"]["isolation_level"] = (
            psycopg2.extensions.ISOLATION_LEVEL_SERIALIZABLE
        )
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SHOW transaction_isolation")
                assert cursor.fetchone() == ("serializable",)
        finally:
            del connection.settings_dict["OPTIONS"]["isolation_level"]

    def test_a_connection_that_was_cut_is_replaced_for_the_next_request(self, acme):
        names()
        process = connection.connection.get_backend_pid()
        connections["master"].ensure_connection()
        # As the login itself: a role may not end what the login began.
        connections["master"].connection.send(f"SELECT pg_terminate_backend({process})")
        with pytest.raises(DatabaseError):
            names()
        connection.close_if_unusable_or_obsolete()
        assert names() == []

    def test_no_tenant_is_refused_before_a_connection_is_asked(self, acme):
        with no_tenant(), pytest.raises(NoTenantError):
            names()
