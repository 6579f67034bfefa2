"""The queries behind grants.py: for all schemas of a database at once."""

from lib.tenancy.append_only_constraint import SUFFIX

EXISTING_ROLES = "SELECT rolname FROM pg_roles WHERE rolname = ANY(%(roles)s)"

# What may have privileges: schema, thing as GRANT takes it, kind, and its bare name.
TABLES = f"""
    SELECT nspname, 'SCHEMA ' || quote_ident(nspname), 'schema', '' FROM pg_namespace
    WHERE nspname = ANY(%(schemas)s)
    UNION ALL
    SELECT nspname, CASE relkind WHEN 'S' THEN 'SEQUENCE ' ELSE 'TABLE ' END || c.oid::regclass::text,
           CASE WHEN relkind = 'S' THEN 'sequence' WHEN EXISTS (
               SELECT FROM pg_trigger WHERE tgrelid = c.oid AND right(tgname, {len(SUFFIX)}) = '{SUFFIX}'
           ) THEN 'append-only' ELSE 'table' END, relname
    FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
    WHERE nspname = ANY(%(schemas)s) AND relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
"""
# Also what a role of ours may do with a schema that is nobody's.
ON_SCHEMAS = """
    SELECT nspname, 'SCHEMA ' || quote_ident(nspname), coalesce(rolname, 'PUBLIC'),
           string_agg(privilege_type, ', ')
    FROM pg_namespace CROSS JOIN aclexplode(nspacl) acl LEFT JOIN pg_roles ON pg_roles.oid = grantee
    WHERE (nspname = ANY(%(schemas)s) OR rolname = ANY(%(roles)s)) AND grantee <> nspowner GROUP BY 1, 2, 3
"""
ON_TABLES = """
    SELECT nspname, CASE relkind WHEN 'S' THEN 'SEQUENCE ' ELSE 'TABLE ' END || c.oid::regclass::text,
           coalesce(rolname, 'PUBLIC'), string_agg(privilege_type, ', ')
    FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace CROSS JOIN aclexplode(relacl) acl
    LEFT JOIN pg_roles ON pg_roles.oid = grantee
    WHERE nspname = ANY(%(schemas)s) AND grantee <> relowner GROUP BY 1, 2, 3
    UNION ALL
    SELECT nspname, 'TABLE ' || c.oid::regclass || ' (' || quote_ident(attname) || ')',
           coalesce(rolname, 'PUBLIC'), string_agg(privilege_type, ', ')
    FROM pg_attribute JOIN pg_class c ON c.oid = attrelid JOIN pg_namespace n ON n.oid = relnamespace
    CROSS JOIN aclexplode(attacl) acl LEFT JOIN pg_roles ON pg_roles.oid = grantee
    WHERE nspname = ANY(%(schemas)s) AND grantee <> relowner GROUP BY 1, 2, 3
"""
