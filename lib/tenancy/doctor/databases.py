"""Who may connect where: everybody nowhere, and a tenant's login to its own database alone."""

from collections.abc import Iterator
from typing import Any

from lib.tenancy.doctor.findings import Finding, error, warning
from lib.tenancy.doctor.looking import rows
from lib.tenancy.doctor.scope import Server
from lib.tenancy.identifiers import quote_identifier
from lib.tenancy.roles import owner_role
from lib.tenancy.states import Isolation
from lib.tenancy.template_database import template_database_name
from lib.tenancy.versions import current_version

OPEN = error("database-is-open")
OTHER_OPEN = warning("other-database-is-open")
GRANTED = error("database-privilege-too-many")
CLOSED = error("database-is-closed-to-its-tenant")
PATH = error("database-has-a-path")

_GRANTED = """
    SELECT datname, coalesce(rolname, 'PUBLIC'), string_agg(privilege_type, ', ' ORDER BY privilege_type)
    FROM pg_database CROSS JOIN aclexplode(coalesce(datacl, acldefault('d', datdba))) acl
    LEFT JOIN pg_roles ON pg_roles.oid = grantee
    WHERE datallowconn AND (grantee = 0 OR rolname = ANY(%(roles)s)) AND grantee <> datdba
    GROUP BY 1, 2 ORDER BY 1, 2
"""

# What is said of a role in a database wins over what is said of the role, and that over the database.
_PATHS = """
    SELECT datname, coalesce((
        SELECT split_part(setting, '=', 2) FROM pg_db_role_setting, unnest(setconfig) setting
        WHERE setdatabase IN (0, d.oid) AND setrole IN (0, r.oid) AND setting LIKE 'search_path=%%'
        ORDER BY setrole <> 0 AND setdatabase <> 0 DESC, setrole <> 0 DESC LIMIT 1),
        'as the server says')
    FROM pg_database d
    JOIN unnest(%(databases)s::text[], %(users)s::text[]) own (name, login) ON name = datname
    JOIN pg_roles r ON rolname = login
"""


def examine_who_may_connect(server: Server) -> Iterator[Finding]:
    """Look at what PUBLIC and roles of ours may do with each database of the server."""
    own = {tenant.database_name: tenant for tenant in server.tenants(Isolation.DATABASE)}
    ours = {server.database, template_database_name(server.name, current_version()), *own}
    granted = rows(server.cursor, _GRANTED, roles=list(server.roles()))
    for database, grantee, privileges in granted:
        tenant = own[database].subdomain if database in own else None
        where = {"server": server.name, "tenant": tenant, "database": database}
        if grantee == "PUBLIC":
            yield from _open_to_all(
                database, privileges, is_ours=database in ours, server=server, where=where
            )
        elif set(privileges.split(", ")) - _allowed(database, grantee, own):
            who = server.roles()[grantee]
            whose = f"{quote_identifier(database)} FROM {quote_identifier(grantee)}"
            what = (
                f"The role {grantee!r} has {privileges} on the database {database!r}, which is not its own."
            )
            yield GRANTED.found(
                what, cure=f"REVOKE {privileges} ON DATABASE {whose};", **{**where, "tenant": who or tenant}
            )
    may = {(database, grantee) for database, grantee, privileges in granted if "CONNECT" in privileges}
    for database, row in own.items():
        if (database, row.database_user) not in may and _is_there(server, database, row.database_user):
            who = quote_identifier(row.database_user)
            yield CLOSED.found(
                f"The login {row.database_user!r} may not connect to its own database.",
                cure=f"GRANT CONNECT ON DATABASE {quote_identifier(database)} TO {who};",
                server=server.name,
                tenant=row.subdomain,
                database=database,
            )


def examine_paths_of_databases(server: Server) -> Iterator[Finding]:
    """Look at the path with which a tenant's own login begins in its database."""
    own = {tenant.database_name: tenant for tenant in server.tenants(Isolation.DATABASE)}
    users = [tenant.database_user for tenant in own.values()]
    for database, path in rows(server.cursor, _PATHS, databases=list(own), users=users):
        if path.replace('"', "").strip():
            yield PATH.found(
                f"In the database {database!r} its login begins with a search_path: {path}.",
                cure=f"ALTER ROLE {quote_identifier(own[database].database_user)} "
                f"IN DATABASE {quote_identifier(database)} SET search_path = '';",
                server=server.name,
                tenant=own[database].subdomain,
                database=database,
            )


def _open_to_all(
    database: str, privileges: str, *, is_ours: bool, server: Server, where: dict[str, Any]
) -> Iterator[Finding]:
    sql = f"REVOKE ALL ON DATABASE {quote_identifier(database)} FROM PUBLIC;"
    if is_ours:
        yield OPEN.found(f"PUBLIC has {privileges} on the database {database!r}.", cure=sql, **where)
    elif "CONNECT" in privileges and server.tenants(Isolation.DATABASE):
        keep = f"GRANT CONNECT ON DATABASE {quote_identifier(database)} TO {quote_identifier(server.login)};"
        what = f"Every login of the server, a tenant's as well, may connect to the database {database!r}."
        yield OTHER_OPEN.found(what, cure=f"{sql}\n{keep}", **where)


def _allowed(database: str, grantee: str, own: dict[str, Any]) -> set[str]:
    if grantee == owner_role():
        return {"CREATE", "CONNECT"}
    return {"CONNECT"} if database in own and own[database].database_user == grantee else set()


def _is_there(server: Server, database: str, user: str) -> bool:
    sql = "SELECT FROM pg_database, pg_roles WHERE datname = %(database)s AND rolname = %(user)s"
    return bool(rows(server.cursor, sql, database=database, user=user))
