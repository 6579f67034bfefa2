"""A report about an error shows how it came about, and no secret with which somebody could get in."""

import logging
import sys
from types import SimpleNamespace

import psycopg2
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connections
from django.test import RequestFactory
from django.utils.functional import SimpleLazyObject
from django.views.debug import ExceptionReporter, get_exception_reporter_filter

from lib.security.reports import ReporterFilter
from lib.tenancy.logs import TenantAdminEmailHandler
from lib.tenancy.postgresql.base import DatabaseWrapper

SECRET = "hunter2-secret"
PATHS = ["text", "html"]


@pytest.fixture(autouse=True)
def secrets(settings):
    settings.DEBUG = False
    settings.SECRET_KEY = SECRET
    settings.SECRET_KEY_FALLBACKS = [SECRET]
    settings.TENANCY_KEYS = [SECRET]
    settings.EMAIL_HOST_PASSWORD = SECRET
    settings.EMAIL_CONFIG = {"EMAIL_HOST_PASSWORD": SECRET, "url": f"smtp://post:{SECRET}@mail.example:587"}
    settings.SOME_SERVERS = ({"a": f"postgres://terrace:{SECRET}@127.0.0.1/x"}, [f"redis://:{SECRET}@h/0"])


@pytest.fixture
def request_with_secrets(settings):
    form = {
        "login": "alice@acme.example",
        "password": SECRET,
        "new_password1": SECRET,
        "csrfmiddlewaretoken": SECRET,
    }
    # A development server adds the environment to what a request brings.
    environment = {
        "DATABASE_URL": f"postgres://terrace:{SECRET}@127.0.0.1:5432/terrace",
        "CACHE_URL": f"rediscache://:{SECRET}@127.0.0.1:6379/0",
        "EMAIL_URL": f"smtp+tls://post:{SECRET}@mail.example:587",
        "SECRET_KEY": SECRET,
        "HTTP_COOKIE": f"session={SECRET}; csrf={SECRET}; plan=gold",
        "HTTP_AUTHORIZATION": f"Bearer {SECRET}",
    }
    return RequestFactory().post("/accounts/login/", form, **environment)


@pytest.fixture(params=PATHS)
def report(request, request_with_secrets):
    try:
        raise ImproperlyConfigured("crash of the page")
    except ImproperlyConfigured:
        reporter = ExceptionReporter(request_with_secrets, *sys.exc_info(), is_email=True)
    return reporter.get_traceback_html() if request.param == "html" else reporter.get_traceback_text()


def test_the_project_uses_this_filter(rf):
    assert type(get_exception_reporter_filter(rf.get("/"))) is ReporterFilter


def test_a_report_holds_no_secret(report):
    assert SECRET not in report


def test_a_report_still_says_what_happened(report):
    for known in ("crash of the page", "alice@acme.example", "mail.example:587", "/accounts/login/", "gold"):
        assert known in report


def test_a_mail_to_admins_holds_no_secret(settings, mailoutbox, request_with_secrets):
    settings.ADMINS = [("Olga", "olga@example.com")]
    try:
        raise ImproperlyConfigured("crash of the page")
    except ImproperlyConfigured:
        record = logging.makeLogRecord(
            {
                "msg": "Internal Server Error",
                "levelname": "ERROR",
                "levelno": logging.ERROR,
                "exc_info": sys.exc_info(),
                "request": request_with_secrets,
            }
        )
    TenantAdminEmailHandler(include_html=True).handle(record)
    (mail,) = mailoutbox
    assert SECRET not in mail.message().as_string()
    assert "crash of the page" in mail.body


def test_the_page_for_developers_hides_the_database_too(settings, request_with_secrets):
    settings.DEBUG = True
    meta = ReporterFilter().get_safe_request_meta(request_with_secrets)
    assert SECRET not in str(meta)


@pytest.mark.parametrize("debug", [True, False])
def test_a_lost_connection_shows_no_password_of_the_database(settings, debug):
    """The page for developers prints the variables of each frame, those of the driver among them."""
    settings.DEBUG = debug
    nowhere = DatabaseWrapper({**connections["master"].settings_dict, "PORT": "1", "PASSWORD": SECRET})
    try:
        nowhere.connect()
    except psycopg2.OperationalError:
        html = ExceptionReporter(None, *sys.exc_info()).get_traceback_html()
    assert SECRET not in html
    for known in ("Connection refused", "conn_params", settings.DATABASES["default"]["USER"]):
        assert known in html


def test_variables_are_shown_but_for_secrets():
    asleep = SimpleLazyObject(lambda: pytest.fail("woken"))
    endless: dict[str, object] = {"name": "Acme"}
    endless["again"] = endless
    frame = SimpleNamespace(
        f_back=None,
        f_code=SimpleNamespace(co_flags=0, co_name=""),
        f_locals={
            "company": "Acme",
            "new_password": SECRET,
            "dsn": f"user=terrace password={SECRET} dbname=terrace",
            "quoted": f"password='{SECRET} and more' host=::1",
            "addresses": [f"postgres://terrace:{SECRET}@127.0.0.1/x"],
            "settings": ({"database": {"USER": "terrace", "PASSWORD": SECRET}},),
            "context": {"user": asleep},
            "endless": endless,
        },
    )
    shown = dict(ReporterFilter().get_traceback_frame_variables(None, frame))
    assert SECRET not in repr(shown)
    assert shown["company"] == "Acme"
    assert shown["context"]["user"] is asleep
    assert shown["dsn"] == "user=terrace password=******************** dbname=terrace"
    assert shown["endless"]["again"]["name"] == "Acme"


def test_a_report_without_a_request_has_no_form():
    assert ReporterFilter().get_post_parameters(None) == {}
