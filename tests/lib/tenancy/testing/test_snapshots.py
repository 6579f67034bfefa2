"""What a test commits is taken away, and what it takes away is put back."""

import pytest
from django.db import connection, connections, transaction

from apps.accounts.models import User
from apps.companies.models import Company
from apps.contacts.models import Contact, Organisation
from lib.tenancy import tenant_context
from lib.tenancy.administration import administer
from lib.tenancy.context import as_owner
from lib.tenancy.models import TenantTemplate
from lib.tenancy.provisioning import provisioning
from lib.tenancy.testing import cases
from lib.tenancy.testing.catalog import fingerprints, sequences_of, tables_of
from lib.tenancy.testing.marks import in_every_isolation


def photograph():
    """Return everything there is, of the tenants and of the platform."""
    found = {}
    for tenant in cases.get_stage().tenants():
        with as_owner(), tenant_context(tenant), connection.cursor() as cursor:
            found[tenant.subdomain] = look(cursor, tenant.schema)
    with as_owner(), connections["master"].cursor() as cursor:
        found["master"] = look(cursor, "master")
    return found


def look(cursor, schema):
    return fingerprints(cursor, tables_of(cursor, schema)), sequences_of(cursor, schema)


def globex():
    return Company.find_by_subdomain("globex")


@in_every_isolation
def test_all_that_was_committed_is_undone(real_transactions, isolation):
    before = photograph()
    with tenant_context(globex()):
        organisation = Organisation.objects.create(name="Left behind")
        Contact.objects.create(last_name="Gibbons", organisation=organisation)
        User.objects.filter(email="charlie@globex.example").update(full_name="Somebody else")
        User.objects.create_user("new@globex.example", "x")
    Company.objects.filter(subdomain="acme").update(company_name="Renamed")
    assert photograph() != before
    changed = cases.get_stage().restore()
    assert {"globex: contacts_organisation", "globex: accounts_user", "master: companies_company"} <= {
        *changed
    }
    assert cases.get_stage().restore() == []
    cases.show_wanted()
    assert photograph() == before


@in_every_isolation
def test_rows_that_were_deleted_come_back_with_those_that_point_to_them(real_transactions, isolation):
    before = photograph()
    with tenant_context(globex()):
        User.objects.all().delete()
    TenantTemplate.objects.using("master").all().delete()
    cases.get_stage().restore()
    cases.show_wanted()
    assert photograph() == before


@in_every_isolation
def test_a_tenant_the_test_made_is_removed_with_its_place(real_transactions, isolation):
    company = Company(subdomain="initrode", company_name="I", contact_name="I", contact_email="i@x.example")
    with provisioning(company):
        pass
    assert company.isolation == ("database" if isolation == "database" else "schema")
    assert stores(company.schema_name)
    cases.get_stage().restore()
    assert Company.find_by_subdomain("initrode") is None
    assert stores(company.schema_name) == []


def stores(name):
    with administer("main") as cursor:
        cursor.execute(
            "SELECT nspname FROM pg_namespace WHERE nspname = %(name)s "
            "UNION ALL SELECT datname FROM pg_database WHERE datname = %(name)s "
            "UNION ALL SELECT rolname FROM pg_roles WHERE rolname LIKE '%%:' || %(name)s",
            {"name": name},
        )
        return [found for (found,) in cursor.fetchall()]


@in_every_isolation
@pytest.mark.django_db(transaction=True)
class TestDjangosOwnMark:
    """Twice the same, so that the second would meet what the first has left, or what a flush has taken."""

    @pytest.mark.parametrize("time", ["once", "twice"])
    def test_tests_that_commit_begin_with_the_tenants_as_they_were_made(self, isolation, time):
        with tenant_context(globex()), transaction.atomic():
            assert [user.email for user in User.objects.all()] == ["charlie@globex.example"]
            assert not Organisation.objects.exists()
            Organisation.objects.create(name="Left behind")
            User.objects.all().delete()
        with tenant_context(globex()):
            assert Organisation.objects.count() == 1


@in_every_isolation
@pytest.mark.django_db(transaction=True, reset_sequences=True)
@pytest.mark.parametrize("time", ["once", "twice"])
def test_sequences_begin_where_they_did_if_that_is_asked_for(isolation, time):
    with tenant_context(globex()):
        assert Organisation.objects.create(name="The first").pk == 1
    cases.get_stage().reset_sequences()
    with tenant_context(globex()):
        Organisation.objects.all().delete()
        assert Organisation.objects.create(name="The first again").pk == 1
