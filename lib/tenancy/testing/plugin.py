"""The pytest plugin: tenants that are made once, in the isolation a test asks for, and rolled back after it.

A project names it in its `conftest.py` (`pytest_plugins = ["lib.tenancy.testing.plugin"]`) and overrides
`build_tenant` and `furnish_tenant`.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.management import call_command
from django.test.utils import setup_databases, teardown_databases
from pytest_django import DjangoDbBlocker

from lib.tenancy.conf import MASTER_ALIAS, TENANT_ALIAS
from lib.tenancy.models import TenantModel, get_tenant_model
from lib.tenancy.testing import cases
from lib.tenancy.testing.isolations import CHOICES, MIXED
from lib.tenancy.testing.leaks import Witness
from lib.tenancy.testing.leaks import no_leak as watch
from lib.tenancy.testing.login_rights import require_login_rights
from lib.tenancy.testing.queries import Queries, at_most_queries, exactly_queries
from lib.tenancy.testing.stage import Casting, Stage

_BOTH = [TENANT_ALIAS, MASTER_ALIAS]
_DATABASE_FIXTURES = {"db", "transactional_db", "live_server", "django_db_reset_sequences"}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.getgroup("tenancy").addoption(
        "--isolation",
        choices=CHOICES,
        default=CHOICES[0],
        help="Isolation of the tests' tenants: all schemas, all databases, or one of each (mixed).",
    )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers",
        "isolation(choice): make the test with tenants in this isolation: schema, database or mixed",
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let tests that use a database use both aliases: a request finds its tenant in the master."""
    for item in items:
        mark = item.get_closest_marker("django_db")
        if mark is None and not _DATABASE_FIXTURES & set(getattr(item, "fixturenames", ())):
            continue
        if mark is None or (len(mark.args) < 3 and "databases" not in mark.kwargs):
            arguments = (mark.args, mark.kwargs) if mark else ((), {})
            item.add_marker(
                pytest.mark.django_db(*arguments[0], **arguments[1], databases=_BOTH), append=False
            )


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    cases.ask_for(isolation_of(item))


def isolation_of(item: pytest.Item) -> str:
    """Return the isolation of a test: that of its parameter, of its marker, or of the command line."""
    parameters = item.callspec.params if hasattr(item, "callspec") else {}
    if "isolation" in parameters:
        return str(parameters["isolation"])
    marker = item.get_closest_marker("isolation")
    choice = str(marker.args[0] if marker else item.config.getoption("isolation"))
    if choice not in CHOICES:
        raise pytest.UsageError(f"{item.nodeid} asks for the isolation {choice!r}: use one of {CHOICES}.")
    return choice


@pytest.fixture
def isolation(request: pytest.FixtureRequest) -> str:
    """The isolation of this test. To be parametrised with `indirect=True`."""
    return isolation_of(request.node)


@pytest.fixture(autouse=True)
def _isolation_of_new_tenants(isolation: str, settings: Any) -> None:
    if isolation != MIXED:
        settings.TENANCY_ISOLATION = isolation


@pytest.fixture(scope="session")
def tenant_subdomains() -> Sequence[str]:
    """The subdomains of the tenants to make. Override to have others, or more."""
    return ("acme", "globex")


@pytest.fixture(scope="session")
def build_tenant() -> Callable[[str], TenantModel]:
    """Return the unsaved row for a subdomain. Override to fill in the fields of your tenant model."""
    return lambda subdomain: get_tenant_model()(subdomain=subdomain)


@pytest.fixture(scope="session")
def furnish_tenant() -> Callable[[TenantModel], None]:
    """Write a new tenant's first rows; it is current meanwhile. Override to have users, for instance."""
    return lambda tenant: None


@pytest.fixture(scope="session", autouse=True)
def tenancy_key() -> Iterator[None]:
    """Encrypt with a key of the tests', whatever .env has: one written before there were keys has none."""
    from django.conf import settings

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings, "TENANCY_KEYS", [Fernet.generate_key().decode()])
        yield


@pytest.fixture(scope="session")
def django_db_setup(
    request: pytest.FixtureRequest,
    django_test_environment: None,
    django_db_modify_db_settings: None,
    django_db_blocker: DjangoDbBlocker,
    tenancy_key: None,
    tenant_subdomains: Sequence[str],
    build_tenant: Callable[[str], TenantModel],
    furnish_tenant: Callable[[TenantModel], None],
) -> Iterator[None]:
    """Make the test database for both aliases, and the tenants in each isolation that a test asks for."""
    choices = {isolation_of(item) for item in request.session.items}
    with django_db_blocker.unblock():
        require_login_rights()
        made = setup_databases(0, interactive=False, aliases=dict.fromkeys(_BOTH), serialized_aliases=set())
        call_command("prepare", verbosity=0)
        stage = Stage(
            Casting(build_tenant, furnish_tenant),
            subdomains=tenant_subdomains,
            default=request.config.getoption("isolation"),
            choices=choices,
        )
        cases.cover_tenants(stage)
    yield
    with django_db_blocker.unblock():
        stage.strike()
        teardown_databases(made, verbosity=0)


@pytest.fixture
def tenants(db: None, tenant_subdomains: Sequence[str]) -> list[TenantModel]:
    """The rows of the tenants, in the order of `tenant_subdomains`."""
    found = [get_tenant_model().find_by_subdomain(subdomain) for subdomain in tenant_subdomains]
    return [tenant for tenant in found if tenant is not None]


@pytest.fixture
def tenant(tenants: list[TenantModel]) -> TenantModel:
    """The tenant that a test is about."""
    return tenants[0]


@pytest.fixture
def other_tenant(tenants: list[TenantModel]) -> TenantModel:
    """The tenant whom it does not concern."""
    return tenants[1]


@pytest.fixture
def no_leak(db: None) -> Callable[..., AbstractContextManager[Witness]]:
    """`with no_leak(of=other_tenant): ...` fails if the block shows or changes anything of that tenant."""
    return watch


@pytest.fixture
def real_transactions(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Let a test commit; the tenants it makes and the rows it leaves are taken away after it."""
    with django_db_blocker.unblock():
        cases.show_wanted()
        yield
        cases.get_stage().restore()


@pytest.fixture
def django_assert_num_queries() -> Callable[..., AbstractContextManager[Queries]]:
    """The fixture of pytest-django, for queries in whichever databases `default` stands for."""
    return exactly_queries


@pytest.fixture
def django_assert_max_num_queries() -> Callable[..., AbstractContextManager[Queries]]:
    """The fixture of pytest-django, for queries in whichever databases `default` stands for."""
    return at_most_queries
