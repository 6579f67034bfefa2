"""What a test writes is undone, wherever its tenants live."""

import psycopg2
import pytest
from django.db import IntegrityError, connection, connections, transaction
from django.http import HttpResponse
from django.test import TestCase
from django.urls import path

from apps.contacts.models import Contact, Organisation
from lib.tenancy import current_tenant, tenant_context
from lib.tenancy.testing import cases
from lib.tenancy.testing.marks import in_every_isolation
from lib.tenancy.testing.transactions import rolled_back


def committed_names(company):
    """Return the organisations that anybody else would see: over a connection of their own."""
    with tenant_context(company):
        settings = connections["default"].settings_dict
    other = psycopg2.connect(
        host=settings["HOST"],
        port=settings["PORT"],
        user=settings["USER"],
        password=settings["PASSWORD"],
        dbname=settings["NAME"],
    )
    try:
        with other.cursor() as cursor:
            if not company.database_name:
                cursor.execute('SET ROLE "{}:owner"'.format(settings["USER"]))
            cursor.execute(f'SELECT name FROM "{company.schema_name}".contacts_organisation')
            return [name for (name,) in cursor.fetchall()]
    finally:
        other.close()


def names(company):
    with tenant_context(company):
        return sorted(Organisation.objects.values_list("name", flat=True))


@in_every_isolation
def test_the_tenants_have_the_isolation_that_is_asked_for(cast, isolation):
    expected = {"schema": ("schema",) * 2, "database": ("database",) * 2, "mixed": ("schema", "database")}
    assert (cast.acme.isolation, cast.globex.isolation) == expected[isolation]
    for company in (cast.acme, cast.globex):
        with tenant_context(company), connection.cursor() as cursor:
            cursor.execute("SELECT current_database()")
            assert (cursor.fetchone()[0] == company.database_name) == (company.isolation == "database")


@in_every_isolation
def test_nothing_a_test_writes_is_committed(cast, isolation, at):
    for company, user in ((cast.acme, cast.alice), (cast.globex, cast.charlie)):
        with tenant_context(company):
            Organisation.objects.create(name="By the test")
        answer = at(company, as_=user).post("/organisations/new/", {"name": "By a request"})
        assert answer.status_code == 302
        assert names(company) == ["By a request", "By the test"]
        assert committed_names(company) == []


@in_every_isolation
def test_rolling_back_takes_away_what_was_written(cast, isolation):
    with tenant_context(cast.globex):
        Organisation.objects.create(name="before")
    with rolled_back([cast.acme, cast.globex]):
        if cast.globex.isolation == "database":
            with tenant_context(cast.globex):
                Organisation.objects.create(name="inside")
            assert names(cast.globex) == ["before", "inside"]
    assert names(cast.globex) == ["before"]


@pytest.mark.isolation("database")
def test_what_a_constraint_has_put_off_fails_when_it_is_rolled_back(cast):
    with (
        pytest.raises(IntegrityError, match="foreign key"),
        rolled_back([cast.globex]),
        tenant_context(cast.globex),
    ):
        Contact.objects.create(last_name="Gibbons", organisation_id=404_404)
    assert names(cast.globex) == []


def promise(request):
    transaction.on_commit(lambda: kept.append(current_tenant().subdomain))
    return HttpResponse()


kept: list[str] = []
urlpatterns = [path("promise/", promise)]


@in_every_isolation
def test_what_waits_for_a_commit_can_be_run(
    cast, isolation, at, settings, django_capture_on_commit_callbacks
):
    settings.TENANCY_TENANT_URLCONF = __name__
    kept.clear()
    with django_capture_on_commit_callbacks() as callbacks:
        at(cast.acme).get("/promise/")
    assert (len(callbacks), kept) == (1, [])
    with django_capture_on_commit_callbacks(execute=True):
        at(cast.acme).get("/promise/")
        at(cast.globex).get("/promise/")
        assert kept == []
    assert sorted(kept) == ["acme", "globex"]


@in_every_isolation
def test_what_a_callback_registers_is_run_too(cast, isolation, django_capture_on_commit_callbacks):
    seen = []
    with django_capture_on_commit_callbacks(execute=True), tenant_context(cast.globex):
        transaction.on_commit(lambda: transaction.on_commit(lambda: seen.append("second")))
    assert seen == ["second"]


@in_every_isolation
def test_queries_are_counted_wherever_they_go(cast, isolation, django_assert_num_queries):
    with django_assert_num_queries(2) as queries:
        names(cast.acme)
        names(cast.globex)
    assert all(query["sql"].startswith("SELECT") for query in queries)
    with (
        pytest.raises(AssertionError, match="1 queries were sent, 2 were expected"),
        django_assert_num_queries(2),
    ):
        names(cast.globex)


@in_every_isolation
class TestOfPytest:
    def test_a_class_may_be_parametrised(self, cast, isolation):
        assert cases.get_stage().shown == isolation


@pytest.mark.isolation("database")
class TestOfUnittest(TestCase):
    databases = {"default", "master"}

    @classmethod
    def setUpTestData(cls):
        cls.tenants = cases.get_stage().tenants()
        for tenant in cls.tenants:
            with tenant_context(tenant):
                Organisation.objects.create(name=f"Of all tests at {tenant}")

    def test_rows_for_the_class_are_there_and_each_test_begins_with_them(self):
        self.write_and_look()

    def test_the_other_test_begins_with_them_too(self):
        self.write_and_look()

    def write_and_look(self):
        for tenant in self.tenants:
            assert tenant.database
            assert names(tenant) == [f"Of all tests at {tenant}"]
            with tenant_context(tenant):
                Organisation.objects.create(name="Of one test")

    def test_another_isolation_is_refused_in_the_middle(self):
        with pytest.raises(RuntimeError, match="mark the class, not its methods"):
            cases.get_stage().show("schema")


@pytest.mark.isolation("database")
class TestWithTheTenantsAlone(TestCase):
    """A class that names no alias gets `default`; the plugin's own work needs the master all the same."""

    def test_it_reaches_the_tenants(self):
        [acme, _] = cases.get_stage().tenants()
        assert names(acme) == []
