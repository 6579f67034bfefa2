"""Privileges on schemas and what is in them: each role has what it needs on its own, and no other has any."""

from collections.abc import Iterator
from dataclasses import dataclass

from lib.tenancy.conf import extensions_schema
from lib.tenancy.doctor.findings import Finding, error
from lib.tenancy.doctor.grant_queries import EXISTING_ROLES, ON_SCHEMAS, ON_TABLES, TABLES
from lib.tenancy.doctor.looking import rows
from lib.tenancy.doctor.scope import Place, Schema
from lib.tenancy.identifiers import quote_identifier
from lib.tenancy.roles import set_role

TOO_MANY = error("privilege-too-many")
TOO_FEW = error("privilege-is-missing")

PUBLIC = "PUBLIC"
_ROWS = frozenset({"SELECT", "INSERT", "UPDATE", "DELETE"})
_NEW_ROWS = frozenset({"SELECT", "INSERT"})
_HISTORY = "django_migrations"


@dataclass(frozen=True)
class Grant:
    """Privileges that somebody has on one thing, written as GRANT takes it: `SCHEMA acme_6a5f2d`."""

    schema: str
    thing: str
    grantee: str
    privileges: frozenset[str]

    @property
    def to(self) -> str:
        return self.grantee if self.grantee == PUBLIC else quote_identifier(self.grantee)

    @property
    def listed(self) -> str:
        return ", ".join(sorted(self.privileges))


def examine_grants(place: Place) -> Iterator[Finding]:
    """Compare the privileges on schemas, tables, columns and sequences with those there should be."""
    names = list(place.by_name())
    # What is in the schema of extensions is theirs; only the schema itself is ours.
    found = [*rows(place.cursor, ON_SCHEMAS, schemas=names, roles=list(place.server.roles()))]
    found += rows(place.cursor, ON_TABLES, schemas=[name for name in names if name != extensions_schema()])
    actual = {(thing, grantee): Grant(schema, thing, grantee, frozenset(privileges.split(", ")))
              for schema, thing, grantee, privileges in found}  # fmt: skip
    expected = {(grant.thing, grant.grantee): grant for grant in _expected(place)}
    for key, grant in sorted(actual.items()):
        allowed = expected[key].privileges if key in expected else frozenset()
        if surplus := grant.privileges - allowed:
            yield _too_many(place, Grant(grant.schema, grant.thing, grant.grantee, surplus))
    for key, grant in sorted(expected.items()):
        has = actual[key].privileges if key in actual else frozenset()
        if lacking := grant.privileges - has:
            yield _too_few(place, Grant(grant.schema, grant.thing, grant.grantee, lacking))
    place.installation.proved["privileges are as they should be"] += len(expected)


def _expected(place: Place) -> Iterator[Grant]:
    schemas = place.by_name()
    roles = {role for (role,) in rows(place.cursor, EXISTING_ROLES, roles=[s.role for s in schemas.values()])}
    for name, thing, kind, relation in rows(place.cursor, TABLES, schemas=list(schemas)):
        grantee = PUBLIC if name == extensions_schema() else schemas[name].role
        if grantee is None or (grantee != PUBLIC and grantee not in roles):
            continue  # nobody uses its rows; or the role is missing, which is a finding of its own
        if kind == "schema":
            yield Grant(name, thing, grantee, frozenset({"USAGE"}))
        elif grantee == PUBLIC:
            continue
        elif kind == "sequence":
            yield Grant(name, thing, grantee, frozenset({"USAGE", "SELECT"}))
        elif kind == "append-only":
            yield Grant(name, thing, grantee, _NEW_ROWS)
        else:
            yield Grant(name, thing, grantee, frozenset({"SELECT"}) if relation == _HISTORY else _ROWS)


def _too_many(place: Place, grant: Grant) -> Finding:
    return TOO_MANY.found(
        f"{grant.grantee} has {grant.listed} on {grant.thing}.",
        cure=_as_owner(place, grant, f"REVOKE {_on(grant)} FROM {grant.to};"),
        server=place.server.name,
        tenant=_subdomain(place, grant),
        database=place.database,
    )


def _too_few(place: Place, grant: Grant) -> Finding:
    return TOO_FEW.found(
        f"{grant.grantee} lacks {grant.listed} on {grant.thing}.",
        cure=_as_owner(place, grant, f"GRANT {_on(grant)} TO {grant.to};"),
        server=place.server.name,
        tenant=_subdomain(place, grant),
        database=place.database,
    )


def _on(grant: Grant) -> str:
    """Return privileges and thing; those of a column, `TABLE t (c)`, have it behind each privilege."""
    thing, bracket, column = grant.thing.partition(" (")
    if not bracket:
        return f"{grant.listed} ON {grant.thing}"
    return f"{', '.join(f'{privilege} ({column}' for privilege in sorted(grant.privileges))} ON {thing}"


def _as_owner(place: Place, grant: Grant, sql: str) -> str:
    if grant.schema not in {schema.name for schema in place.schemas}:
        return sql  # whoever owns that schema
    take_on = set_role(place.server.owner).replace(" LOCAL", "").strip()
    return f"{take_on}\n{sql}\nRESET ROLE;"


def _subdomain(place: Place, grant: Grant) -> str | None:
    """Return the tenant whose wall it concerns: whose schema it is."""
    schema: Schema | None = place.by_name().get(grant.schema)
    return schema.subdomain if schema else None
