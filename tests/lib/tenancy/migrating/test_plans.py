"""What a plan holds: SQL that is the same for all, and code that is run for each."""

from uuid import UUID

import pytest
from django.db import connection, connections

from apps.contacts.models import Contact
from lib.tenancy import tenant_context
from lib.tenancy.context import as_owner
from lib.tenancy.migrating.compilation import Planner
from lib.tenancy.migrating.histories import read_histories
from lib.tenancy.migrating.plans import Call
from lib.tenancy.migrating.scratch import SCRATCH_SCHEMA
from lib.tenancy.migrating.targets import Target
from lib.tenancy.models import Outcome
from tests.lib.tenancy.migrating.releases import ADD_FIELD, ADD_INDEX

pytestmark = pytest.mark.usefixtures("real_transactions")


def plan_of(company, planner=None):
    return (planner or Planner(Target())).plan_for(company, read_histories([company])[company.schema_name])


def rows(company, query):
    with as_owner(), tenant_context(company), connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall()


def test_sql_alone_is_one_message_whatever_the_number_of_migrations(found, releases):
    initech = found("initech")
    releases.add(ADD_FIELD)
    releases.add(ADD_INDEX)
    message = plan_of(initech).message
    assert message.count("ALTER TABLE") == 2
    assert message.count("INSERT INTO django_migrations") == 2


def test_companies_with_the_same_history_share_a_plan_and_others_have_their_own(found, releases, migrate):
    first, second = found("first"), found("second")
    releases.add(ADD_FIELD)
    planner = Planner(Target())
    assert plan_of(first, planner) is plan_of(second, planner)
    migrate(only=["second"])
    releases.add(ADD_INDEX)
    planner = Planner(Target())
    older, newer = releases.names[-2:]
    messages = [plan_of(company, planner).message for company in (first, second)]
    assert [(older in message, newer in message) for message in messages] == [(True, True), (False, True)]


def test_nothing_is_left_of_the_scratch_schema(found, releases):
    initech = found("initech")
    releases.add(ADD_FIELD, "RunPython(fail)", code="def fail(apps, editor): raise ValueError('no')")
    with pytest.raises(Exception, match="ValueError: no"):
        plan_of(initech)
    with connections["master"].cursor() as cursor:
        cursor.execute("SELECT FROM pg_namespace WHERE nspname = %s", [SCRATCH_SCHEMA])
        assert cursor.rowcount == 0


def test_code_is_run_for_each_with_models_they_share(found, releases, migrate):
    companies = [found("first"), found("second")]
    for company in companies:
        with tenant_context(company):
            Contact.objects.create(last_name="Gibbons")
    code = """
seen = []
def note(apps, editor):
    Contact = apps.get_model("contacts", "Contact")
    seen.append(Contact)
    Contact.objects.using(editor.connection.alias).update(last_name=str(len(seen)))
"""
    releases.add("RunPython(note)", code=code)
    migrate()
    names = {
        company.subdomain: rows(company, "SELECT last_name FROM contacts_contact") for company in companies
    }
    # The first was for the scratch schema.
    assert sorted(name for [(name,)] in names.values()) == ["2", "3"]


def test_a_default_that_is_made_up_is_each_companys_own(found, releases, migrate):
    companies = [found("first"), found("second")]
    for company in companies:
        with tenant_context(company):
            Contact.objects.create(last_name="Gibbons")
    releases.add(
        'AddField("contact", "key", models.UUIDField(default=uuid.uuid4))', ADD_INDEX, code="import uuid"
    )
    assert all(isinstance(part, Call) for part in plan_of(companies[0]).steps[0].parts)
    assert {report.outcome for report in migrate().values()} == {Outcome.MIGRATED}
    keys = [rows(company, "SELECT key FROM contacts_contact") for company in companies]
    assert keys[0] != keys[1]
    assert all(isinstance(key, UUID) for [(key,)] in keys)


def test_a_default_that_is_made_the_same_each_time_is_plain_sql(found, releases):
    initech = found("initech")
    releases.add('AddField("contact", "tags", models.JSONField(default=list))')
    assert "'[]'" in plan_of(initech).message


def test_an_operation_that_asks_the_database_is_run_for_each(found, releases, migrate):
    companies = [found("first"), found("second")]
    with tenant_context(companies[1]):
        Contact.objects.create(last_name="Gibbons")
    code = """
class Count(operations.base.Operation):
    def state_forwards(self, app_label, state): pass
    def database_forwards(self, app_label, editor, from_state, to_state):
        with editor.connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM contacts_contact")
            editor.execute("CREATE VIEW counted AS SELECT %d AS contacts" % cursor.fetchone())
"""
    releases.add("Count()", code=f"from django.db.migrations import operations\n{code}")
    migrate()
    assert [rows(company, "SELECT contacts FROM counted") for company in companies] == [[(0,)], [(1,)]]


def test_locks_are_those_that_postgresql_took(found, releases):
    initech = found("initech")
    releases.add(ADD_FIELD)
    releases.add('AlterField("organisation", "version", models.BigIntegerField(default=1))')
    releases.add(ADD_INDEX)
    releases.add("RunSQL('CREATE TABLE later (id int)')")
    locks = [
        [(lock.table, lock.mode, lock.rewrites) for lock in step.locks] for step in plan_of(initech).steps
    ]
    assert locks == [
        [("contacts_contact", "AccessExclusiveLock", False)],
        [("contacts_organisation", "AccessExclusiveLock", True)],
        [("contacts_contact", "ShareLock", False)],
        [],
    ]


def test_a_receiver_of_post_migrate_that_is_not_djangos_is_called_for_each(found, releases, migrate):
    from django.db.models.signals import post_migrate

    from lib.tenancy import current_tenant

    found("first")
    called = []

    def note(sender, using, apps, **kwargs):
        if sender.label == "contacts" and using == "default":
            called.append((current_tenant().subdomain, apps.get_model("contacts", "Contact").__name__))

    releases.add(ADD_FIELD)
    post_migrate.connect(note)
    try:
        migrate()
    finally:
        post_migrate.disconnect(note)
    assert called == [(SCRATCH_SCHEMA, "Contact"), ("first", "Contact")]
