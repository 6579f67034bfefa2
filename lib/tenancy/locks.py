"""Locks that one process at a time can hold, across machines.

PostgreSQL's advisory locks are the whole database's: without a tenant in the name, two tenants that lock the
same thing of theirs would wait for each other.
"""

import hashlib
import time
from typing import Any

from django.db import connections

from lib.tenancy.conf import TENANT_ALIAS
from lib.tenancy.context import current_tenant
from lib.tenancy.exceptions import NoTransactionError

# Held, in common, by all who make a tenant, from before they choose a template until the tenant is there.
BEING_MADE = "tenants-being-made"

_ASK_AGAIN_SECONDS = 0.1

# An advisory lock of 64 bits, as pg_locks shows its halves.
_IS_HELD = """
    SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 1 AND granted
                   AND ((classid::bigint << 32) | objid::bigint) = %s)
"""


def hold_lock(name: str, *, using: str) -> None:
    """Wait for the platform's lock `name` and hold it until the open transaction of alias `using` ends.

    Raises:
        NoTransactionError: no transaction is open, so the lock would be lost before this function returns.
    """
    _hold(lock_number(name), name, using)


def hold_tenant_lock(name: str) -> None:
    """Wait for the current tenant's lock `name`; hold it until the transaction of alias `default` ends.

    Other tenants hold locks of the same name without noticing.

    Raises:
        NoTenantError: none is active.
        NoTransactionError: no transaction is open, so the lock would be lost before this function returns.
    """
    _hold(_number(f"tenant:{current_tenant().schema}:{name}"), name, TENANT_ALIAS)


def share_lock(name: str, connection: Any) -> None:
    """Wait for the lock `name` and share it with other sharers until the transaction of `connection` ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [lock_number(name)])


def wait_for_session_lock(name: str, cursor: Any) -> None:
    """Hold the lock `name` until the session of `cursor`, in autocommit, ends or gives it back."""
    # Asked again and again: a statement that waits would hold a snapshot, and a migration that builds an
    # index concurrently waits for all snapshots.
    while not try_session_lock(name, cursor):
        time.sleep(_ASK_AGAIN_SECONDS)


def try_session_lock(name: str, cursor: Any) -> bool:
    """Take the lock `name` until the session of `cursor` ends or gives it back, if it is free."""
    cursor.execute("SELECT pg_try_advisory_lock(%s)", [lock_number(name)])
    return bool(cursor.fetchone()[0])


def share_session_lock(name: str, cursor: Any) -> None:
    """Wait for the lock `name` and share it with other sharers until the session of `cursor` ends."""
    cursor.execute("SELECT pg_advisory_lock_shared(%s)", [lock_number(name)])


def end_session_lock(name: str, cursor: Any) -> None:
    """Give the lock `name` back."""
    cursor.execute("SELECT pg_advisory_unlock(%s)", [lock_number(name)])


def is_held(name: str, cursor: Any) -> bool:
    """Return whether anybody on the server of `cursor` holds the lock `name`. Nobody is kept waiting."""
    # Looked at, not tried: taking the lock for a moment would refuse who wants it.
    cursor.execute(_IS_HELD, [lock_number(name)])
    return bool(cursor.fetchone()[0])


def lock_number(name: str) -> int:
    """Return the number by which PostgreSQL knows the platform's lock `name`."""
    return _number(f"tenancy:{name}")


def _hold(number: int, name: str, alias: str) -> None:
    if not connections[alias].in_atomic_block:
        raise NoTransactionError(name, alias)
    with connections[alias].cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])


def _number(key: str) -> int:
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big", signed=True)
