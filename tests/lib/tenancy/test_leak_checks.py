"""Each leak is made by one wrong setting, named with its cure, and silent without it."""

import pytest
from django.core.signing import TimestampSigner

from lib.tenancy import leak_checks


class BlindSigner(TimestampSigner):
    def signature(self, value, key=None):
        return "always the same"


def ids():
    messages = [message for check in leak_checks.ALL for message in check(None)]
    assert all(message.hint for message in messages)
    return sorted({message.id for message in messages})


def test_this_project_is_silent():
    assert ids() == []


@pytest.mark.parametrize("app", ["sites", "flatpages", "redirects"])
def test_e010_an_app_with_one_site_for_all(monkeypatch, app):
    monkeypatch.setattr(leak_checks.apps, "is_installed", lambda name: name == f"django.contrib.{app}")
    assert ids() == ["tenancy.E010"]


@pytest.mark.parametrize("name", ["SESSION_COOKIE_DOMAIN", "CSRF_COOKIE_DOMAIN", "LANGUAGE_COOKIE_DOMAIN"])
def test_e011_a_cookie_for_all(settings, name):
    setattr(settings, name, ".localhost")
    assert ids() == ["tenancy.E011"]


@pytest.mark.parametrize("alias", ["default", "template_fragments"])
def test_e012_a_cache_without_tenants(settings, alias):
    local = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    settings.CACHES = settings.CACHES | {alias: local}
    assert ids() == ["tenancy.E012"]
    settings.CACHES = settings.CACHES | {alias: {"BACKEND": leak_checks.CACHE_BACKEND, "LOCATION": "shared"}}
    assert ids() == []


def test_e013_sessions_in_files(settings):
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.file"
    assert ids() == ["tenancy.E013"]


@pytest.mark.parametrize("engine", ["cache", "cached_db"])
def test_e013_sessions_in_the_shared_cache(settings, engine):
    settings.SESSION_ENGINE = f"django.contrib.sessions.backends.{engine}"
    settings.SESSION_CACHE_ALIAS = "shared"
    assert ids() == ["tenancy.E013"]
    settings.SESSION_CACHE_ALIAS = "default"
    assert ids() == []


@pytest.mark.parametrize("alias", ["default", "exports"])
def test_e014_files_without_tenants(settings, alias):
    plain = {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    settings.STORAGES = settings.STORAGES | {alias: plain}
    assert ids() == ["tenancy.E014"]
    settings.STORAGES = settings.STORAGES | {alias: {"BACKEND": leak_checks.STORAGE}}
    assert ids() == []


@pytest.mark.parametrize("origin", ["https://*.localhost", "https://acme.localhost:8000", "http://localhost"])
def test_e015_pages_of_one_tenant_that_may_post_to_another(settings, origin):
    settings.CSRF_TRUSTED_ORIGINS = ["https://pay.example", origin]
    assert ids() == ["tenancy.E015"]
    settings.CSRF_TRUSTED_ORIGINS = ["https://pay.example", "https://notlocalhost"]
    assert ids() == []


def test_e016_a_signer_that_leaves_the_tenant_out(settings):
    settings.SIGNING_BACKEND = f"{__name__}.BlindSigner"
    assert ids() == ["tenancy.E016"]
    settings.SIGNING_BACKEND = "lib.tenancy.signing.TenantSigner"
    assert ids() == []


def test_e017_a_request_that_names_two_hosts(settings):
    settings.USE_X_FORWARDED_HOST = True
    assert ids() == ["tenancy.E017"]


def test_w001_server_side_cursors(settings, monkeypatch):
    open_ended = settings.DATABASES["default"] | {"DISABLE_SERVER_SIDE_CURSORS": False}
    monkeypatch.setitem(settings.DATABASES, "default", open_ended)
    assert ids() == ["tenancy.W001"]
