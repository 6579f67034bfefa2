"""What PostgreSQL itself refuses, whatever the program asks for."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import psycopg2
import pytest
from django.conf import settings
from django.db import ProgrammingError, connection, connections, transaction

from apps.contacts.models import Organisation
from lib.postgres import server as postgres_server
from lib.tenancy import tenant_context
from lib.tenancy.roles import owner_role, tenant_role
from tests.databases import new_database


@pytest.fixture
def in_acme(cast):
    with tenant_context(cast.globex):
        Organisation.objects.create(name="Globex only")
    with tenant_context(cast.acme):
        if not connection.uses_roles:
            pytest.skip("This server is older than 16 and keeps no roles apart.")
        Organisation.objects.create(name="Acme only")
        yield


def refused(sql, *, alias="default"):
    """Return the reason for which the server refuses `sql`."""
    with (
        pytest.raises(ProgrammingError) as raised,
        transaction.atomic(using=alias),
        connections[alias].cursor() as cursor,
    ):
        cursor.execute(sql)
    return str(raised.value)


def test_another_companys_schema_is_refused_by_name(in_acme, cast):
    table = f"{cast.globex.schema_name}.contacts_organisation"
    for sql in (f"SELECT * FROM {table}", f"DELETE FROM {table}", f"INSERT INTO {table} DEFAULT VALUES"):
        assert "permission denied for schema" in refused(sql)


def test_a_wrong_path_finds_nothing(in_acme, cast):
    sql = f"SET LOCAL search_path TO {cast.globex.schema_name}; SELECT * FROM contacts_organisation"
    assert "does not exist" in refused(sql)


def test_giving_the_role_up_gives_no_power(in_acme, cast):
    for schema in (cast.acme.schema_name, cast.globex.schema_name, "master"):
        assert "permission denied" in refused(f"RESET ROLE; SELECT * FROM {schema}.django_migrations")


def test_the_platforms_tables_are_closed_to_a_company(in_acme):
    assert "permission denied for schema master" in refused("SELECT * FROM master.companies_company")


def test_a_companys_tables_are_closed_to_the_platform(in_acme, cast):
    table = f"{cast.acme.schema_name}.contacts_organisation"
    assert "permission denied for schema" in refused(f"SELECT * FROM {table}", alias="master")


def test_another_companys_large_objects_are_closed(in_acme, cast):
    with connection.cursor() as cursor:
        cursor.execute("SELECT lo_from_bytea(0, 'ours')")
        ((large_object,),) = cursor.fetchall()
        cursor.execute("SELECT lo_get(%s)", [large_object])
        assert bytes(cursor.fetchone()[0]) == b"ours"
    globexs = f'SET LOCAL ROLE "{tenant_role(cast.globex.schema_name)}"'
    for use in ("lo_get({})", "lo_put({}, 0, 'theirs')", "lo_unlink({})"):
        said = refused(f"{globexs}; SELECT {use.format(large_object)}")
        assert "permission denied for large object" in said or "must be owner" in said


@pytest.mark.parametrize(
    "sql",
    [
        "ALTER TABLE contacts_organisation ADD COLUMN leak text",
        "DROP TABLE contacts_note",
        "TRUNCATE contacts_note",
        "CREATE TABLE leak (id int)",
        "CREATE TEMPORARY TABLE contacts_organisation (name text)",
        "DELETE FROM django_migrations",
        "CREATE SCHEMA leak",
        "CREATE TABLE public.leak (id int)",
        "CREATE TABLE extensions.leak (id int)",
    ],
)
def test_a_company_uses_rows_and_changes_no_tables(sql, in_acme):
    assert "permission denied" in refused(sql) or "must be owner" in refused(sql)


def test_tables_made_by_later_migrations_are_usable_too(in_acme, cast):
    owner = f'SET LOCAL ROLE "{owner_role()}"'
    with connection.cursor() as cursor:
        cursor.execute(
            f"SET LOCAL ROLE NONE; {owner}; CREATE TABLE later (id int generated always as identity)"
        )
        cursor.execute("INSERT INTO later DEFAULT VALUES")
        cursor.execute("SELECT count(*) FROM later")
        assert cursor.fetchone() == (1,)


def test_the_login_by_itself_can_do_nothing(in_acme, cast):
    database = connection.settings_dict
    bare = psycopg2.connect(
        host=database["HOST"],
        port=database["PORT"],
        user=database["USER"],
        password=database["PASSWORD"],
        dbname=database["NAME"],
    )
    try:
        bare.autocommit = True
        with bare.cursor() as cursor:
            for sql in (
                "SELECT * FROM contacts_organisation",
                f"SELECT * FROM {cast.acme.schema_name}.contacts_organisation",
                "CREATE TABLE leak (id int)",
            ):
                with pytest.raises(psycopg2.ProgrammingError):
                    cursor.execute(sql)
    finally:
        bare.close()


def test_a_role_cannot_log_in_and_owns_nothing(in_acme, cast):
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolcanlogin, rolsuper, oid FROM pg_roles WHERE rolname = current_user")
        can_log_in, is_superuser, oid = cursor.fetchone()
        cursor.execute("SELECT count(*) FROM pg_class WHERE relowner = %s", [oid])
        assert (can_log_in, is_superuser, cursor.fetchone()) == (False, False, (0,))
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == (tenant_role(cast.acme.schema_name),)


PROGRAM = """
import django; django.setup()
from django.core.management import call_command
from django.db import connection
call_command("prepare", verbosity=0)
from apps.companies.models import Company
from apps.contacts.models import Organisation
from lib.tenancy import tenant_context
from lib.tenancy.provisioning import provisioning
company = Company.find_by_subdomain("initech")
if company is None:
    company = Company(subdomain="initech", company_name="I", contact_name="P", contact_email="p@x.example")
    with provisioning(company):
        Organisation.objects.create(name="made")
with tenant_context(company):
    Organisation.objects.create(name=f"later {Organisation.objects.count()}")
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user = session_user, count(*) FROM contacts_organisation")
        print(cursor.fetchone())
"""


def run(program, **environment):
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", **environment}
    command = [sys.executable, "-c", program]
    result = subprocess.run(
        command, cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
    return result.stdout.strip()


def test_a_setting_turns_roles_off_and_on(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        if not connections["master"].uses_roles:
            pytest.skip("This server is older than 16 and keeps no roles apart.")
    with new_database("without_roles") as url:
        assert run(PROGRAM, DATABASE_URL=url, TENANCY_ROLES="false") == "(True, 2)"
        # And on again: what the login owned by then is given to the owner's role.
        assert run(PROGRAM, DATABASE_URL=url, TENANCY_ROLES="true") == "(False, 3)"


def test_two_databases_of_one_server_can_be_prepared_at_once(tmp_path):
    """A server nobody has prepared: roles belong to all of it, and both databases want the same ones."""
    server = postgres_server.testing_server(tmp_path)
    url = server.ensure_running()
    try:
        with closing(psycopg2.connect(url)) as connection:
            connection.autocommit = True
            connection.cursor().execute("CREATE DATABASE another")
        prepare = "import django; django.setup(); from django.core.management import call_command; "
        prepare += "call_command('prepare')"
        urls = [url, url.rpartition("/")[0] + "/another"]
        with ThreadPoolExecutor(2) as executor:
            printed = list(executor.map(lambda each: run(prepare, DATABASE_URL=each), urls))
        assert all("the tenant template was made" in lines for lines in printed)
    finally:
        server.stop()
