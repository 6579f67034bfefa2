"""The life of a connection: persistent, checked, broken, replaced; and what needs one of its own."""

import os
import subprocess
import sys
from pathlib import Path

import psycopg2
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, InterfaceError, OperationalError, connection, connections, transaction

from apps.companies.models import Company
from apps.contacts.models import Organisation
from lib.tenancy import no_tenant, tenant_context
from lib.tenancy.context import as_owner
from lib.tenancy.roles import uses_roles

pytestmark = pytest.mark.usefixtures("real_transactions")

TABLE = "contacts_organisation"


@pytest.fixture
def acme(real_transactions):
    with tenant_context(Company.find_by_subdomain("acme")) as tenant:
        yield tenant
        connection.close()
        Organisation.objects.all().delete()


def process():
    """Return the number of the server's process that serves us: another number is another connection."""
    connection.ensure_connection()
    return connection.connection.get_backend_pid()


def cut():
    """End our session from outside, as a restart of the server does."""
    number = process()
    connections["master"].ensure_connection()
    # As the login itself: a role may not end what the login began.
    connections["master"].connection.send(f"SELECT pg_terminate_backend({number}, 1000)")


def begin_request():
    for each in connections.all(initialized_only=True):
        each.close_if_unusable_or_obsolete()


def test_one_connection_serves_one_company_after_the_other(acme):
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    first = process()
    begin_request()
    with no_tenant(), tenant_context(Company.find_by_subdomain("globex")) as globex:
        with connection.cursor() as cursor:
            cursor.execute("SHOW search_path")
            assert cursor.fetchone()[0].startswith(globex.schema)
        assert process() == first


def test_a_health_check_needs_no_company(acme):
    first = process()
    connection.health_check_enabled = True
    connection.health_check_done = False
    with no_tenant():
        connection.close_if_health_check_failed()
        assert connection.is_usable()
    assert process() == first


def test_a_health_check_replaces_a_broken_connection_before_it_is_used(acme):
    cut()
    connection.health_check_enabled = True
    connection.health_check_done = False
    assert Organisation.objects.count() == 0


def test_a_connection_that_breaks_inside_a_transaction_loses_it_whole(acme):
    with pytest.raises((OperationalError, InterfaceError)), transaction.atomic():  # noqa: PT012
        Organisation.objects.create(name="must not survive")
        cut()
        Organisation.objects.count()
    begin_request()
    with transaction.atomic():
        Organisation.objects.create(name="afterwards")
    assert list(Organisation.objects.values_list("name", flat=True)) == ["afterwards"]


def test_a_connection_that_breaks_between_transactions_begins_none(acme):
    Organisation.objects.count()
    cut()
    with pytest.raises((OperationalError, InterfaceError)), transaction.atomic():
        Organisation.objects.create(name="must not survive")
    begin_request()
    assert Organisation.objects.count() == 0


def test_a_closed_connection_is_opened_again(acme):
    first = process()
    connection.close()
    assert Organisation.objects.count() == 0
    assert process() != first


def test_savepoints_nest_and_are_rolled_back_one_by_one(acme):
    with transaction.atomic():
        Organisation.objects.create(name="outer")
        outer = transaction.savepoint()
        Organisation.objects.create(name="inner")
        transaction.savepoint_commit(transaction.savepoint())
        transaction.savepoint_rollback(outer)
        Organisation.objects.create(name="last")
    assert sorted(Organisation.objects.values_list("name", flat=True)) == ["last", "outer"]


def test_a_rollback_that_was_asked_for_undoes_all(acme):
    with transaction.atomic():
        Organisation.objects.create(name="must not survive")
        transaction.set_rollback(True)
    assert Organisation.objects.count() == 0


def test_transactions_by_hand_work(acme):
    transaction.set_autocommit(False)
    try:
        Organisation.objects.create(name="undone")
        transaction.rollback()
        Organisation.objects.create(name="kept")
        transaction.commit()
    finally:
        transaction.set_autocommit(True)
    assert list(Organisation.objects.values_list("name", flat=True)) == ["kept"]


@pytest.mark.parametrize("disabled", [True, False], ids=["rows at once", "a cursor of the server"])
@pytest.mark.parametrize("inside", [True, False], ids=["transaction", "autocommit"])
def test_iterator_works(acme, disabled, inside):
    Organisation.objects.bulk_create(Organisation(name=f"Organisation {number}") for number in range(30))
    before = connection.settings_dict["DISABLE_SERVER_SIDE_CURSORS"]
    connection.settings_dict["DISABLE_SERVER_SIDE_CURSORS"] = disabled
    try:
        if inside:
            with transaction.atomic():
                rows = list(Organisation.objects.iterator(chunk_size=7))
        else:
            rows = list(Organisation.objects.iterator(chunk_size=7))
    finally:
        connection.settings_dict["DISABLE_SERVER_SIDE_CURSORS"] = before
    assert len(rows) == 30


