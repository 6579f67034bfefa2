"""A session belongs to one company, and its cookie to one host."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session

from lib.tenancy import tenant_context
from lib.tenancy.exceptions import NoTenantError
from lib.tenancy.testing import HostClient
from tests.apps.accounts.conftest import is_signed_in

ROOT = Path(__file__).resolve().parents[3]


def test_the_ids_of_members_are_the_same_in_both_companies(cast):
    # Otherwise the tests below could pass by accident.
    assert cast.alice.pk == cast.charlie.pk


def test_a_session_of_acme_does_not_sign_in_at_globex(cast, at):
    alice = at(cast.acme, as_=cast.alice)
    thief = at(cast.globex)
    thief.cookies["session"] = alice.cookies["session"].value
    assert not is_signed_in(thief)
    assert is_signed_in(alice)


def test_not_even_when_its_row_is_copied_there(cast, at):
    alice = at(cast.acme, as_=cast.alice)
    with tenant_context(cast.acme):
        row = Session.objects.get(pk=alice.cookies["session"].value)
    with tenant_context(cast.globex):
        Session.objects.create(
            session_key=row.session_key, session_data=row.session_data, expire_date=row.expire_date
        )
    thief = at(cast.globex)
    thief.cookies["session"] = alice.cookies["session"].value
    assert not is_signed_in(thief)  # the password that is part of the session is another


def test_one_browser_can_be_signed_in_at_both(cast, at):
    at_acme, at_globex = at(cast.acme, as_=cast.alice), at(cast.globex, as_=cast.charlie)
    assert at_acme.get("/").context["user"].email == "alice@acme.example"
    assert at_globex.get("/").context["user"].email == "charlie@globex.example"
    at_acme.post("/accounts/logout/")
    assert is_signed_in(at_globex)


@pytest.mark.parametrize("key", ["", "x", "a" * 32, "a" * 5000, "a\0b", "é", "' OR 1=1 --", "../../x"])
def test_a_made_up_session_is_none(cast, at, key):
    client = at(cast.acme)
    client.cookies["session"] = key
    assert client.get("/").status_code == 302


def test_signing_in_gives_the_session_a_new_key(cast, at, sign_in):
    client = at(cast.acme)
    client.get("/contacts/")
    with tenant_context(cast.acme):
        fixed = SessionStore()
        fixed["planted"] = True
        fixed.create()
    client.cookies["session"] = fixed.session_key
    sign_in(client, "alice@acme.example")
    assert client.cookies["session"].value != fixed.session_key


def test_cookies_go_to_one_host_and_to_no_script(cast, at, sign_in):
    client = at(cast.acme)
    client.get("/accounts/login/")
    cookies = sign_in(client, "alice@acme.example").cookies | client.get("/accounts/password/change/").cookies
    assert {"session", "csrf"} <= set(cookies)
    for name, cookie in cookies.items():
        assert cookie["domain"] == "", name
        assert cookie["path"] == "/"
        assert cookie["httponly"], name
        assert cookie["samesite"] in ("Lax", "Strict")


def test_the_public_site_has_no_sessions(db, www):
    for path in ("/", "/signup/", "/find/", "/find/sent/"):
        assert "session" not in www.get(path).cookies
    with pytest.raises(NoTenantError):
        SessionStore().create()


def test_a_cookie_of_a_company_means_nothing_at_www(cast, at, django_assert_num_queries):
    www = HostClient()
    www.cookies["session"] = at(cast.acme, as_=cast.alice).cookies["session"].value
    with django_assert_num_queries(0):
        assert www.get("/").status_code == 200


def settings_with(**environment):
    names = [
        "SESSION_COOKIE_NAME",
        "CSRF_COOKIE_NAME",
        "DEVICE_COOKIE_NAME",
        "SESSION_COOKIE_SECURE",
        "CSRF_COOKIE_SECURE",
        "SESSION_COOKIE_DOMAIN",
        "CSRF_COOKIE_DOMAIN",
        "SESSION_COOKIE_PATH",
        "CSRF_COOKIE_PATH",
        "SECURE_SSL_REDIRECT",
        "SECURE_HSTS_SECONDS",
        "SESSION_COOKIE_HTTPONLY",
        "CSRF_COOKIE_HTTPONLY",
        "SECURE_PROXY_SSL_HEADER",
        "ALLAUTH_TRUSTED_PROXY_COUNT",
    ]
    program = (
        "import json; from django.conf import settings; "
        f"print(json.dumps({{name: getattr(settings, name, None) for name in {names}}}))"
    )
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings"} | environment
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


def test_with_https_browsers_hold_the_cookies_to_their_host():
    settings = settings_with(BASE_URL="https://terrace.example")
    # What browsers ask of a cookie with this prefix: Secure, the path "/", no domain.
    for kind in ("SESSION", "CSRF"):
        assert settings[f"{kind}_COOKIE_NAME"].startswith("__Host-")
        assert settings[f"{kind}_COOKIE_SECURE"] is True
        assert settings[f"{kind}_COOKIE_PATH"] == "/"
        assert settings[f"{kind}_COOKIE_DOMAIN"] is None
        assert settings[f"{kind}_COOKIE_HTTPONLY"] is True
    assert settings["DEVICE_COOKIE_NAME"] == "__Host-device"
    assert settings["SECURE_SSL_REDIRECT"] is True
    assert settings["SECURE_HSTS_SECONDS"] >= 31_536_000


def test_without_it_they_work_all_the_same():
    settings = settings_with(BASE_URL="http://localhost:8000")
    assert settings["SESSION_COOKIE_NAME"] == "session"
    assert settings["SESSION_COOKIE_SECURE"] is False
    assert settings["SECURE_SSL_REDIRECT"] is False


def test_a_proxy_is_believed_only_when_one_is_declared():
    assert settings_with(TRUSTED_PROXY_COUNT="0")["SECURE_PROXY_SSL_HEADER"] is None
    declared = settings_with(TRUSTED_PROXY_COUNT="1")
    assert declared["SECURE_PROXY_SSL_HEADER"] == ["HTTP_X_FORWARDED_PROTO", "https"]
    assert declared["ALLAUTH_TRUSTED_PROXY_COUNT"] == 1
