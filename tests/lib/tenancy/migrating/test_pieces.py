"""Migrations that are no transaction."""

import pytest
from django.db import connection

from apps.contacts.models import Contact
from lib.tenancy import tenant_context
from lib.tenancy.context import as_owner
from lib.tenancy.models import Outcome
from lib.tenancy.states import Isolation
from tests.lib.tenancy.migrating.releases import ADD_FIELD
from tests.lib.tenancy.whole_schema import catalog_of

CONCURRENTLY = 'AddIndexConcurrently("contact", models.Index(fields=["last_name"], name="by_last_name"))'


def ask(company, query):
    with as_owner(), tenant_context(company), connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall()


def marks(company):
    return ask(company, "SELECT name FROM django_migrations WHERE name LIKE '%#%'")


@pytest.mark.parametrize("isolation", Isolation.values)
def test_an_index_is_made_concurrently(isolation, found, releases, migrate):
    initech = found("initech", isolation=isolation)
    releases.add(ADD_FIELD)
    releases.add(CONCURRENTLY, atomic=False)
    releases.add('RemoveField("contact", "nickname")')
    assert migrate()["initech"].outcome == Outcome.MIGRATED
    assert ("by_last_name", "True") in catalog_of(initech)["valid"]
    assert marks(initech) == []
    assert ask(initech, "SELECT count(*) FROM django_migrations WHERE name LIKE '9%'") == [(3,)]


def test_what_an_interrupted_attempt_left_is_made_anew(found, releases, migrate):
    initech = found("initech")
    releases.add(CONCURRENTLY, atomic=False)
    # A kill leaves it like this: not valid, or valid and not in the history.
    with as_owner(), tenant_context(initech), connection.cursor() as cursor:
        cursor.execute("CREATE INDEX by_last_name ON contacts_contact (first_name)")
    assert migrate()["initech"].error is None
    assert "last_name" in {row[1]: row[2] for row in catalog_of(initech)["indexes"]}["by_last_name"]


FAILING = """
def fail(apps, editor):
    Contact = apps.get_model("contacts", "Contact")
    if Contact.objects.filter(last_name="Bad").exists():
        raise ValueError("a bad contact")
    Contact.objects.create(last_name="From code")
"""


def test_it_goes_on_where_it_stopped(found, releases, migrate):
    initech = found("initech")
    with tenant_context(initech):
        bad = Contact.objects.create(last_name="Bad")
    releases.add(
        ADD_FIELD,
        CONCURRENTLY,
        "RunPython(fail)",
        'RemoveField("contact", "nickname")',
        atomic=False,
        code=FAILING,
    )
    report = migrate()["initech"]
    assert (report.outcome, str(report.error)) == (Outcome.FAILED, "a bad contact")
    [(mark,)] = marks(initech)
    assert mark.endswith("#3")  # ADD COLUMN, DROP DEFAULT, and the index
    with tenant_context(initech):
        Contact.objects.filter(pk=bad.pk).update(last_name="Good")
    assert migrate()["initech"].outcome == Outcome.MIGRATED
    assert marks(initech) == []
    assert ask(initech, "SELECT count(*) FROM contacts_contact WHERE last_name = 'From code'") == [(1,)]
    assert not [row for row in catalog_of(initech)["columns"] if row[1] == "nickname"]