def test_a_procedure_that_commits_runs_alone(acme):
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(
            "CREATE PROCEDURE fill() LANGUAGE plpgsql AS $$ BEGIN "
            f"INSERT INTO {TABLE} (name, website, city, version) VALUES ('filled', '', '', 1); COMMIT; END $$"
        )
        cursor.execute("CALL fill()")
        cursor.execute("DROP PROCEDURE fill")
    assert Organisation.objects.get().name == "filled"


def test_what_runs_alone_has_the_role_of_its_statement(acme):
    if not uses_roles("default"):
        pytest.skip("This server is older than 16 and keeps no roles apart.")
    with (
        pytest.raises(DatabaseError, match=r"must be owner|permission denied"),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"CREATE INDEX CONCURRENTLY by_city ON {TABLE} (city)")


def test_what_runs_alone_says_why_it_failed(acme):
    with as_owner(), connection.cursor() as cursor:
        with pytest.raises(DatabaseError, match="no_such_table"):
            cursor.execute("VACUUM no_such_table")
        cursor.execute("SELECT 1")
        assert cursor.fetchone() == (1,)


def test_a_database_can_be_made_on_a_bare_connection(acme):
    name = f"made_by_hand_{os.getpid()}"
    connections["master"].ensure_connection()
    with connections["master"].connection.bare(), connections["master"].cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
        cursor.execute(f"DROP DATABASE {name}")


def test_dbshell_begins_where_the_companys_statements_do(acme, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(Path(settings.TENANCY_PG_DUMP).parent), prepend=os.pathsep)
    monkeypatch.setenv("PGOPTIONS", "-c work_mem=5MB")
    out = tmp_path / "out"
    query = "SELECT current_setting('search_path'), current_user <> session_user"
    call_command("dbshell", "--", "-At", "-o", str(out), "-c", query)
    has_role = "t" if uses_roles("default") else "f"
    assert out.read_text().strip() == f'"{acme.schema}", "extensions", pg_temp|{has_role}'
    # Set for psql alone: what stayed would put our own connections into this company.
    assert os.environ["PGOPTIONS"] == "-c work_mem=5MB"


# As much of psycopg 3 as Django touches before our backend has its say.
FAKE_PSYCOPG = """
class Anything:
    oid = 1
    def __init__(self, *args, **kwargs): pass
    def __init_subclass__(cls, **kwargs): pass
    def __getitem__(self, name): return Anything()
    def __getattr__(self, name): return Anything()
    def __call__(self, *args, **kwargs): return Anything()

__version__ = "3.2.1"
errors = adapters = adapt = sql = client_cursor = Anything()
client_cursor.ClientCursorMixin = type("ClientCursorMixin", (Anything,), {})

def __getattr__(name):
    if not name[0].isupper():
        raise AttributeError(name)
    return type(name, (Anything,), {"__doc__": "A stand-in."})
"""
FAKE_MODULES = ["__init__", "pq", "postgres"]
FAKE_MODULES += [f"types/{name}" for name in ("__init__", "datetime", "json", "range", "string", "numeric")]


def test_it_refuses_to_work_beside_psycopg_3(tmp_path):
    for name in FAKE_MODULES:
        module = tmp_path / "psycopg" / f"{name}.py"
        module.parent.mkdir(parents=True, exist_ok=True)
        module.write_text(f"{FAKE_PSYCOPG}\ntypes = Anything()" if name == "postgres" else FAKE_PSYCOPG)
    found = subprocess.run(
        [sys.executable, "-c", "import django; django.setup()"],
        cwd=settings.BASE_DIR,
        env={**os.environ, "PYTHONPATH": str(tmp_path), "DJANGO_SETTINGS_MODULE": "config.settings"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode != 0
    assert "psycopg 3 is installed" in found.stderr
    assert "pip uninstall psycopg" in found.stderr


def test_no_connection_is_left_by_what_runs_alone(acme):
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(f"VACUUM {TABLE}")
    with (
        psycopg2.connect(
            host=connection.settings_dict["HOST"],
            port=connection.settings_dict["PORT"],
            user=connection.settings_dict["USER"],
            password=connection.settings_dict["PASSWORD"],
            dbname=connection.settings_dict["NAME"],
        ) as asking,
        asking.cursor() as cursor,
    ):
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'VACUUM%'")
        assert cursor.fetchone() == (0,)
    asking.close()
