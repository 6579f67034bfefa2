"""The schema `public`: in nobody's path, so nothing may be in it, and nobody may put anything there."""

from collections.abc import Iterator
from typing import Any

from lib.tenancy.conf import extensions_schema
from lib.tenancy.doctor.findings import Finding, error, warning
from lib.tenancy.doctor.looking import rows
from lib.tenancy.doctor.scope import Place
from lib.tenancy.identifiers import quote_identifier

OCCUPIED = error("public-is-not-empty")
WRITABLE = error("public-is-writable")
EXTENSION = warning("extension-is-in-public")

# An index or a sequence goes with its table, a row type as well; what an extension made is named with it.
_THINGS = """
    SELECT CASE relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'S' THEN 'SEQUENCE'
                        WHEN 'f' THEN 'FOREIGN TABLE' ELSE 'TABLE' END,
           oid::regclass::text, 'pg_class'::regclass AS classid, oid, relnamespace
    FROM pg_class WHERE relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
    UNION ALL
    SELECT CASE prokind WHEN 'p' THEN 'PROCEDURE' WHEN 'a' THEN 'AGGREGATE' ELSE 'FUNCTION' END,
           oid::regprocedure::text, 'pg_proc'::regclass, oid, pronamespace FROM pg_proc
    UNION ALL
    SELECT CASE typtype WHEN 'd' THEN 'DOMAIN' ELSE 'TYPE' END, oid::regtype::text, 'pg_type'::regclass, oid,
           typnamespace
    FROM pg_type
    WHERE typtype IN ('e', 'd', 'r') OR (typtype = 'c' AND EXISTS (SELECT FROM pg_class c
                                                                   WHERE c.oid = typrelid AND relkind = 'c'))
"""
_IN_PUBLIC = f"""
    SELECT kind, name FROM ({_THINGS}) things (kind, name, classid, oid, namespace)
    WHERE namespace = to_regnamespace('public')
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = things.classid AND objid = things.oid
                      AND deptype IN ('e', 'a', 'i') AND refclassid <> 'pg_namespace'::regclass)
    ORDER BY 1, 2
"""
_EXTENSIONS = "SELECT extname FROM pg_extension WHERE extnamespace = to_regnamespace('public') ORDER BY 1"
_WRITERS = """
    SELECT coalesce(rolname, 'PUBLIC') FROM pg_namespace CROSS JOIN aclexplode(nspacl) acl
    LEFT JOIN pg_roles ON pg_roles.oid = grantee
    WHERE nspname = 'public' AND privilege_type = 'CREATE' AND (grantee = 0 OR rolname = ANY(%(roles)s))
"""


def examine_public(place: Place) -> Iterator[Finding]:
    """Look for what a statement without a tenant, or somebody by hand, left in `public`."""
    for kind, name in rows(place.cursor, _IN_PUBLIC):
        yield OCCUPIED.found(
            f"There is a {kind.lower()} {name} in the database {place.database!r}, where no tenant finds it. "
            "See whose it is, and keep what is in it.",
            cure=f"DROP {kind} {name};",
            **_where(place),
        )
    for (name,) in rows(place.cursor, _EXTENSIONS):
        schema = quote_identifier(extensions_schema())
        yield EXTENSION.found(
            f"The extension {name!r} is in public in {place.database!r}, where no tenant finds it.",
            cure=f"ALTER EXTENSION {quote_identifier(name)} SET SCHEMA {schema};",
            **_where(place),
        )


def examine_who_writes_in_public(place: Place) -> Iterator[Finding]:
    """Look for who may create in `public`: PUBLIC, as on servers before 15, or a role of ours."""
    for (grantee,) in rows(place.cursor, _WRITERS, roles=list(place.server.roles())):
        who = "PUBLIC" if grantee == "PUBLIC" else quote_identifier(grantee)
        yield WRITABLE.found(
            f"{grantee} may create tables in public in the database {place.database!r}.",
            cure=f"REVOKE CREATE ON SCHEMA public FROM {who};",
            **_where(place),
        )


def _where(place: Place) -> dict[str, Any]:
    own = next(
        (schema.subdomain for schema in place.schemas if place.database != place.server.database), None
    )
    return {"server": place.server.name, "tenant": own, "database": place.database}
