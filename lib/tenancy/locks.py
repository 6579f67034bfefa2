"""Locks that one process at a time can hold, across machines."""

import hashlib
from typing import Any

from django.db import connections


def hold_lock(name: str, *, using: str) -> None:
    """Wait for the lock `name` and hold it until the open transaction of alias `using` ends."""
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [lock_number(name)])


def try_lock(name: str, connection: Any) -> bool:
    """Take the lock `name` until the open transaction of `connection` ends; return whether it was free."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [lock_number(name)])
        return bool(cursor.fetchone()[0])


def lock_number(name: str) -> int:
    """Return the number by which PostgreSQL knows the lock `name`."""
    return int.from_bytes(hashlib.sha256(f"tenancy:{name}".encode()).digest()[:8], "big", signed=True)
