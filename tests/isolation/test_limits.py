"""What docs/isolation.md says is not isolated: it is as large as it says, and no larger."""

import pytest
from django.db import ProgrammingError, connection

from apps.companies.models import Company
from apps.contacts.models import Organisation
from lib.tenancy import tenant_context
from lib.tenancy.context import as_owner
from lib.tenancy.roles import login_name, master_role, owner_role, tenant_role

# One expression, in no second statement: it takes on a role, then has a function run a query.
ONE_EXPRESSION = "SELECT set_config('role', %s, true), (SELECT string_agg(word, ' ') FROM ts_stat(%s))"


@pytest.fixture
def companies(real_transactions):
    acme, globex = (Company.find_by_subdomain(name) for name in ("acme", "globex"))
    with tenant_context(globex):
        Organisation.objects.create(name="Initech")
    with tenant_context(acme):
        if not connection.uses_roles:
            pytest.skip("This server is older than 16 and keeps no roles apart.")
        yield acme, globex


def ask(sql, *parameters):
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall()


def test_one_injected_expression_switches_roles_between_schemas(companies):
    acme, globex = companies
    role, table = tenant_role(globex.schema_name), f"{globex.schema_name}.contacts_organisation"
    words = f"SELECT to_tsvector(name) FROM {table}"
    assert ask(ONE_EXPRESSION, role, words) == [(role, "initech")]
    with pytest.raises(ProgrammingError, match="permission denied for schema"):
        ask("SELECT word FROM ts_stat(%s)", words)
    assert ask("SELECT current_user") == [(tenant_role(acme.schema_name),)]  # and it has not stayed


@pytest.mark.isolation("database")
def test_the_login_of_an_own_database_can_switch_to_no_role(companies):
    _, globex = companies
    for role in (globex.database_user, owner_role(), master_role(), login_name()):
        with pytest.raises(ProgrammingError, match="permission denied to set role"):
            ask("SELECT set_config('role', %s, true)", role)


def test_names_and_counts_are_open_and_what_is_in_rows_is_not(companies):
    _, globex = companies
    tables = "FROM pg_stat_user_tables WHERE schemaname = %s AND relname = 'contacts_organisation'"
    assert ask(f"SELECT n_tup_ins >= 0 {tables}", globex.schema_name) == [(True,)]
    assert ask("SELECT rolname FROM pg_roles WHERE rolname = %s", tenant_role(globex.schema_name))
    assert ask("SELECT DISTINCT query FROM pg_stat_activity WHERE usename = %s", login_name()) == [
        ("<insufficient privilege>",)
    ]
    with as_owner(), tenant_context(globex), connection.cursor() as cursor:
        cursor.execute("ANALYZE contacts_organisation")
    statistics = "SELECT count(*) > 0 FROM pg_stats WHERE schemaname = %s"
    assert ask(statistics, globex.schema_name) == [(False,)]
    with tenant_context(globex):
        assert ask(statistics, globex.schema_name) == [(True,)]


def test_a_prepared_statement_finds_the_rows_of_who_executes_it(companies):
    _, globex = companies
    ask("PREPARE names AS SELECT name FROM contacts_organisation; SELECT 1")
    try:
        assert ask("EXECUTE names") == []
        with tenant_context(globex):
            assert ask("EXECUTE names") == [("Initech",)]
        assert ask("EXECUTE names") == []
    finally:
        connection.close()


def test_settings_of_a_session_change_neither_path_nor_role(companies):
    acme, globex = companies
    ask(f"SET search_path TO {globex.schema_name}; SET ROLE NONE; SELECT 1")
    try:
        assert ask("SELECT current_schema(), current_user") == [
            (acme.schema_name, tenant_role(acme.schema_name))
        ]
        assert not Organisation.objects.exists()
    finally:
        connection.close()


def test_a_cursor_with_hold_stays_on_the_connection(companies):
    _, globex = companies
    Organisation.objects.create(name="Contoso")
    ask("DECLARE held CURSOR WITH HOLD FOR SELECT name FROM contacts_organisation; SELECT 1")
    try:
        with tenant_context(globex):
            assert ask("FETCH ALL FROM held") == [("Contoso",)]
    finally:
        connection.close()
