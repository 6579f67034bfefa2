"""Which locks a migration takes on tables that people are using, as PostgreSQL held them."""

from typing import Any

from lib.tenancy.migrating.plans import Lock

# Weakest first. Those before ShareUpdateExclusiveLock let everybody read and write.
_MODES = [
    "ShareUpdateExclusiveLock",
    "ShareLock",
    "ShareRowExclusiveLock",
    "ExclusiveLock",
    "AccessExclusiveLock",
]
# What people of the tenant notice while it is held.
MEANING = {
    "ShareUpdateExclusiveLock": "nobody waits",
    "ShareLock": "writers wait",
    "ShareRowExclusiveLock": "writers wait",
    "ExclusiveLock": "writers wait",
    "AccessExclusiveLock": "everybody waits",
}

# The oid of a table stays when its rows are written anew; the number of its file does not.
_TABLES = """
    SELECT oid, relname, relfilenode FROM pg_class
    WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p')
"""
_LOCKS = """
    SELECT relation, mode FROM pg_locks
    WHERE pid = pg_backend_pid() AND relation = ANY(%s) AND mode = ANY(%s)
"""

Tables = dict[int, tuple[str, int]]


def read_tables(connection: Any) -> Tables:
    """Return the name and the file of each table of the current schema, by oid."""
    with connection.cursor() as cursor:
        cursor.execute(_TABLES)
        return {oid: (name, file) for oid, name, file in cursor.fetchall() if name != "django_migrations"}


def read_locks(connection: Any, before: Tables) -> list[Lock]:
    """Return the strongest lock that the open transaction holds on each table of `before`, by name."""
    after = read_tables(connection)
    with connection.cursor() as cursor:
        cursor.execute(_LOCKS, [list(before), _MODES])
        held = cursor.fetchall()
    strongest: dict[int, str] = {}
    for oid, mode in held:
        strongest[oid] = max(mode, strongest.get(oid, mode), key=_MODES.index)
    locks = [
        Lock(before[oid][0], mode, rewrites=oid in after and after[oid][1] != before[oid][1])
        for oid, mode in strongest.items()
    ]
    return sorted(locks, key=lambda lock: lock.table)
