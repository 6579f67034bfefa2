"""Hosts that lead nowhere: a page that says so, and nothing asked of any tenant before it."""

import pytest
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.companies.models import Company
from lib.tenancy.states import State
from lib.tenancy.testing import HostClient
from lib.tenancy.versions import current_version

pytestmark = pytest.mark.usefixtures("cast")

UNKNOWN = [
    "nobody.localhost",
    "NOBODY.localhost:8000",
    "acme.localhost.evil.org",
    "acme-localhost",
    "acme.notlocalhost",
    "acmelocalhost",
    "x.acme.localhost",
    "www.acme.localhost",
    "acme.www.localhost",
    "acme.example.com",
    "evil.org",
    "127.0.0.1",
    "127.0.0.1:8000",
    "2130706433",
    "testserver",
]
MALFORMED = [
    "acme.localhost.",
    ".localhost",
    "acme..localhost",
    "-.localhost",
    "acme_.localhost",
    "[::1]:8000",
    "[::ffff:127.0.0.1]",
    "acme.localhost:",
    "acme.localhost:99999",
    "acme.localhost:80:80",
    "acme.localhost:80@evil.org",
    "user@acme.localhost",
    "acme.localhost/",
    "acme.localhost?",
    "acme.localhost#",
    "acme.localhost, globex.localhost",
    "acme.localhost\tglobex.localhost",
    "acme\x00.localhost",
    "acme%2elocalhost",
    "<script>alert(1)</script>",
    "\xe4cme.localhost",
    " ",
    "a" * 10_000,
    "a." * 5_000 + "localhost",
]


@pytest.fixture
def visit():
    """`visit("host")` returns the answer and the statements sent to a tenant and to the platform."""

    def send(host, path="/contacts/", **options):
        with (
            CaptureQueriesContext(connections["default"]) as of_tenants,
            CaptureQueriesContext(connections["master"]) as of_platform,
        ):
            response = HostClient(HTTP_HOST=host).get(path, **options)
        return response, len(of_tenants), len(of_platform)

    return send


def assert_guarded(response):
    headers = response.headers
    assert "default-src 'self'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "no-store"
    assert not response.cookies


def assert_names_nobody(response):
    page = response.content.decode()
    for name in ("Acme", "Globex", "alice", "charlie"):
        assert name not in page


@pytest.mark.parametrize("host", UNKNOWN)
def test_an_unknown_host_is_a_404_page(visit, host):
    response, of_tenants, of_platform = visit(host)
    assert response.status_code == 404
    assert of_tenants == 0
    assert of_platform <= 1
    assert_guarded(response)
    assert_names_nobody(response)
    assert "Nobody lives at this address" in response.content.decode()


@pytest.mark.parametrize("host", MALFORMED)
def test_a_malformed_host_is_a_400_page_and_asks_no_database(visit, host):
    response, of_tenants, of_platform = visit(host)
    assert response.status_code == 400
    assert of_tenants == of_platform == 0
    assert_guarded(response)
    assert_names_nobody(response)
    assert "<script>" not in response.content.decode().replace("<script type", "")
    assert len(response.content) < 20_000


@pytest.mark.parametrize("server_name", ["127.0.0.1", "acme.localhost", "localhost"])
def test_a_request_without_a_host_is_refused_whatever_the_server_is_called(server_name):
    # As gunicorn hands over a request of HTTP/1.0: no HTTP_HOST, and its own name as the server's.
    response = Client().get("/contacts/", SERVER_NAME=server_name)
    assert "HTTP_HOST" not in response.wsgi_request.META
    assert response.status_code == 400
    assert_guarded(response)
    assert "not an address we can read" in response.content.decode()


@pytest.mark.parametrize("server_name", ["127.0.0.1", "acme.localhost", "localhost"])
def test_an_empty_host_is_refused_too(server_name):
    response = HostClient(HTTP_HOST="", SERVER_NAME=server_name).get("/contacts/")
    assert response.status_code == 400
    assert_guarded(response)


@pytest.mark.parametrize("method", ["get", "post", "put", "delete", "options", "head", "patch"])
def test_every_method_is_refused(method):
    client = HostClient(HTTP_HOST="nobody.localhost", enforce_csrf_checks=True)
    assert getattr(client, method)("/accounts/login/").status_code == 404


def test_a_session_is_of_no_use_there(visit, cast, at):
    client = HostClient(HTTP_HOST="nobody.localhost")
    client.cookies["session"] = at(cast.acme, as_=cast.alice).cookies["session"].value
    assert client.get("/").status_code == 404


