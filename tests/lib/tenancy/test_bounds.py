"""What a process keeps for tenants it has served is bounded, however many there are."""

import importlib
import pkgutil
from collections import OrderedDict

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import close_old_connections, connection, connections, transaction

import lib.tenancy
from apps.companies.models import Company
from apps.contacts.models import Contact
from lib.tenancy import conf, contenttypes, resolver, tenant_context
from lib.tenancy.connections import close_worn
from lib.tenancy.memo import TenantCached, tenant_cached
from lib.tenancy.models import _place
from lib.tenancy.provisioning import provisioning
from lib.tenancy.resolver import find_tenant
from tests.sizes import IS_FULL_SIZE

MANY, MOST = (300, 20) if IS_FULL_SIZE else (11, 3)

# All that modules of lib.tenancy keep for the whole process, and why it does not grow with the tenants.
KEPT = {
    "conf._domain_of": "the base domain",
    "models._place": f"{_place.cache_parameters()['maxsize']} places",
    "placement.master_app_labels": "labels of apps",
    "placement.tenant_app_labels": "labels of apps",
    "postgresql.connection.with_prefix": "classes of cursors",
    "postgresql.errors._with_moved_positions": "classes of errors",
    "resolver._remembered": f"{resolver._MAX_REMEMBERED} hosts",
    "versions.current_version": "one stamp",
    "versions.known_migrations": "names of migrations, of the code alone",
}


def modules():
    for found in pkgutil.walk_packages(lib.tenancy.__path__, "lib.tenancy."):
        if ".migrations" not in found.name and ".commands" not in found.name:
            yield importlib.import_module(found.name)


def can_grow(value):
    return hasattr(value, "cache_info") or isinstance(
        value, dict | OrderedDict | list | set | TenantCached | contenttypes.ContentTypeCache
    )


def test_everything_that_the_process_keeps_is_listed_with_its_bound():
    kept = {
        f"{module.__name__.removeprefix('lib.tenancy.')}.{name}"
        for module in modules()
        for name, value in vars(module).items()
        # Names in capitals are constants.
        if can_grow(value) and not name.startswith("__") and not name.strip("_").isupper()
        if getattr(value, "__module__", module.__name__) in (module.__name__, "builtins", "collections")
    }
    assert kept == set(KEPT)


def test_no_cache_of_a_function_is_without_a_bound():
    unbounded = {
        f"{module.__name__}.{name}"
        for module in modules()
        for name, value in vars(module).items()
        if hasattr(value, "cache_parameters") and value.cache_parameters()["maxsize"] is None
    }
    # Its keys are the classes of psycopg2's errors, of which there are so many and no more.
    assert unbounded == {"lib.tenancy.postgresql.errors._with_moved_positions"}


@pytest.fixture
def companies(real_transactions, settings, monkeypatch):
    settings.TENANCY_MAX_TENANTS_PER_CONNECTION = MOST
    monkeypatch.setattr(resolver, "_MAX_REMEMBERED", MOST)
    monkeypatch.setattr(contenttypes, "_MAX_TENANTS", MOST)

    def make(count):
        made = []
        for number in range(count):
            fields = {"company_name": "B", "contact_name": "B", "contact_email": "b@x.example"}
            company = Company(subdomain=f"bound-{number}", **fields)
            with provisioning(company):
                pass
            made.append(company)
        connections.close_all()
        return made

    return make


def test_a_worker_that_visits_many_companies_keeps_little_of_them(companies):
    @tenant_cached(maxsize=MOST)
    def contacts():
        return Contact.objects.count()

    cache = ContentType.objects._cache
    sessions, most = set(), 0
    for company in companies(MANY):
        close_old_connections()  # as a server does between two requests
        find_tenant(f"{company.subdomain}.{conf.base_domain()}")
        with tenant_context(company):
            contacts()
            ContentType.objects.get_for_model(Contact)
        most = max(most, len(connection.connection.prefixes_sent))
        sessions.add(connection.connection.get_backend_pid())
    assert most == MOST
    assert len(sessions) == -(-MANY // MOST)
    assert len(contacts) == len(cache._by_place) == len(resolver._remembered) == MOST
    assert len([each for each in connections.all(initialized_only=True) if each.connection]) <= 2


def test_a_connection_at_work_is_not_replaced(companies, settings):
    settings.TENANCY_MAX_TENANTS_PER_CONNECTION = 0
    with tenant_context(companies(1)[0]):
        with transaction.atomic():
            Contact.objects.count()
            close_worn()
            assert connection.is_usable()
        close_worn()
        assert connection.connection is None
