"""Every schema, table and function belongs to the role that no request takes on."""

from collections.abc import Iterator

from lib.tenancy.doctor.findings import Finding, error
from lib.tenancy.doctor.looking import rows
from lib.tenancy.doctor.scope import Place
from lib.tenancy.identifiers import quote_identifier

WRONG_OWNER = error("wrong-owner")

# A sequence of a column, an index and a row type follow their table.
_OWNED = """
    SELECT nspname, 'SCHEMA', quote_ident(nspname), pg_get_userbyid(nspowner) FROM pg_namespace
    WHERE nspname = ANY(%(schemas)s)
    UNION ALL
    SELECT nspname, CASE relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW'
                                 WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END,
           c.oid::regclass::text, pg_get_userbyid(relowner)
    FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
    WHERE nspname = ANY(%(schemas)s) AND relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
      AND NOT EXISTS (SELECT FROM pg_depend
                      WHERE objid = c.oid AND classid = 'pg_class'::regclass AND deptype IN ('a', 'i')
                        AND refclassid = 'pg_class'::regclass)
    UNION ALL
    SELECT nspname, 'ROUTINE', p.oid::regprocedure::text, pg_get_userbyid(proowner)
    FROM pg_proc p JOIN pg_namespace n ON n.oid = pronamespace WHERE nspname = ANY(%(schemas)s)
    UNION ALL
    SELECT nspname, 'TYPE', t.oid::regtype::text, pg_get_userbyid(typowner)
    FROM pg_type t JOIN pg_namespace n ON n.oid = typnamespace
    WHERE nspname = ANY(%(schemas)s) AND typtype IN ('e', 'd')
"""
_NOT_OURS = f"""
    SELECT schema, kind, name, owner FROM ({_OWNED}) owned (schema, kind, name, owner)
    WHERE owner <> %(owner)s ORDER BY 1, 2, 3
"""


def examine_ownership(place: Place) -> Iterator[Finding]:
    """Look for what another role owns: an owner is held back by no privilege."""
    schemas, owner = {schema.name: schema for schema in place.schemas}, place.server.owner
    found = rows(place.cursor, _NOT_OURS, schemas=list(schemas), owner=owner)
    place.installation.proved["schemas have their owner"] += len(schemas)
    for schema, kind, name, actual in found:
        yield WRONG_OWNER.found(
            f"The {kind.lower()} {name} belongs to {actual!r}, not to {owner!r}.",
            cure=f"ALTER {kind} {name} OWNER TO {quote_identifier(owner)};",
            server=place.server.name,
            tenant=schemas[schema].subdomain,
            database=place.database,
        )
