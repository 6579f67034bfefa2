"""Tenancy costs no statement and no round trip: each page is counted with it, and on Django's own backend."""

import copy
from contextlib import contextmanager

import pytest
from django.db import connection, connections
from django.db.backends.postgresql.base import DatabaseWrapper as StockWrapper
from django.test.utils import CaptureQueriesContext

from apps.accounts.models import User
from apps.companies.models import Company
from apps.contacts.models import Contact, Organisation
from lib.postgres.wire import CountingProxy
from lib.tenancy import tenant_context
from lib.tenancy.roles import tenant_role, uses_roles
from lib.tenancy.testing import client_of

PAGES = [
    ("get", "/", {}),
    ("get", "/contacts/", {}),
    ("get", "/contacts/", {"q": "a", "page": "1"}),
    ("get", "/contacts/new/", {}),
    ("get", "/organisations/", {}),
    ("get", "/contacts/export.csv", {}),
    ("get", "/events/", {}),
    ("get", "/events/export.csv", {}),
    ("get", "/accounts/login/", {}),
    ("post", "/organisations/new/", {"name": "Hooli", "website": "", "city": ""}),
]


@pytest.fixture
def acme(real_transactions):
    company = Company.find_by_subdomain("acme")
    with tenant_context(company):
        home = Organisation.objects.create(name="Initech")
        for number in range(10):
            Contact.objects.create(last_name=f"Gibbons {number}", organisation=home)
    yield company
    with tenant_context(company):
        Contact.objects.all().delete()
        Organisation.objects.all().delete()


@contextmanager
def default_connection(wrapper):
    """Make `wrapper` what every user of the alias `default` gets in this thread."""
    ours = connections["default"]
    connections["default"] = wrapper
    try:
        yield
    finally:
        wrapper.close()
        connections["default"] = ours


def count(wrapper, proxy, company, method, path, data):
    """Return the statements that Django counts and the messages on the wire, for one page."""
    with default_connection(wrapper):
        with tenant_context(company):
            alice = User.objects.get(email="alice@acme.example")
            client = client_of(company, alice)
        client.get("/")  # connection open, host looked up, session read once
        proxy.messages.clear()
        # The test client would close the connection around the request, as a server does between two.
        with CaptureQueriesContext(connection) as captured:
            response = getattr(client, method)(path, data)
            if response.streaming:
                b"".join(response.streaming_content)
        assert response.status_code in (200, 302)
        trips = len(proxy.messages)
        if method == "post":
            with tenant_context(company):
                Organisation.objects.filter(name="Hooli").delete()
        return len(captured), trips


def ours_and_stock(company, port):
    settings = {**copy.deepcopy(connections["default"].settings_dict), "HOST": "127.0.0.1", "PORT": port}
    # Both would ping the server now and then, at moments of their own.
    settings["CONN_HEALTH_CHECKS"] = False
    ours = type(connections["default"])({**settings}, "default")
    options = f"-c search_path={company.schema_name}"
    if uses_roles("default"):
        options += f" -c role={tenant_role(company.schema_name)}"
    stock = StockWrapper({**settings, "OPTIONS": {"options": options}}, "default")
    return ours, stock


@pytest.mark.parametrize(("method", "path", "data"), PAGES)
def test_a_page_costs_what_it_costs_without_tenancy(method, path, data, acme):
    server = connections["default"].settings_dict
    with CountingProxy(server["HOST"], int(server["PORT"])) as proxy:
        ours, stock = ours_and_stock(acme, proxy.port)
        our_statements, our_trips = count(ours, proxy, acme, method, path, data)
        stock_statements, stock_trips = count(stock, proxy, acme, method, path, data)
    assert our_statements == stock_statements
    # A transaction's BEGIN travels with its first statement, so writing pages even save a trip.
    assert stock_trips - 2 <= our_trips <= stock_trips
    assert our_trips > 0 or our_statements == 0
