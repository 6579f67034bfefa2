"""What a plan makes of a company equals what Django's own executor makes of it."""

import pytest
from django.apps import apps
from django.db import connection

from apps.contacts.models import Contact, Organisation
from lib.tenancy import tenant_context
from lib.tenancy.migrating.stock import migrate_by_itself
from lib.tenancy.migrating.targets import Target
from lib.tenancy.models import Outcome
from lib.tenancy.states import Isolation
from tests.lib.tenancy.migrating.releases import ADD_FIELD, ADD_INDEX, ADD_MODEL
from tests.lib.tenancy.whole_schema import catalog_of

SHOUT = """
def shout(apps, schema_editor):
    Contact = apps.get_model("contacts", "Contact")
    for contact in Contact.objects.all():
        contact.last_name = contact.last_name.upper()
        contact.save()
"""

CHANGES = {
    "a field": [ADD_FIELD],
    "a field that is unique": ['AddField("contact", "code", models.SlugField(null=True, unique=True))'],
    "a foreign key": [
        'AddField("note", "about", models.ForeignKey("contacts.Contact", models.CASCADE, null=True,'
        ' related_name="told"))'
    ],
    "an index": [ADD_INDEX],
    "a model, with its permissions": [ADD_MODEL],
    "a model that refers to another": [
        ADD_MODEL,
        'AddField("pet", "keeper", models.ForeignKey("contacts.Contact", models.CASCADE))',
        'AddField("pet", "friends", models.ManyToManyField("contacts.Contact", related_name="likes"))',
    ],
    "a type": ['AlterField("note", "body", models.CharField(max_length=5000, db_index=True))'],
    "a constraint": [
        'AddConstraint("contact", models.CheckConstraint(condition=models.Q(pk__gt=0), name="later"))'
    ],
    "other names": ['RenameField("note", "body", "text")', 'RenameModel("Note", "Remark")'],
    "a field less": ['RemoveField("contact", "organisation")'],
    "a model less": ['DeleteModel("Note")'],
    "SQL": [
        'RunSQL("CREATE VIEW later AS SELECT 1 AS one -- with a comment", "DROP VIEW later")',
        "RunSQL([(\"UPDATE contacts_contact SET last_name = %s WHERE last_name LIKE '100%%'\", ['x'])], '')",
    ],
    "state alone": [
        'SeparateDatabaseAndState([], [AddField("contact", "seen", models.TextField(null=True))])'
    ],
    "rows": ["RunPython(shout, RunPython.noop)"],
    "a field, rows, and an index": [ADD_FIELD, "RunPython(shout, RunPython.noop)", ADD_INDEX],
    "code inside of another operation": [
        "SeparateDatabaseAndState([RunPython(shout, RunPython.noop), " + ADD_FIELD + "], [" + ADD_FIELD + "])"
    ],
}


# Making a database takes its time, so that a few changes stand for all.
IN_DATABASES = ("a model, with its permissions", "a field, rows, and an index")


@pytest.mark.parametrize(
    ("change", "isolation"),
    [
        *((change, Isolation.SCHEMA) for change in CHANGES),
        *((change, Isolation.DATABASE) for change in IN_DATABASES),
    ],
)
def test_forwards_backwards_and_forwards_again(change, isolation, found, releases, migrate):
    operations = CHANGES[change]
    by_plan, by_django = found("byplan", isolation=isolation), found("bydjango", isolation=isolation)
    for company in (by_plan, by_django):
        with tenant_context(company):
            Contact.objects.create(
                last_name="Gibbons", organisation=Organisation.objects.create(name="Initech")
            )
    today = releases.names[-1]
    releases.add(*operations, code=SHOUT)

    def both(*words):
        assert migrate(*words, only=["byplan"])["byplan"].outcome == Outcome.MIGRATED
        migrate_by_itself(by_django, Target(*words), lock_timeout_ms=1000)
        assert catalog_of(by_plan) == catalog_of(by_django)

    both()
    both("contacts", today)
    both()


def test_a_row_can_be_made_in_a_new_table(found, releases, migrate):
    initech = found("initech")
    releases.add(ADD_MODEL)
    migrate()
    # By the role of the company itself, through the sequence.
    with tenant_context(initech), connection.cursor() as cursor:
        for expected in (1, 2):
            cursor.execute("INSERT INTO contacts_pet (name) VALUES ('Rex') RETURNING id")
            assert cursor.fetchone() == (expected,)
    with tenant_context(initech):
        content_type = apps.get_model("contenttypes", "ContentType").objects.create(app_label="x", model="y")
        assert content_type.pk
