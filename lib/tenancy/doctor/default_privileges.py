"""Default privileges: a table of tomorrow's migration is usable by its tenant, and by nobody else."""

from collections.abc import Iterator

from lib.tenancy.doctor.findings import Finding, error
from lib.tenancy.doctor.looking import rows
from lib.tenancy.doctor.scope import Place
from lib.tenancy.identifiers import quote_identifier

MISSING = error("default-privilege-is-missing")
TOO_MANY = error("default-privilege-too-many")

_KINDS = {"r": "TABLES", "S": "SEQUENCES"}
_WANTED = {"r": {"SELECT", "INSERT", "UPDATE", "DELETE"}, "S": {"USAGE", "SELECT"}}
# Types and functions are everybody's by default, in schemas that are not.
_DEFAULTS = """
    SELECT nspname, defaclobjtype::text, coalesce(rolname, 'PUBLIC'), array_agg(privilege_type)
    FROM pg_default_acl LEFT JOIN pg_namespace n ON n.oid = defaclnamespace
    CROSS JOIN aclexplode(defaclacl) acl LEFT JOIN pg_roles ON pg_roles.oid = grantee
    WHERE pg_get_userbyid(defaclrole) = %(owner)s AND grantee <> defaclrole AND defaclobjtype IN ('r', 'S')
      AND (nspname = ANY(%(schemas)s) OR defaclnamespace = 0)
    GROUP BY 1, 2, 3
"""


def examine_default_privileges(place: Place) -> Iterator[Finding]:
    """Compare what the owner's next table will allow with what it should."""
    schemas = {schema.name: schema for schema in place.schemas}
    found = rows(place.cursor, _DEFAULTS, owner=place.server.owner, schemas=list(schemas))
    actual = {(name, kind, grantee): set(privileges) for name, kind, grantee, privileges in found}
    existing = {name for (name,) in rows(place.cursor, "SELECT nspname FROM pg_namespace")}
    roles = {role for (role,) in rows(place.cursor, "SELECT rolname FROM pg_roles")}
    expected = {
        (schema.name, kind, schema.role): privileges
        for schema in place.schemas
        for kind, privileges in _WANTED.items()
        if schema.role in roles and schema.name in existing
    }
    for key, privileges in expected.items():
        if lacking := privileges - actual.get(key, set()):
            yield _found(place, key, lacking, is_missing=True)
    for key, privileges in actual.items():
        if surplus := privileges - expected.get(key, set()):
            yield _found(place, key, surplus, is_missing=False)


def _found(
    place: Place, key: tuple[str | None, str, str | None], privileges: set[str], *, is_missing: bool
) -> Finding:
    name, kind, grantee = key
    listed, who = ", ".join(sorted(privileges)), str(grantee)
    where = f" IN SCHEMA {quote_identifier(name)}" if name else ""
    owner = quote_identifier(place.server.owner)
    to = who if who == "PUBLIC" else quote_identifier(who)
    change = (
        f"GRANT {listed} ON {_KINDS[kind]} TO {to}"
        if is_missing
        else f"REVOKE {listed} ON {_KINDS[kind]} FROM {to}"
    )
    verb = "will lack" if is_missing else "will have"
    schema = next((schema for schema in place.schemas if schema.name == name), None)
    return (MISSING if is_missing else TOO_MANY).found(
        f"{who} {verb} {listed} on later {_KINDS[kind].lower()} of {name or 'every schema'}.",
        cure=f"ALTER DEFAULT PRIVILEGES FOR ROLE {owner}{where} {change};",
        server=place.server.name,
        tenant=schema.subdomain if schema else None,
        database=place.database,
    )
