"""Each check is provoked by one wrong setting, and silent without it."""

import pytest
from django.core import signing

from lib.tenancy import leak_checks


def ids_of(check):
    messages = check(None)
    assert all(message.hint for message in messages)
    return sorted({message.id for message in messages})


@pytest.mark.parametrize("check", leak_checks.ALL, ids=lambda check: check.__name__)
def test_this_project_is_silent(check):
    assert ids_of(check) == []


def test_e010_the_sites_framework(settings):
    settings.TENANCY_MASTER_APPS = [*settings.TENANCY_MASTER_APPS, "django.contrib.sites"]
    settings.INSTALLED_APPS = [*settings.INSTALLED_APPS, "django.contrib.sites"]
    assert ids_of(leak_checks.check_sites) == ["tenancy.E010"]


@pytest.mark.parametrize("app", ["sites", "flatpages", "redirects"])
def test_e010_apps_that_need_one_site_are_named(monkeypatch, app):
    monkeypatch.setattr(leak_checks.apps, "is_installed", lambda name: name == f"django.contrib.{app}")
    (message,) = leak_checks.check_sites(None)
    assert app in message.msg


DATABASE_CACHE = {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache_entry"}


@pytest.mark.parametrize(
    ("check", "name", "value", "expected"),
    [
        ("check_cookie_domains", "SESSION_COOKIE_DOMAIN", ".localhost", "tenancy.E011"),
        ("check_cookie_domains", "CSRF_COOKIE_DOMAIN", ".localhost", "tenancy.E011"),
        ("check_cookie_domains", "LANGUAGE_COOKIE_DOMAIN", ".localhost", "tenancy.E011"),
        ("check_caches", "CACHES", {"default": DATABASE_CACHE}, "tenancy.E012"),
        ("check_caches", "CACHES", {"shared": DATABASE_CACHE, "pages": DATABASE_CACHE}, "tenancy.E012"),
        ("check_sessions", "SESSION_ENGINE", "django.contrib.sessions.backends.file", "tenancy.E013"),
        ("check_trusted_origins", "CSRF_TRUSTED_ORIGINS", ["http://*.localhost"], "tenancy.E015"),
        ("check_trusted_origins", "CSRF_TRUSTED_ORIGINS", ["http://acme.localhost:8000"], "tenancy.E015"),
        ("check_forwarded_host", "USE_X_FORWARDED_HOST", True, "tenancy.E017"),
    ],
)
def test_a_setting_by_which_tenants_would_meet_is_refused(settings, check, name, value, expected):
    setattr(settings, name, value)
    assert ids_of(getattr(leak_checks, check)) == [expected]


def test_e013_cached_sessions_belong_into_the_tenants_cache(settings):
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.cache"
    assert ids_of(leak_checks.check_sessions) == []
    settings.SESSION_CACHE_ALIAS = "shared"
    assert ids_of(leak_checks.check_sessions) == ["tenancy.E013"]


def test_e014_a_storage_without_tenants(settings):
    storage = {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    settings.STORAGES = settings.STORAGES | {"default": storage}
    assert ids_of(leak_checks.check_storages) == ["tenancy.E014"]


def test_the_cure_of_each_leak_silences_its_check(settings):
    settings.CACHES = settings.CACHES | {
        "pages": {"BACKEND": leak_checks.CACHE_BACKEND, "LOCATION": "shared"}
    }
    settings.STORAGES = settings.STORAGES | {"exports": {"BACKEND": leak_checks.STORAGE}}
    settings.SIGNING_BACKEND = "lib.tenancy.signing.TenantSigner"
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
    assert [message for check in leak_checks.ALL for message in check(None)] == []


def test_e015_an_origin_elsewhere_is_not_our_business(settings):
    settings.CSRF_TRUSTED_ORIGINS = ["https://localhost.example.org", "https://notlocalhost"]
    assert ids_of(leak_checks.check_trusted_origins) == []


class SignsForAll(signing.TimestampSigner):
    def signature(self, value, key=None):
        return "the same for all"


def test_e016_a_signer_with_a_signature_of_its_own(settings):
    settings.SIGNING_BACKEND = f"{__name__}.SignsForAll"
    assert ids_of(leak_checks.check_signatures) == ["tenancy.E016"]


def test_w001_server_side_cursors(settings, monkeypatch):
    default = settings.DATABASES["default"] | {"DISABLE_SERVER_SIDE_CURSORS": False}
    monkeypatch.setitem(settings.DATABASES, "default", default)
    assert ids_of(leak_checks.check_cursors) == ["tenancy.W001"]
