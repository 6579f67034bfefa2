"""Rows and stores that do not match: what nobody's row describes, and rows whose store is gone."""

import re
from collections.abc import Iterator

from lib.tenancy.conf import MASTER_ALIAS, extensions_schema, master_schema
from lib.tenancy.doctor.findings import Finding, error, warning
from lib.tenancy.doctor.looking import rows
from lib.tenancy.doctor.neighbours import names_of_neighbours
from lib.tenancy.doctor.scope import Server, read_tenants
from lib.tenancy.identifiers import quote_identifier
from lib.tenancy.migrating.scratch import SCRATCH_SCHEMA
from lib.tenancy.models import TenantModel, TenantSpare
from lib.tenancy.roles import owner_role, tenant_role
from lib.tenancy.states import Isolation
from lib.tenancy.template import TEMPLATE_SCHEMA

MISSING = error("store-is-missing")
ORPHAN_SCHEMA = warning("orphan-schema")
ORPHAN_DATABASE = warning("orphan-database")
ORPHAN_ROLE = warning("orphan-role")

# As schema_name_for() makes them; a database of a tenant's own is named like its schema.
_OF_A_TENANT = re.compile(r"[a-z0-9_]+_[0-9a-f]{6}")

_SCHEMAS = "SELECT nspname, pg_get_userbyid(nspowner) FROM pg_namespace"
_DATABASES = """
    SELECT datname FROM pg_database
    WHERE pg_get_userbyid(datdba) IN (%(login)s, %(owner)s) AND NOT datistemplate
"""
# With the other databases of the server in which something depends on the role.
_ROLES = """
    SELECT rolname, EXISTS (SELECT FROM pg_shdepend JOIN pg_database d ON d.oid = dbid
                            WHERE refobjid = r.oid AND datname <> current_database())
    FROM pg_roles r WHERE starts_with(rolname, %(prefix)s)
"""
_REMOVE = (
    'python manage.py shell -c "from lib.tenancy.models import get_tenant_model; '
    "from lib.tenancy.removal import remove_tenant; "
    "remove_tenant(get_tenant_model().find_by_subdomain('{}'))\""
)


def removal_command(tenant: TenantModel) -> str:
    """Return the command that takes a tenant away, with whatever is left of its store."""
    return _REMOVE.format(tenant.subdomain)


def examine_missing_stores(server: Server) -> Iterator[Finding]:
    """Look for the schema or the database of each tenant that should have one."""
    schemas = {name for name, _ in rows(server.cursor, _SCHEMAS)}
    databases = {name for (name,) in rows(server.cursor, "SELECT datname FROM pg_database")}
    missing = [t for t in server.tenants(Isolation.SCHEMA) if t.schema_name not in schemas]
    missing += [t for t in server.tenants(Isolation.DATABASE) if t.database_name not in databases]
    # One that was removed while we looked is not missed.
    still_there = {tenant.pk for tenant in read_tenants()} if missing else set()
    for tenant in missing:
        if tenant.pk in still_there:
            yield missing_store(server, tenant)


def missing_store(server: Server, tenant: TenantModel) -> Finding:
    """Return the finding that a tenant has a row and no store."""
    store = f"{tenant.isolation} {tenant.database_name or tenant.schema_name!r}"
    return MISSING.found(
        f"The row of {tenant.subdomain!r} names the {store}, and it is not there.",
        cure=f"Restore it from a backup. If it is gone for good: {removal_command(tenant)}",
        server=server.name,
        tenant=tenant.subdomain,
    )


def examine_orphans(server: Server) -> Iterator[Finding]:
    """Look for schemas, databases and roles made by us that no tenant's row describes."""
    schemas = [
        name
        for name, owner in rows(server.cursor, _SCHEMAS)
        if owner == owner_role() or (owner == server.login and _OF_A_TENANT.fullmatch(name))
    ]
    found = rows(server.cursor, _DATABASES, login=server.login, owner=owner_role())
    databases = [name for (name,) in found if _OF_A_TENANT.fullmatch(name)]
    prefix = tenant_role("")
    roles = [
        name.removeprefix(prefix)
        for name, is_used_elsewhere in rows(server.cursor, _ROLES, prefix=prefix)
        if not is_used_elsewhere and _OF_A_TENANT.fullmatch(name.removeprefix(prefix))
    ]
    # Read after them: what was made while we looked has its row by now. Other installations share the server.
    known = {tenant.schema_name for tenant in [*server.installation.tenants, *read_tenants()]}
    known |= set(TenantSpare.objects.using(MASTER_ALIAS).values_list("schema_name", flat=True))
    ours = {master_schema(), extensions_schema(), TEMPLATE_SCHEMA, SCRATCH_SCHEMA}
    lost_schemas, lost_databases = set(schemas) - known - ours, set(databases) - known
    lost_roles = set(roles) - known - lost_schemas - lost_databases
    if lost_databases or lost_roles:
        of_others = names_of_neighbours(server)
        lost_databases, lost_roles = lost_databases - of_others, lost_roles - of_others
    yield from (_schema(server, name) for name in sorted(lost_schemas))
    yield from (_database(server, name) for name in sorted(lost_databases))
    yield from (_role(server, name) for name in sorted(lost_roles))


def _schema(server: Server, name: str) -> Finding:
    schema, role = quote_identifier(name), quote_identifier(tenant_role(name))
    return ORPHAN_SCHEMA.found(
        f"The schema {name!r} belongs to no tenant. If it may be missed, keep a dump: pg_dump -n {name}",
        cure=f"DROP SCHEMA {schema} CASCADE;\nDROP ROLE IF EXISTS {role};",
        server=server.name,
        database=server.database,
    )


def _database(server: Server, name: str) -> Finding:
    database, role = quote_identifier(name), quote_identifier(tenant_role(name))
    return ORPHAN_DATABASE.found(
        f"The database {name!r} belongs to no tenant. If it may be missed, keep a dump: pg_dump {name}",
        cure=f"DROP DATABASE {database} WITH (FORCE);\nDROP ROLE IF EXISTS {role};",
        server=server.name,
        database=server.database,
    )


def _role(server: Server, name: str) -> Finding:
    role = quote_identifier(tenant_role(name))
    return ORPHAN_ROLE.found(
        f"The role {role} belongs to no tenant.",
        cure=f"DROP OWNED BY {role};\nDROP ROLE {role};",
        server=server.name,
        database=server.database,
    )
