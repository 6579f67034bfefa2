"""The transaction around a test, and what waits for its commit, in all databases of the alias `default`."""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

from django.db import connections, transaction

from lib.tenancy.conf import TENANT_ALIAS
from lib.tenancy.context import tenant_context
from lib.tenancy.tenants import HasTenant

logger = logging.getLogger(__name__)


@contextmanager
def rolled_back(tenants: Sequence[HasTenant]) -> Iterator[None]:
    """Hold a transaction open in each tenant's own database around the block, and roll it back."""
    with ExitStack() as stack:
        elsewhere = [tenant for tenant in tenants if not tenant.as_tenant().is_in_main_database]
        # Tenants of one database share a connection.
        for tenant in {each.as_tenant().connection_key(as_owner=False): each for each in elsewhere}.values():
            stack.enter_context(_rolled_back(tenant))
        yield


@contextmanager
def _rolled_back(tenant: HasTenant) -> Iterator[None]:
    with tenant_context(tenant):
        atomic = transaction.atomic(using=TENANT_ALIAS)
        atomic._from_testcase = True  # type: ignore[attr-defined]
        atomic.__enter__()
    try:
        yield
    finally:
        with tenant_context(tenant):
            connection = connections[TENANT_ALIAS]
            try:
                if not connection.needs_rollback and connection.is_usable():
                    connection.check_constraints()
            finally:
                transaction.set_rollback(True, using=TENANT_ALIAS)
                atomic.__exit__(None, None, None)


@contextmanager
def captured_on_commit(
    using: str = TENANT_ALIAS, *, execute: bool = False
) -> Iterator[list[Callable[[], Any]]]:
    """Yield the list of what the block registers to run after a commit, in whichever tenant's database.

    With `execute` they are run at the end of the block, with what they register in turn.
    """
    callbacks: list[Callable[[], Any]] = []
    counts = {connection: len(connection.run_on_commit) for connection in connections_of(using)}
    try:
        yield callbacks
    finally:
        while new := _new_callbacks(using, counts):
            callbacks += [callback for callback, _ in new]
            for callback, is_robust in new if execute else ():
                _call(callback, is_robust)


def connections_of(alias: str) -> list[Any]:
    """Return the connections of this thread that an alias stands for, to tenants' databases too."""
    return [connection for connection in connections.all() if connection.alias == alias]


def _new_callbacks(using: str, counts: dict[Any, int]) -> list[tuple[Callable[[], Any], bool]]:
    new = []
    for connection in connections_of(using):
        new += connection.run_on_commit[counts.get(connection, 0) :]
        counts[connection] = len(connection.run_on_commit)
    return [(callback, is_robust) for _, callback, is_robust in new]


def _call(callback: Callable[[], Any], is_robust: bool) -> None:
    try:
        callback()
    except Exception:
        if not is_robust:
            raise
        logger.exception("Error calling %s in on_commit()", callback)
