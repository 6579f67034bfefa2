"""Drift: what a tenant's schema has otherwise than the template, and which migrations it never ran."""

from collections.abc import Iterator

from lib.tenancy.catalog.differences import Change
from lib.tenancy.catalog.reading import find_differences
from lib.tenancy.doctor.findings import NOT_EXAMINED, Finding, error, warning
from lib.tenancy.doctor.looking import rows
from lib.tenancy.doctor.scope import Place, Schema
from lib.tenancy.identifiers import quote_identifier
from lib.tenancy.roles import set_role
from lib.tenancy.versions import current_version, known_migrations

KINDS_OF_DRIFT = {
    Change.MISSING: error("drift-missing"),
    Change.DIFFERENT: error("drift-different"),
    Change.SURPLUS: warning("drift-surplus"),
}
UNTRUE = error("version-is-untrue")

_PRESENT = "SELECT nspname FROM pg_namespace WHERE nspname = ANY(%(schemas)s)"
_WITH_HISTORY = "SELECT relnamespace::regnamespace::text FROM pg_class WHERE relname = 'django_migrations'"
# Describing a table waits for who changes it, and one tenant's migration would hold up all.
_LOCKED = """
    SELECT DISTINCT nspname FROM pg_locks JOIN pg_class c ON c.oid = relation
    JOIN pg_namespace n ON n.oid = relnamespace
    WHERE mode = 'AccessExclusiveLock' AND granted AND nspname = ANY(%(schemas)s)
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""
_SCHEMAS_IN_ONE_QUERY = 200


def examine_drift(place: Place) -> Iterator[Finding]:
    """Compare the catalog of each tenant that is at the version of this code with that of the template."""
    model = place.installation.model
    comparable = {schema.name: schema for schema in _at_this_version(place)}
    for name in _locked(place, list(comparable)):
        yield NOT_EXAMINED.found(
            f"Tables of {name!r} are locked by who changes them, so its catalog was not compared.",
            cure="python manage.py doctor",
            server=place.server.name,
            tenant=comparable.pop(name).subdomain,
        )
    if model is None or not comparable:
        return
    for name, difference in find_differences(place.cursor, list(comparable), model):
        take_on = set_role(place.server.owner).replace(" LOCAL", "").strip()
        yield KINDS_OF_DRIFT[difference.change].found(
            f"{difference.sentence}.",
            cure=f"{take_on}\n{difference.cure(name)}\nRESET ROLE;",
            server=place.server.name,
            tenant=comparable[name].subdomain,
            database=place.database,
        )
    place.installation.proved["catalogs were compared with the template"] += len(comparable)


def examine_history(place: Place) -> Iterator[Finding]:
    """Look whether each tenant ran the migrations that its version stands for."""
    with_history = {name.strip('"') for (name,) in rows(place.cursor, _WITH_HISTORY)}
    readable = with_history - _locked(place, list(with_history))
    schemas = [schema for schema in _at_this_version(place) if schema.name in readable]
    if place.server.uses_roles and schemas:
        place.cursor.execute(set_role(place.server.owner))
    for start in range(0, len(schemas), _SCHEMAS_IN_ONE_QUERY):
        some = schemas[start : start + _SCHEMAS_IN_ONE_QUERY]
        ran = dict(rows(place.cursor, " UNION ALL ".join(_history_of(schema) for schema in some)))
        for schema in some:
            lacking = sorted(set(known_migrations()) - set(ran[schema.name] or ()))
            if lacking:
                yield UNTRUE.found(
                    f"Its row says version {current_version()}, and it never ran {', '.join(lacking)}.",
                    cure=f"python manage.py tenant {schema.subdomain} migrate",
                    server=place.server.name,
                    tenant=schema.subdomain,
                )


def _at_this_version(place: Place) -> list[Schema]:
    present = {name for (name,) in rows(place.cursor, _PRESENT, schemas=[s.name for s in place.schemas])}
    return [
        schema
        for schema, tenant in place.of_tenants()
        if schema.name in present and tenant.version == current_version()
    ]


def _locked(place: Place, schemas: list[str]) -> set[str]:
    return {name for (name,) in rows(place.cursor, _LOCKED, schemas=schemas)}


def _history_of(schema: Schema) -> str:
    table = f"{quote_identifier(schema.name)}.django_migrations"
    return f"SELECT '{schema.name}'::text, array_agg(app || '.' || name) FROM {table}"
