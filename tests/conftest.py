"""The cast of all tests: Alice and Bob work at Acme, Charlie works at Globex."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.cache import caches
from django.core.management import call_command
from django.test.utils import setup_databases, teardown_databases
from pytest_django import DjangoDbBlocker

from apps.accounts.members import create_verified_member
from apps.accounts.models import User
from apps.companies.directory import add_member
from apps.companies.models import Company
from apps.events.models import Event
from lib.tenancy.append_only import remove_rows
from lib.tenancy.context import tenant_context
from lib.tenancy.fleet import provisioned_tenants
from lib.tenancy.provisioning import provisioning
from lib.tenancy.removal import remove_tenant
from lib.tenancy.testing import HostClient, client_of, removing_new_tenants

PASSWORD = "correct horse battery staple"
KEY = Fernet.generate_key().decode()


@dataclass
class Cast:
    acme: Company
    globex: Company
    alice: User
    bob: User
    charlie: User


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give tests that use the cast both aliases, each in a transaction that is rolled back."""
    for item in items:
        if "cast" in getattr(item, "fixturenames", ()) and not item.get_closest_marker("django_db"):
            item.add_marker(pytest.mark.django_db(databases=["default", "master"]))


@pytest.fixture(autouse=True)
def quick_passwords(settings: Any) -> None:
    """Hash passwords quickly: how slowly they are hashed is tested where it matters."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def a_key_of_their_own(settings: Any) -> None:
    """Encrypt with a key of the tests', whatever .env has: one written before there were keys has none."""
    settings.TENANCY_KEYS = [KEY]


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None, django_db_modify_db_settings: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """Make the test database for both aliases. pytest-django would make it for those named by a mark only."""
    with django_db_blocker.unblock():
        made = setup_databases(0, interactive=False, aliases={"default", "master"}, serialized_aliases=set())
        call_command("prepare", verbosity=0)
        _found("acme", "Acme", ("Alice Archer", "alice@acme.example"), ("Bob Baker", "bob@acme.example"))
        _found("globex", "Globex", ("Charlie Cole", "charlie@globex.example"))
    yield
    with django_db_blocker.unblock():
        # Their roles belong to the server and would outlive the database.
        for company in Company.objects.all():
            remove_tenant(company)
        teardown_databases(made, verbosity=0)


def _found(subdomain: str, company_name: str, *members: tuple[str, str]) -> None:
    (owner_name, owner_email), *_ = members
    company = Company(
        subdomain=subdomain, company_name=company_name, contact_name=owner_name, contact_email=owner_email
    )
    with provisioning(company):
        for full_name, email in members:
            add_member(company, email)
            create_verified_member(
                full_name=full_name, email=email, password=PASSWORD, is_owner=email == owner_email
            )


@pytest.fixture
def cast(db: None) -> Cast:
    acme, globex = Company.find_by_subdomain("acme"), Company.find_by_subdomain("globex")
    assert acme
    assert globex
    with tenant_context(acme):
        alice = User.objects.get(email="alice@acme.example")
        bob = User.objects.get(email="bob@acme.example")
    with tenant_context(globex):
        charlie = User.objects.get(email="charlie@globex.example")
    return Cast(acme, globex, alice, bob, charlie)


@pytest.fixture
def at(db: None) -> Callable[..., HostClient]:
    """Return a client at a company's host: `at(cast.acme, as_=cast.alice)`."""

    def make(company: Company, as_: User | None = None, **defaults: Any) -> HostClient:
        return client_of(company, as_, **defaults)

    return make


@pytest.fixture
def www() -> HostClient:
    return HostClient()


@pytest.fixture
def real_transactions(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Let a test commit, as a sign-up does; the companies it makes, and its events, are removed after it."""
    with django_db_blocker.unblock():
        caches["shared"].clear()
        with removing_new_tenants():
            yield
        _remove_events()
        caches["shared"].clear()


def _remove_events() -> None:
    for company in provisioned_tenants():
        with tenant_context(company):
            if keys := list(Event.objects.values_list("pk", flat=True)):
                remove_rows(Event, keys)
