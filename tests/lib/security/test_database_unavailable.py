"""With a real PostgreSQL of its own, which can be cut, stopped and started without hurting another test."""

import asyncio

import psycopg2
import pytest
from django.db import OperationalError, connection, connections
from django.db.utils import ConnectionHandler
from django.http import HttpResponse
from django.test import AsyncClient, Client
from django.urls import path

from apps.accounts.models import User
from apps.companies.models import Company
from lib.postgres.server import development_server
from lib.security.database_unavailable import unavailable_cause
from lib.tenancy.context import tenant_context
from lib.tenancy.testing import client_of

CUT = "SELECT pg_terminate_backend(pg_backend_pid())"
databases = ConnectionHandler({"default": {}})


def execute(statement):
    with databases["default"].cursor() as cursor:
        cursor.execute(statement)


def run(request, statement):
    execute(statement)
    return HttpResponse("answered")


def stumble(request):
    try:
        execute(CUT)
    except OperationalError:
        raise KeyError("what the view made of it")  # noqa: B904


def crash(request):
    raise RuntimeError("nothing to do with the database")


def lose_session(request):
    """Change the session, then lose the connection it is to be saved on."""
    request.session["visited"] = True
    process = connection.connection.info.backend_pid
    connections["master"].ensure_connection()
    # As the login itself: a role may not end what the login began.
    connections["master"].connection.send(f"SELECT pg_terminate_backend({process}, 1000)")
    return HttpResponse("seemed to work")


def error_page_that_asks(request):
    execute("SELECT 1")


class AskingMiddleware:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        execute("SELECT 1")
        return self.get_response(request)


urlpatterns = [
    path("ask/", run, {"statement": "SELECT 1"}),
    path("cut/", run, {"statement": CUT}),
    path("misspell/", run, {"statement": "SELEKT 1"}),
    path("timeout/", run, {"statement": "SET LOCAL statement_timeout = 10; SELECT pg_sleep(1)"}),
    path("lock/", run, {"statement": "SET LOCAL lock_timeout = 10; SELECT pg_advisory_lock(7)"}),
    path("stumble/", stumble),
    path("crash/", crash),
    path("session/", lose_session),
]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    server = development_server(tmp_path_factory.mktemp("var"))
    yield server
    server.stop()


@pytest.fixture
def url(server, settings, django_db_blocker):
    settings.ROOT_URLCONF = __name__
    settings.MIDDLEWARE = ["lib.security.database_unavailable.DatabaseUnavailableMiddleware"]
    url = server.ensure_running()
    databases.settings["default"] |= parsed(url)
    with django_db_blocker.unblock():
        yield url
        databases["default"].close()
        del databases["default"]


def parsed(url):
    dsn = psycopg2.extensions.parse_dsn(url)
    names = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host", "PORT": "port"}
    settings = {name: dsn.get(key, "") for name, key in names.items()}
    return settings | {
        "ENGINE": "django.db.backends.postgresql",
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
    }


@pytest.fixture
def client(url):
    return Client(raise_request_exception=False)


def assert_unavailable(response):
    assert response.status_code == 503
    assert response.headers["Retry-After"] == "5"
    assert response.headers["Cache-Control"] == "no-store"
    assert "cannot reach its database" in response.content.decode()


def end_request():
    """Do what Django does at the end of each request; its test client leaves connections open."""
    databases["default"].close_if_unusable_or_obsolete()


@pytest.mark.parametrize("debug", [False, True])
def test_a_connection_cut_during_a_request_is_a_503_and_the_next_request_works(client, settings, debug):
    settings.DEBUG = debug
    assert client.get("/ask/").content == b"answered"
    assert_unavailable(client.get("/cut/"))
    end_request()
    assert client.get("/ask/").content == b"answered"


def test_a_server_that_is_down_is_a_503_until_it_is_up_again(client, server):
    assert client.get("/ask/").status_code == 200
    server.stop()
    assert_unavailable(client.get("/ask/"))  # on the connection that was open
    end_request()
    assert_unavailable(client.get("/ask/"))  # connection refused
    end_request()
    databases.settings["default"] |= parsed(server.ensure_running())
    databases["default"].settings_dict |= databases.settings["default"]
    assert client.get("/ask/").status_code == 200


def test_it_is_a_503_wherever_it_happened(client, server, settings):
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, f"{__name__}.AskingMiddleware"]
    server.stop()
    assert_unavailable(client.get("/ask/"))


def test_it_is_a_503_even_if_the_error_page_needs_the_database(client, server, monkeypatch):
    monkeypatch.setitem(globals(), "handler500", error_page_that_asks)
    server.stop()
    assert_unavailable(client.get("/ask/"))


def test_an_error_made_of_it_by_the_view_is_still_a_503(client):
    assert_unavailable(client.get("/stumble/"))


def test_it_works_under_asgi(client, server, django_db_blocker):
    server.stop()
    assert_unavailable(asyncio.run(AsyncClient(raise_request_exception=False).get("/ask/")))


@pytest.mark.parametrize("page", ["crash", "misspell", "timeout"])
def test_other_errors_stay_what_they_are(client, page):
    assert client.get(f"/{page}/").status_code == 500


def test_a_lock_timeout_stays_what_it_is(client, url):
    other = psycopg2.connect(url)
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(7)")
    assert client.get("/lock/").status_code == 500
    other.close()
    assert client.get("/lock/").status_code == 200


def test_too_many_connections_are_a_503(client, url, server):
    with psycopg2.connect(url) as other, other.cursor() as cursor:
        cursor.execute("SHOW max_connections")
        limit = int(cursor.fetchone()[0])
    other.close()
    held = []
    try:
        with pytest.raises(psycopg2.OperationalError) as caught:
            held.extend(psycopg2.connect(url) for _ in range(limit + 10))
        assert unavailable_cause(caught.value) is caught.value
    finally:
        for each in held:
            each.close()


def test_a_session_that_could_not_be_saved_is_a_503_not_a_deleted_session(cast_for_good, settings):
    acme, alice = cast_for_good
    settings.TENANCY_TENANT_URLCONF = __name__
    client = client_of(acme, alice, raise_request_exception=False)
    assert_unavailable(client.get("/session/"))


@pytest.fixture
def cast_for_good(real_transactions):
    acme = Company.find_by_subdomain("acme")
    with tenant_context(acme):
        yield acme, User.objects.get(email="alice@acme.example")
        connection.close()
