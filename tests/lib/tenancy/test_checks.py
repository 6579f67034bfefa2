"""Each check is provoked by one wrong setting, and silent without it."""

import pytest
from django.core.checks import run_checks
from django.db import models
from django.test.utils import isolate_apps

from apps.companies.models import Company
from lib.tenancy import checks


@pytest.fixture
def database(settings, monkeypatch):
    """`database("default", ENGINE="x")` changes one entry of DATABASES, which Django warns of overriding."""

    def change(alias, **changes):
        monkeypatch.setitem(settings.DATABASES, alias, settings.DATABASES[alias] | changes)

    return change


def ids_of(check):
    return sorted({message.id for message in check(None)})


def test_this_project_is_silent():
    assert [message for message in run_checks() if str(message.id).startswith("tenancy")] == []


@pytest.mark.parametrize("url", ["", "localhost:8000", "https://", "terrace.example"])
def test_e001_a_base_url_without_a_host(settings, url):
    settings.BASE_URL = url
    assert ids_of(checks.check_base_url) == ["tenancy.E001"]
    settings.BASE_URL = "https://terrace.example"
    assert ids_of(checks.check_base_url) == []


@pytest.mark.parametrize("alias", ["default", "master"])
def test_e002_another_database_backend(database, alias):
    database(alias, ENGINE="django.db.backends.postgresql")
    assert ids_of(checks.check_databases) == ["tenancy.E002"]


def test_e002_a_missing_alias(settings, monkeypatch):
    monkeypatch.delitem(settings.DATABASES, "master")
    (message,) = checks.check_databases(None)
    assert message.id == "tenancy.E002"
    assert "'master'" in message.msg


def test_e003_a_default_that_is_pinned_to_a_schema(database):
    database("default", SCHEMA="acme")
    assert ids_of(checks.check_databases) == ["tenancy.E003"]


def test_e004_no_router(settings):
    settings.DATABASE_ROUTERS = []
    assert ids_of(checks.check_router) == ["tenancy.E004"]


def test_e005_no_middleware(settings):
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if name != checks.MIDDLEWARE]
    assert ids_of(checks.check_middleware) == ["tenancy.E005"]


@pytest.mark.parametrize(
    "session",
    ["django.contrib.sessions.middleware.SessionMiddleware", "lib.security.sessions.SessionMiddleware"],
)
def test_e006_sessions_before_the_tenant(settings, session):
    settings.MIDDLEWARE = [session, *settings.MIDDLEWARE]
    assert ids_of(checks.check_middleware) == ["tenancy.E006"]


def test_e007_an_app_with_tables_and_no_place(settings):
    settings.TENANCY_TENANT_APPS = [name for name in settings.TENANCY_TENANT_APPS if name != "apps.contacts"]
    (message,) = checks.check_placement(None)
    assert message.id == "tenancy.E007"
    assert "apps.contacts" in message.msg


@pytest.mark.parametrize("model", ["contacts.Contact", "nowhere.Model"])
def test_e008_a_tenant_model_that_is_not_in_the_master(settings, model):
    settings.TENANCY_MODEL = model
    assert ids_of(checks.check_tenant_model) == ["tenancy.E008"]


def test_e008_a_tenant_model_that_every_tenant_has_too(settings):
    settings.TENANCY_TENANT_APPS = [*settings.TENANCY_TENANT_APPS, "apps.companies"]
    assert ids_of(checks.check_tenant_model) == ["tenancy.E008"]


def test_e009_a_foreign_key_across_the_wall(settings):
    settings.TENANCY_TENANT_APPS = [name for name in settings.TENANCY_TENANT_APPS if name != "apps.contacts"]
    settings.TENANCY_MASTER_APPS = [*settings.TENANCY_MASTER_APPS, "apps.contacts"]
    messages = checks.check_walls(None)
    assert {message.id for message in messages} == {"tenancy.E009"}
    assert any("accounts.User" in message.msg for message in messages)


def test_e009_a_many_to_many_across_the_wall(settings):
    # Its foreign keys are in a table that nobody wrote a model for.
    settings.TENANCY_TENANT_APPS = [name for name in settings.TENANCY_TENANT_APPS if name != "apps.accounts"]
    settings.TENANCY_MASTER_APPS = [*settings.TENANCY_MASTER_APPS, "apps.accounts"]
    across = {str(message.obj).lower() for message in checks.check_walls(None)}
    assert "accounts.user_groups.group" in across
    assert "accounts.user_user_permissions.permission" in across


@isolate_apps("apps.contacts")
def test_e009_a_one_to_one_is_a_foreign_key(monkeypatch):
    class Plan(models.Model):
        company = models.OneToOneField("companies.Company", models.CASCADE)

        class Meta:
            app_label = "contacts"

    Plan._meta.get_field("company").remote_field.model = Company
    monkeypatch.setattr(checks.apps, "get_models", lambda **kwargs: [Plan])
    assert ids_of(checks.check_walls) == ["tenancy.E009"]


def test_every_message_says_what_to_do(settings):
    settings.BASE_URL, settings.DATABASE_ROUTERS, settings.MIDDLEWARE = "", [], []
    settings.TENANCY_TENANT_APPS, settings.TENANCY_MODEL = [], "nowhere.Model"
    messages = [message for check in checks.ALL for message in check(None)]
    assert len({message.id for message in messages}) >= 5
    assert all(message.hint for message in messages)
