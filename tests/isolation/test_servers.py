"""Companies on a second PostgreSQL server."""

import os
from contextlib import closing
from urllib.parse import quote, urlsplit

import environ
import psycopg2
import pytest
from django.db import OperationalError, connections

from apps.companies.models import Company
from apps.contacts.models import Organisation
from lib.postgres import server as postgres_server
from lib.tenancy import tenant_context
from lib.tenancy.exceptions import UnknownServerError
from lib.tenancy.foundation import lay_foundation
from lib.tenancy.identifiers import quote_identifier
from lib.tenancy.provisioning import provisioning
from lib.tenancy.removal import remove_tenant
from lib.tenancy.servers import least_loaded_server, server_settings
from lib.tenancy.states import Isolation
from lib.tenancy.testing import client_of

NAME = f"hooli{os.getpid()}"


@pytest.fixture(scope="module")
def second_server(tmp_path_factory):
    server = postgres_server.testing_server(tmp_path_factory.mktemp("second"))
    server.ensure_running()
    yield server
    server.stop()


def with_our_login(url):
    """Return the address of that server for a login named as the main server's: roles are named after it."""
    ours = server_settings("main")
    if urlsplit(url).username == ours["USER"]:
        return url
    login, password = quote_identifier(ours["USER"]), ours["PASSWORD"].replace("'", "''")
    with closing(psycopg2.connect(url)) as connection:
        connection.autocommit = True
        cursor = connection.cursor()
        cursor.execute("SELECT FROM pg_roles WHERE rolname = %s", [ours["USER"]])
        if not cursor.rowcount:
            cursor.execute(f"CREATE ROLE {login} LOGIN NOINHERIT CREATEROLE CREATEDB PASSWORD '{password}'")
            cursor.execute(f"GRANT {login} TO CURRENT_USER")
            cursor.execute(f"CREATE DATABASE second OWNER {login}")
    where = urlsplit(url)
    who = f"{quote(ours['USER'], safe='')}:{quote(ours['PASSWORD'], safe='')}"
    return f"postgres://{who}@{where.hostname}:{where.port}/second"


@pytest.fixture
def two_servers(second_server, settings, real_transactions):
    url = with_our_login(second_server.ensure_running())
    settings.TENANCY_SERVERS = {"second": environ.Env.db_url_config(url)}
    lay_foundation("second")
    yield second_server
    second_server.ensure_running()
    for company in Company.objects.filter(server="second"):
        remove_tenant(company)
    connections.close_all()


def made(subdomain, **fields):
    company = Company(
        subdomain=subdomain, company_name="H", contact_name="G", contact_email="g@x.example", **fields
    )
    with provisioning(company):
        Organisation.objects.create(name=f"{subdomain} only")
    return company


@pytest.mark.parametrize("isolation", Isolation.values)
def test_a_company_lives_where_it_is_placed(isolation, two_servers):
    company = made(NAME, server="second", isolation=isolation)
    with tenant_context(company):
        assert Organisation.objects.get().name == f"{NAME} only"
        assert str(connections["default"].settings_dict["PORT"]) in two_servers.url
    assert client_of(company).get("/accounts/login/").status_code == 200


def test_a_server_that_is_down_takes_down_its_own_companies_only(two_servers):
    company = made(NAME, server="second")
    connections.close_all()
    two_servers.stop()
    assert client_of(company).get("/accounts/login/", {"next": "/"}).status_code in (200, 503)
    with tenant_context(company), pytest.raises(OperationalError):
        Organisation.objects.count()
    with tenant_context(Company.find_by_subdomain("acme")):
        Organisation.objects.count()
    connections.close_all()


def test_the_least_loaded_server_is_found(two_servers):
    assert least_loaded_server(Company) == "second"  # Acme and Globex are on the main one
    made(NAME, server="second")
    assert least_loaded_server(Company) == "second"


def test_an_unknown_server_is_named_with_those_there_are(two_servers):
    with pytest.raises(UnknownServerError, match="main, second"):
        server_settings("third")
