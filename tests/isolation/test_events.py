"""What was recorded stays: PostgreSQL refuses to change it, in both isolations, with roles and without."""

import os
from datetime import timedelta

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import DatabaseError, ProgrammingError, connection, transaction
from django.utils import timezone

from apps.companies.models import Company
from apps.events.models import Event
from apps.events.retention import prune
from lib.tenancy import tenant_context
from lib.tenancy.append_only import AppendOnly
from lib.tenancy.context import as_owner
from lib.tenancy.migrating.runs import migrate_behind
from lib.tenancy.provisioning import provisioning
from lib.tenancy.removal import remove_tenant
from lib.tenancy.roles import grant_rows, tenant_role
from lib.tenancy.states import Isolation
from tests.databases import new_database
from tests.isolation.test_roles import run

pytestmark = pytest.mark.usefixtures("real_transactions")

NAME = f"hooli{os.getpid()}"
TABLES = [model._meta.db_table for model in apps.get_models() if issubclass(model, AppendOnly)]
ATTEMPTS = [
    "UPDATE {0} SET id = id + 1",
    "DELETE FROM {0}",
    "TRUNCATE {0}",
    "SELECT * FROM {0} FOR UPDATE",
    "INSERT INTO {0} SELECT * FROM {0} ON CONFLICT (id) DO UPDATE SET id = excluded.id + 1",
    "ALTER TABLE {0} ADD COLUMN leak text",
    "ALTER TABLE {0} DISABLE TRIGGER ALL",
    "DROP TABLE {0}",
    "DROP TRIGGER {0}_append_only ON {0}",
    "CREATE OR REPLACE FUNCTION {0}_append_only() RETURNS trigger LANGUAGE sql AS 'SELECT 1'",
    "CREATE RULE leak AS ON INSERT TO {0} DO INSTEAD NOTHING",
    "SET LOCAL session_replication_role = replica",
]


def made(isolation):
    company = Company(
        subdomain=f"{NAME}-{isolation}",
        company_name="Hooli",
        contact_name="Gavin",
        contact_email="g@x.example",
        isolation=isolation,
    )
    with provisioning(company):
        Event.objects.create(verb="contact.created")
    return Company.find_by_subdomain(company.subdomain)


@pytest.fixture(params=Isolation.values)
def company(request, real_transactions):
    company = made(request.param)
    with tenant_context(company):
        if not connection.uses_roles and request.param == Isolation.SCHEMA:
            pytest.skip("This server is older than 16 and keeps no roles apart.")
        yield company


def refusal(sql):
    """Return the reason for which the server refuses `sql`."""
    with pytest.raises(ProgrammingError) as raised, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    return str(raised.value)


def rows_of(table):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table} ORDER BY id")
        return cursor.fetchall()


def test_the_tables_are_found():
    assert "events_event" in TABLES


@pytest.mark.parametrize("table", TABLES)
def test_a_company_adds_and_reads_and_can_do_nothing_else(company, table):
    before = rows_of(table)
    for attempt in ATTEMPTS:
        said = refusal(attempt.format(table))
        assert "permission denied" in said or "must be owner" in said, attempt
    assert rows_of(table) == before
    Event.objects.create(verb="contact.changed")
    assert len(rows_of("events_event")) == 2


def test_the_owner_is_stopped_by_the_trigger(company):
    with as_owner():
        for sql in (
            "UPDATE events_event SET verb = 'x'",
            "DELETE FROM events_event",
            "TRUNCATE events_event",
        ):
            assert "rows of events_event are added and never changed" in refusal(sql)


def test_a_company_that_was_there_before_the_table_is_closed_like_a_new_one(company):
    with as_owner():
        call_command("migrate", "events", "zero", verbosity=0)
    with pytest.raises(ProgrammingError, match="does not exist"):
        Event.objects.count()
    company.version = ""
    company.save()
    assert [report.error for report in migrate_behind()] == [None]
    Event.objects.create(verb="contact.created")
    for sql in ("UPDATE events_event SET verb = 'x'", "DELETE FROM events_event", "TRUNCATE events_event"):
        assert "permission denied for table events_event" in refusal(sql)


def test_rights_that_are_granted_anew_leave_it_closed(company):
    role = company.database_user or tenant_role(company.schema_name)
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(grant_rows(company.schema_name, role))
    for sql in ("UPDATE events_event SET verb = 'x'", "DELETE FROM events_event"):
        assert "permission denied for table events_event" in refusal(sql)


def test_taking_the_constraint_away_opens_the_table_again(company):
    (constraint,) = Event._meta.constraints
    with as_owner(), connection.schema_editor() as editor:
        editor.remove_constraint(Event, constraint)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE events_event SET verb = 'x'")
    with as_owner(), connection.schema_editor() as editor:
        editor.add_constraint(Event, constraint)
    assert "permission denied for table events_event" in refusal("UPDATE events_event SET verb = 'y'")


def test_operators_remove_old_events_and_the_trigger_is_back_afterwards(company):
    Event.objects.create(verb="contact.changed", at=timezone.now() - timedelta(days=400))
    assert prune(timezone.now() - timedelta(days=365)) == 1
    assert list(Event.objects.order_by("pk").values_list("verb", flat=True)) == [
        "contact.created",
        "events.pruned",
    ]
    with as_owner():
        assert "are added and never changed" in refusal("DELETE FROM events_event")


def test_an_error_while_pruning_removes_nothing_and_leaves_the_trigger(company, monkeypatch):
    def crash(*args, **kwargs):
        raise DatabaseError("the disk is full")

    monkeypatch.setattr("django.db.models.QuerySet._raw_delete", crash)
    Event.objects.create(verb="contact.changed", at=timezone.now() - timedelta(days=400))
    with pytest.raises(DatabaseError, match="the disk is full"):
        prune(timezone.now() - timedelta(days=365))
    monkeypatch.undo()
    assert Event.objects.count() == 2
    with as_owner():
        assert "are added and never changed" in refusal("DELETE FROM events_event")


@pytest.mark.parametrize("isolation", Isolation.values)
def test_removing_a_company_removes_its_events(isolation):
    company = made(isolation)
    remove_tenant(company)
    assert Company.find_by_subdomain(company.subdomain) is None


PROGRAM = """
import django; django.setup()
from django.core.management import call_command
from django.db import DatabaseError, connection
call_command("prepare", verbosity=0)
from apps.companies.models import Company
from apps.events.models import Event
from lib.tenancy import tenant_context
from lib.tenancy.provisioning import provisioning
company = Company.find_by_subdomain("initech")
if company is None:
    company = Company(subdomain="initech", company_name="I", contact_name="P", contact_email="p@x.example")
    with provisioning(company):
        pass
with tenant_context(company), connection.cursor() as cursor:
    Event.objects.create(verb="contact.created")
    for sql in ("UPDATE events_event SET verb = 'x'", "DELETE FROM events_event", "TRUNCATE events_event"):
        try:
            cursor.execute(sql)
        except DatabaseError as error:
            print(str(error).splitlines()[0])
"""


def test_without_roles_the_trigger_refuses_and_with_roles_again_the_role_too(django_db_setup):
    with new_database("events") as url:
        said = run(PROGRAM, DATABASE_URL=url, TENANCY_ROLES="false").splitlines()
        assert said == ["rows of events_event are added and never changed"] * 3
        said = run(PROGRAM, DATABASE_URL=url, TENANCY_ROLES="true").splitlines()
        assert said == ["permission denied for table events_event"] * 3