def test_the_page_offers_the_address_to_somebody_who_wants_it(visit):
    page = visit("nobody.localhost:8000")[0].content.decode()
    assert 'href="http://www.localhost:8000/signup/?subdomain=nobody"' in page
    assert 'href="http://www.localhost:8000/find/"' in page


@pytest.mark.parametrize("host", ["x.nobody.localhost", "evil.org"])
def test_but_not_one_that_nobody_can_have(visit, host):
    assert "?subdomain=" not in visit(host)[0].content.decode()


class TestStates:
    @pytest.fixture(autouse=True)
    def visit_acme(self, visit):
        self.visit = lambda: visit("acme.localhost")

    def acme(self, **fields):
        company = Company.find_by_subdomain("acme")
        for name, value in fields.items():
            setattr(company, name, value)
        company.save()

    def page(self):
        response, of_tenants, _ = self.visit()
        assert of_tenants == 0
        assert_guarded(response)
        assert HostClient("globex").get("/accounts/login/").status_code == 200  # alone
        return response

    def test_a_suspended_company_is_closed(self):
        self.acme(state=State.SUSPENDED)
        response = self.page()
        assert response.status_code == 403
        assert "The workspace of Acme is suspended" in response.content.decode()
        assert "Retry-After" not in response.headers

    @pytest.mark.parametrize("state", [State.RESERVED, State.PROVISIONING])
    def test_one_that_is_being_made_asks_to_come_back(self, state):
        self.acme(state=state)
        response = self.page()
        assert response.status_code == 503
        assert response.headers["Retry-After"] == "5"
        assert "being prepared" in response.content.decode()

    def test_one_that_could_not_be_made_is_not_there(self):
        self.acme(state=State.FAILED, state_reason="the disk is full")
        response = self.page()
        assert response.status_code == 404
        assert_names_nobody(response)
        assert "disk" not in response.content.decode()

    def test_one_that_is_behind_on_migrations_is_in_maintenance(self):
        count, digest = current_version().split("-")
        self.acme(version=f"{int(count) - 1:05d}-{digest}")
        response = self.page()
        assert response.status_code == 503
        assert int(response.headers["Retry-After"]) > 0
        assert "brought up to date" in response.content.decode()

    def test_one_that_is_ahead_is_served_while_the_new_code_comes(self):
        count, digest = current_version().split("-")
        self.acme(version=f"{int(count) + 1:05d}-{digest}")
        assert HostClient("acme").get("/accounts/login/").status_code == 200

    def test_an_unknown_state_lets_nobody_in_by_its_session(self, cast, at):
        client = at(cast.acme, as_=cast.alice)
        self.acme(state=State.SUSPENDED)
        assert client.get("/").status_code == 403


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST", "localhost:8000"])
def test_the_bare_domain_leads_to_www(visit, host):
    response, of_tenants, of_platform = visit(host, "/find/?a=b")
    assert response.status_code == 301
    assert response.url == "http://www.localhost:8000/find/?a=b"
    assert of_tenants == of_platform == 0


@pytest.mark.parametrize("path", ["//evil.example/", "/\\evil.example/", "/@evil.example/", "/%0d%0aA:b"])
def test_and_to_no_other_place(path):
    response = HostClient(HTTP_HOST="localhost").get("/", PATH_INFO=path)
    assert response.url.startswith("http://www.localhost:8000/")
    assert "\r" not in response.url
    assert "\n" not in response.url


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8000"])
@pytest.mark.parametrize("method", ["post", "put", "delete", "options", "patch"])
def test_what_a_bare_domain_is_sent_is_refused_with_the_way_to_www(host, method):
    # With a token of www's, which anybody can get: it is not the missing token that refuses it.
    www = HostClient(enforce_csrf_checks=True)
    www.get("/signup/")
    client = HostClient(HTTP_HOST=host, enforce_csrf_checks=True)
    client.cookies = www.cookies
    send = {"headers": {"x-csrftoken": www.cookies["csrf"].value}}
    response = getattr(client, method)("/signup/", **send)
    assert response.status_code == 405
    assert response.headers["Allow"] == "GET, HEAD"
    assert 'href="http://www.localhost:8000/"' in response.content.decode()
    assert_guarded(response)
    assert getattr(www, method)("/signup/", **send).status_code in (200, 422)  # the form, or its errors
