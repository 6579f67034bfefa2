"""The cast of all tests: Alice and Bob work at Acme, Charlie works at Globex."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import caches

from apps.accounts.members import create_verified_member
from apps.accounts.models import User
from apps.companies.directory import add_member
from apps.companies.models import Company
from lib.tenancy.context import tenant_context
from lib.tenancy.testing import HostClient, client_of

PASSWORD = "correct horse battery staple"
MEMBERS = {
    "acme": [("Alice Archer", "alice@acme.example"), ("Bob Baker", "bob@acme.example")],
    "globex": [("Charlie Cole", "charlie@globex.example")],
}

pytest_plugins = ["lib.tenancy.testing.plugin"]

# `make test` leaves these to `make test-slow`: they start programs, kill them, or break servers.
HERE = Path(__file__).parent
SLOW = [
    HERE / "faults",
    HERE / "isolation/test_admin.py",
    HERE / "isolation/test_pgbouncer.py",
    HERE / "isolation/test_stress.py",
    HERE / "lib/commands/test_claims.py",
    HERE / "lib/tenancy/doctor",
    HERE / "lib/tenancy/migrating",
    HERE / "lib/tenancy/test_preparation.py",
    HERE / "lib/tenancy/testing/test_howto.py",
    HERE / "test_fresh_machine.py",
    HERE / "test_the_guide.py",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if any(item.path.is_relative_to(path) for path in SLOW):
            item.add_marker(pytest.mark.slow)


@dataclass
class Cast:
    acme: Company
    globex: Company
    alice: User
    bob: User
    charlie: User


@pytest.fixture(autouse=True)
def quick_passwords(settings: Any) -> None:
    """Hash passwords quickly: how slowly they are hashed is tested where it matters."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def an_address_of_their_own(settings: Any) -> None:
    """Be at port 8000, wherever a `make run` of this checkout listens at the moment."""
    settings.BASE_URL = "http://localhost:8000"
    settings.TENANCY_IS_SERVED = True


@pytest.fixture(autouse=True)
def commands_run_inline(settings: Any) -> None:
    """Run commands after their commit, in the process of the test; tests of the worker change that."""
    settings.COMMANDS_ENGINE = "inline"


@pytest.fixture(scope="session")
def build_tenant() -> Callable[[str], Company]:
    def build(subdomain: str) -> Company:
        (contact_name, contact_email), *_ = MEMBERS[subdomain]
        return Company(
            subdomain=subdomain,
            company_name=subdomain.title(),
            contact_name=contact_name,
            contact_email=contact_email,
        )

    return build


@pytest.fixture(scope="session")
def furnish_tenant() -> Callable[[Company], None]:
    def furnish(company: Company) -> None:
        for full_name, email in MEMBERS[company.subdomain]:
            add_member(company, email)
            create_verified_member(
                full_name=full_name, email=email, password=PASSWORD, is_owner=email == company.contact_email
            )

    return furnish


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
def real_transactions(real_transactions: None) -> Iterator[None]:
    """Let a test commit, as a sign-up does; what it has committed is taken away after it."""
    caches["shared"].clear()
    yield
    caches["shared"].clear()
