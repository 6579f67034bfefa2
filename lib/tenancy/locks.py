"""Locks that one process at a time can hold, across machines."""

import hashlib

from django.db import connections


def hold_lock(name: str, *, using: str) -> None:
    """Wait for the lock `name` and hold it until the open transaction of alias `using` ends."""
    digest = hashlib.sha256(f"tenancy:{name}".encode()).digest()
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int.from_bytes(digest[:8], "big", signed=True)])
