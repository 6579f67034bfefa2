"""What leads around the walls: things that PUBLIC may use, and tables that show rows of another schema."""

from collections.abc import Iterator

from lib.tenancy.doctor.findings import Finding, error
from lib.tenancy.doctor.looking import rows
from lib.tenancy.doctor.scope import Place

OPEN_TO_ALL = error("open-to-everybody")
INHERITS = error("table-shows-other-rows")

# A view and a SECURITY DEFINER routine read as who owns them, whoever asks. In schemas of ours privileges and
# drift tell of them, and `public` has findings of its own; what an extension made is as its authors want it.
_OPEN = """
    SELECT kind, name FROM (
        SELECT CASE relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, oid::regclass::text, relnamespace,
               'pg_class'::regclass, oid, relacl
        FROM pg_class WHERE relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
        UNION ALL
        SELECT 'ROUTINE', oid::regprocedure::text, pronamespace, 'pg_proc'::regclass, oid,
               coalesce(proacl, acldefault('f', proowner))
        FROM pg_proc WHERE prosecdef
    ) things (kind, name, namespace, classid, oid, acl) JOIN pg_namespace n ON n.oid = namespace
    WHERE nspname !~ '^pg_' AND nspname NOT IN ('information_schema', 'public') AND nspname <> ALL(%(ours)s)
      AND EXISTS (SELECT FROM aclexplode(acl) WHERE grantee = 0)
      AND EXISTS (SELECT FROM aclexplode(nspacl) WHERE grantee = 0 AND privilege_type = 'USAGE')
      AND NOT EXISTS (SELECT FROM pg_depend d
                      WHERE d.classid = things.classid AND objid = things.oid AND deptype = 'e')
    ORDER BY 1, 2
"""
# Who may read the one that is inherited from reads the other's rows with it: those are not asked about.
_INHERITED = """
    SELECT above.nspname, parent.oid::regclass::text, child.oid::regclass::text, child.relispartition
    FROM pg_inherits
    JOIN pg_class parent ON parent.oid = inhparent
    JOIN pg_class child ON child.oid = inhrelid
    JOIN pg_namespace above ON above.oid = parent.relnamespace
    JOIN pg_namespace below ON below.oid = child.relnamespace
    WHERE above.nspname <> below.nspname AND parent.relkind IN ('r', 'p')
      AND (above.nspname = ANY(%(ours)s) OR below.nspname = ANY(%(ours)s))
    ORDER BY 2, 3
"""


def examine_open_things(place: Place) -> Iterator[Finding]:
    """Look, outside of our own schemas, for what PUBLIC and so every tenant's role may use."""
    ours = [schema.name for schema in place.schemas]
    for kind, name in rows(place.cursor, _OPEN, ours=ours):
        yield OPEN_TO_ALL.found(
            f"Every role, that of each tenant as well, may use the {kind.lower()} {name}.",
            cure=f"REVOKE ALL ON {kind} {name} FROM PUBLIC;",
            server=place.server.name,
            database=place.database,
        )


def examine_inheritance(place: Place) -> Iterator[Finding]:
    """Look for tables that inherit from one in another schema, or are a part of one."""
    schemas = place.by_name()
    for above, parent, child, is_part in rows(place.cursor, _INHERITED, ours=[s.name for s in place.schemas]):
        subdomain = schemas[above].subdomain if above in schemas else None
        cure = f"ALTER TABLE {parent} DETACH PARTITION {child};"
        yield INHERITS.found(
            f"The table {parent} shows the rows of {child} to whoever may read it.",
            cure=cure if is_part else f"ALTER TABLE {child} NO INHERIT {parent};",
            server=place.server.name,
            tenant=subdomain,
            database=place.database,
        )
