"""The template that was made from the last one equals the one that is made from nothing."""

import logging

import pytest
from django.db import connection

from lib.tenancy.administration import administer
from lib.tenancy.catalog.differences import compare
from lib.tenancy.catalog.reading import read_catalogs
from lib.tenancy.context import as_owner, tenant_context
from lib.tenancy.models import TenantTemplate
from lib.tenancy.template import TEMPLATE_SCHEMA, template_tenant
from lib.tenancy.template_building import ensure_template
from lib.tenancy.versions import current_version
from tests.lib.tenancy.migrating.releases import ADD_FIELD, ADD_INDEX, ADD_MODEL, HEAD

# Without their keys, which depend on the order in which Django happens to know models.
ROWS = {
    "content types": "SELECT app_label, model FROM django_content_type",
    "permissions": """
        SELECT app_label, model, codename, name FROM auth_permission
        JOIN django_content_type ON content_type_id = django_content_type.id""",
    "migrations": "SELECT app, name FROM django_migrations",
    "groups": "SELECT name FROM auth_group",
    "next content type": "SELECT last_value, is_called FROM django_content_type_id_seq",
    "next permission": "SELECT last_value, is_called FROM auth_permission_id_seq",
}

ROLES = """
def found(apps, schema_editor):
    apps.get_model("auth", "Group").objects.create(name="sales")

def hire(apps, schema_editor):
    sales = apps.get_model("auth", "Group").objects.get(name="sales")
    sales.permissions.set(apps.get_model("auth", "Permission").objects.all()[:2])

def seed(apps, schema_editor):
    apps.get_model("contenttypes", "ContentType").objects.create(app_label="of", model="nobody")

def hire_seeded(apps, schema_editor):
    found(apps, schema_editor)
    seeded = apps.get_model("contenttypes", "ContentType").objects.get(app_label="of")
    apps.get_model("auth", "Permission").objects.create(content_type=seeded, codename="x", name="x")
    hire(apps, schema_editor)

def fail(apps, schema_editor):
    raise ZeroDivisionError("on purpose")
"""

GOES_ON = {
    "a field": [ADD_FIELD],
    "an index": [ADD_INDEX],
    "a model, with its permissions": [ADD_MODEL],
    "a foreign key": [
        'AddField("note", "about", models.ForeignKey("contacts.Contact", models.CASCADE, null=True,'
        ' related_name="told"))'
    ],
    "a constraint with a list of texts": [
        'AddConstraint("contact", models.CheckConstraint(name="later",'
        ' condition=models.Q(last_name__in=["a", "b"])))'
    ],
    "rows": ["RunPython(found, RunPython.noop)"],
    "rows that look for permissions": ["RunPython(found)", "RunPython(hire, RunPython.noop)"],
    "a field less": ['RemoveField("contact", "organisation")'],
    "an index outside of a transaction": [
        'AddIndexConcurrently("contact", models.Index(fields=["last_name"], name="contact_by_last_name"))'
    ],
}
BEGINS_ANEW = {
    "a model less": ['DeleteModel("Note")'],
    "another name": ['RenameModel("Note", "Remark")'],
    "permissions of another name": ['AlterModelOptions("note", {"verbose_name": "remark"})'],
}


@pytest.fixture
def made(releases, caplog):
    """`made()` makes the template of a release and returns whether the last one was gone on from."""

    def make():
        caplog.clear()
        with caplog.at_level(logging.INFO, "lib.tenancy.template_schema"):
            assert ensure_template()
        return "from nothing" not in caplog.text

    return make


def templates():
    return TenantTemplate.objects.using("master")


def state_of_the_template():
    """Return the catalog of the template schema and its rows."""
    with administer("main") as cursor:
        catalog = read_catalogs(cursor, [TEMPLATE_SCHEMA])[TEMPLATE_SCHEMA]
    rows = {}
    with as_owner(), tenant_context(template_tenant()), connection.cursor() as cursor:
        for what, query in ROWS.items():
            cursor.execute(query)
            rows[what] = sorted(cursor.fetchall())
    return catalog, rows


