"""Which migrations tenants have, by their own account: one query a server, databases in parallel."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor

from django.db import DatabaseError, InterfaceError, connections

from lib.tenancy.conf import TENANT_ALIAS
from lib.tenancy.context import as_owner, tenant_context
from lib.tenancy.identifiers import quote_identifier
from lib.tenancy.migrating.exceptions import StoreMissingError
from lib.tenancy.placement import tenant_app_labels
from lib.tenancy.tenants import HasTenant, Tenant

# Names such as `contacts.0001_initial`, of the apps that tenants have.
History = frozenset[str]

# In a history, behind the name of a migration that is no transaction: how many of its parts are done.
PART_MARK = "#"

# Each schema in the query locks a table, and PostgreSQL's table of locks is finite.
_SCHEMAS_PER_QUERY = 250
_DATABASES_AT_ONCE = 8

_WITH_A_HISTORY = """
    SELECT nspname FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
    WHERE relname = 'django_migrations' AND nspname = ANY(%s)
"""
_NAMES = """
    SELECT %s, array_agg(app || '.' || name) FILTER (WHERE name NOT LIKE '%%#%%') FROM {}.django_migrations
"""


def read_histories(tenants: Iterable[HasTenant]) -> dict[str, History | Exception]:
    """Return, by schema, what each tenant has, or the error for which that cannot be known."""
    places: defaultdict[object, list[Tenant]] = defaultdict(list)
    for tenant in (row.as_tenant() for row in tenants):
        places[tenant.connection_key(as_owner=True)].append(tenant)
    found: dict[str, History | Exception] = {}
    if len(places) == 1:
        found.update(_read_place(*places.values()))
    elif places:
        with ThreadPoolExecutor(_DATABASES_AT_ONCE) as executor:
            for histories in executor.map(_read_in_thread, places.values()):
                found.update(histories)
    return found


def of_tenants(names: Iterable[str]) -> History:
    """Return those of `names` that belong to apps of tenants; Django notes the others everywhere, too."""
    labels = tenant_app_labels()
    return frozenset(name for name in names if name.partition(".")[0] in labels)


def digest_of(history: History) -> str:
    """Return what `sql_digest` returns at a tenant with this history."""
    return hashlib.md5("\n".join(sorted(history)).encode(), usedforsecurity=False).hexdigest()


def sql_digest() -> str:
    """Return the SQL expression for the digest of the current tenant's history."""
    labels = ", ".join(f"'{label}'" for label in sorted(tenant_app_labels()))
    return (
        "(SELECT md5(coalesce(string_agg(full_name, E'\\n' ORDER BY full_name COLLATE \"C\"), '')) FROM "
        "(SELECT DISTINCT app || '.' || name AS full_name FROM django_migrations "
        f"WHERE app IN ({labels}) AND name NOT LIKE '%{PART_MARK}%') AS history)"
    )


def _read_in_thread(tenants: Sequence[Tenant]) -> dict[str, History | Exception]:
    try:
        return _read_place(tenants)
    finally:
        connections.close_all()


def _read_place(tenants: Sequence[Tenant]) -> dict[str, History | Exception]:
    schemas = [tenant.schema for tenant in tenants]
    found: dict[str, History | Exception] = {schema: StoreMissingError(schema) for schema in schemas}
    try:
        with as_owner(), tenant_context(tenants[0]), connections[TENANT_ALIAS].cursor() as cursor:
            cursor.execute(_WITH_A_HISTORY, [schemas])
            there = [schema for (schema,) in cursor.fetchall()]
            for start in range(0, len(there), _SCHEMAS_PER_QUERY):
                part = there[start : start + _SCHEMAS_PER_QUERY]
                queries = [_NAMES.format(quote_identifier(schema)) for schema in part]
                cursor.execute(" UNION ALL ".join(queries), part)
                found.update({schema: of_tenants(names or ()) for schema, names in cursor.fetchall()})
    except (DatabaseError, InterfaceError) as error:
        return dict.fromkeys(schemas, error)
    return found
