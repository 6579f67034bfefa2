"""What a session of PostgreSQL keeps, or is left in, when the next company's statements come."""

import pytest
from django.contrib.postgres import signals
from django.db import DatabaseError, close_old_connections, connection, connections
from django.http import HttpResponse
from django.urls import path

from apps.companies.models import Company
from apps.contacts.models import Organisation
from lib.tenancy import tenant_context
from lib.tenancy.context import as_owner
from lib.tenancy.provisioning import provisioning
from lib.tenancy.stores import drop_store
from lib.tenancy.testing import HostClient
from lib.tenancy.type_oids import ask_each_database_for_its_types

TABLE = "contacts_organisation"


@pytest.fixture
def both(real_transactions):
    made = []
    for name in ("session-a", "session-b"):
        company = Company(subdomain=name, company_name=name, contact_name="S", contact_email="s@x.example")
        with provisioning(company):
            Organisation.objects.create(name=name)
        made.append(company)
    yield made
    connections.close_all()


def names():
    return list(Organisation.objects.values_list("name", flat=True))


def test_a_prepared_statement_reads_who_executes_it(both):
    read = []
    with tenant_context(both[0]), connection.cursor() as cursor:
        cursor.execute(f"PREPARE names AS SELECT name FROM {TABLE}")
    for company in (*both, *both):
        with tenant_context(company), connection.cursor() as cursor:
            cursor.execute("EXECUTE names")
            read += [name for (name,) in cursor.fetchall()]
    assert read == ["session-a", "session-b", "session-a", "session-b"]


def test_a_transaction_begun_by_hand_and_left_open_ends_with_the_request(both):
    with tenant_context(both[0]), connection.cursor() as cursor:
        cursor.execute("BEGIN")
        Organisation.objects.create(name="never committed")
    close_old_connections()
    with tenant_context(both[1]):
        assert not (connection.connection and connection.connection.in_transaction())
        Organisation.objects.create(name="committed")
    connections.close_all()
    with tenant_context(both[0]):
        assert names() == ["session-a"]
    with tenant_context(both[1]):
        assert sorted(names()) == ["committed", "session-b"]


def test_a_schema_that_is_gone_is_an_error_and_nobodys_rows(both):
    drop_store(both[0])
    with tenant_context(both[0]):
        # Its role is gone with it, where there are roles.
        with pytest.raises(DatabaseError, match="does not exist"):
            names()
        with pytest.raises(DatabaseError), connection.cursor() as cursor:
            cursor.execute("CREATE TABLE leak (id int)")
    with tenant_context(both[1]):
        assert names() == ["session-b"]


def write_and_fail(request):
    Organisation.objects.create(name="must not survive")
    if "fail" in request.GET:
        raise RuntimeError("the view fails")
    return HttpResponse("written")


urlpatterns = [path("", write_and_fail)]


def test_a_request_in_one_transaction_is_undone_at_its_company(both, settings, monkeypatch):
    settings.TENANCY_TENANT_URLCONF = __name__
    settings.MIDDLEWARE = ["lib.tenancy.middleware.TenantMiddleware"]
    for alias in ("default", "master"):
        monkeypatch.setitem(connections.settings[alias], "ATOMIC_REQUESTS", True)
    client = HostClient("session-a", raise_request_exception=False)
    assert client.get("/", {"fail": ""}).status_code == 500
    with tenant_context(both[0]):
        assert names() == ["session-a"]
    assert client.get("/").status_code == 200
    with tenant_context(both[0]):
        assert "must not survive" in names()
    with tenant_context(both[1]):
        assert names() == ["session-b"]


def test_an_extension_goes_to_the_schema_of_extensions(both):
    with as_owner(), tenant_context(both[0]), connection.schema_editor(collect_sql=True) as editor:
        editor.execute("CREATE EXTENSION IF NOT EXISTS hstore;")
    assert editor.collected_sql == ['CREATE EXTENSION IF NOT EXISTS hstore WITH SCHEMA "extensions";']


def test_the_number_of_a_type_is_asked_for_anew(both, monkeypatch):
    monkeypatch.setattr(signals, "get_hstore_oids", signals.get_hstore_oids)
    monkeypatch.setattr(signals, "get_citext_oids", signals.get_citext_oids)
    monkeypatch.setattr("lib.tenancy.type_oids.apps.is_installed", lambda name: True)
    ask_each_database_for_its_types()
    with as_owner(), tenant_context(both[0]), connection.cursor() as cursor:
        before, _ = signals.get_hstore_oids("default")
        cursor.execute("CREATE TYPE hstore AS ENUM ('a')")
        after, _ = signals.get_hstore_oids("default")
    assert len(after) == len(before) + 1