def assert_it_equals_the_one_from_nothing():
    catalog, rows = state_of_the_template()
    templates().all().delete()
    ensure_template()
    catalog_from_nothing, rows_from_nothing = state_of_the_template()
    assert list(compare(catalog_from_nothing, catalog)) == []
    assert rows == rows_from_nothing


@pytest.mark.parametrize("change", GOES_ON)
def test_it_goes_on_from_the_last_one(change, releases, made):
    releases.add(*GOES_ON[change], code=ROLES, atomic="transaction" not in change)
    assert made()
    assert_it_equals_the_one_from_nothing()


@pytest.mark.parametrize("change", BEGINS_ANEW)
def test_it_begins_anew_where_something_would_stay_behind(change, releases, made):
    releases.add(*BEGINS_ANEW[change])
    assert not made()
    assert_it_equals_the_one_from_nothing()


def test_it_goes_on_from_one_release_to_the_next(releases, made):
    for operation in (ADD_FIELD, ADD_MODEL, ADD_INDEX):
        releases.add(operation)
        assert made()
    assert_it_equals_the_one_from_nothing()


@pytest.mark.parametrize("code", [["seed"], ["seed", "hire_seeded"]])
def test_rows_that_migrations_made_are_not_lost(code, releases, made):
    releases.add(*(f"RunPython({name}, RunPython.noop)" for name in code), code=ROLES)
    assert made()
    releases.add(ADD_FIELD)
    assert not made()
    assert_it_equals_the_one_from_nothing()


def test_it_begins_anew_behind_a_squash(releases, made):
    today = releases.names[-1]
    squashed = [releases.add(ADD_FIELD), releases.add(ADD_INDEX)]
    assert made()
    templates().exclude(version=current_version()).delete()
    (releases.folder / "9100_squashed.py").write_text(
        HEAD.format(before=today, operations=f"{ADD_FIELD}, {ADD_INDEX}", atomic=True)
        + f"    replaces = [('contacts', '{squashed[0]}'), ('contacts', '{squashed[1]}')]\n"
    )
    releases.learn()
    assert not made()
    assert_it_equals_the_one_from_nothing()


def test_it_begins_anew_where_the_last_one_has_more(releases, made):
    today = current_version()
    releases.add(ADD_FIELD)
    assert made()
    releases.take_back()
    templates().filter(version=today).delete()
    assert not made()
    assert_it_equals_the_one_from_nothing()


def test_it_begins_anew_where_the_history_is_another_than_was_written_down(releases, made):
    # As of an app that was the platform's until now.
    last = templates().get()
    last.migrations.remove("contacts.0002_searchable_text")
    last.save(using="master")
    releases.add(ADD_FIELD)
    assert not made()
    assert_it_equals_the_one_from_nothing()


def test_it_begins_anew_where_migrations_are_no_more(releases, made):
    last = templates().get()
    last.sql += (
        f'INSERT INTO "{TEMPLATE_SCHEMA}".django_migrations (app, name, applied)'
        " VALUES ('gone', '0001', now());"
    )
    last.save(using="master")
    releases.add(ADD_FIELD)
    assert not made()
    assert_it_equals_the_one_from_nothing()


def test_it_begins_anew_where_the_last_one_cannot_be_replayed(releases, made):
    templates().update(sql="CREATE TABLE nowhere.at_all ();")
    releases.add(ADD_FIELD)
    assert not made()
    assert_it_equals_the_one_from_nothing()


def test_a_migration_that_fails_is_what_one_is_told(releases, made):
    before = templates().count()
    releases.add("RunPython(fail)", code=ROLES)
    with pytest.raises(ZeroDivisionError, match="on purpose"):
        made()
    assert templates().count() == before
    releases.take_back()
    releases.add(ADD_FIELD)
    assert made()
    assert_it_equals_the_one_from_nothing()
