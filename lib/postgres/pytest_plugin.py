"""Gives every test session a database: the embedded server, unless DATABASE_URL names another one.

Named in pyproject.toml (`-p lib.postgres.pytest_plugin`), so `pytest` alone is enough.
"""

import os
from collections.abc import Generator

import pytest

from lib.postgres import configured_url
from lib.postgres.leases import Lease, use
from lib.postgres.server import testing_server

_LEASE = pytest.StashKey[Lease]()


# A wrapper runs before every plain hook: pytest-django imports the settings, which read DATABASE_URL, in one.
# Workers of pytest-xdist inherit the variable and so start nothing.
@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None, object, object]:
    if configured_url(early_config.rootpath) is None:
        lease = use(testing_server(early_config.rootpath / "var"))
        early_config.stash[_LEASE] = lease
        os.environ["DATABASE_URL"] = lease.url
    return (yield)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    if lease := config.stash.get(_LEASE, None):
        os.environ.pop("DATABASE_URL", None)
        lease.release()
