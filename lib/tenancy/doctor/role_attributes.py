"""Each role by itself: it is there, cannot log in, has no power and owns nothing."""

from collections.abc import Iterator
from typing import Any

from lib.tenancy.doctor.findings import Finding, error
from lib.tenancy.doctor.looking import rows
from lib.tenancy.doctor.scope import Server
from lib.tenancy.identifiers import quote_identifier
from lib.tenancy.roles import create_role, grant_rows, master_role, owner_role, tenant_role
from lib.tenancy.states import Isolation

MISSING = error("role-is-missing")
LOGS_IN = error("role-can-log-in")
POWERFUL = error("role-has-power")
OWNS = error("role-owns-something")
LOGIN_MISSING = error("tenant-login-is-missing")

_ROLES = """
    SELECT rolname, rolcanlogin, rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls
    FROM pg_roles WHERE rolname = ANY(%(roles)s)
"""
_TAKE_POWER = "NOSUPERUSER NOCREATEROLE NOCREATEDB NOREPLICATION NOBYPASSRLS"

# What a role owns in any database of the server; a name only where we are, a count elsewhere.
_OWNED = """
    SELECT rolname, coalesce(datname, current_database()), count(*),
           min(CASE WHEN datname = current_database() OR dbid = 0
                    THEN pg_describe_object(classid, objid, objsubid) END)
    FROM pg_shdepend JOIN pg_roles ON pg_roles.oid = refobjid AND refclassid = 'pg_authid'::regclass
    LEFT JOIN pg_database ON pg_database.oid = dbid
    WHERE deptype = 'o' AND rolname = ANY(%(roles)s) GROUP BY 1, 2 ORDER BY 1, 2
"""


def examine_roles(server: Server) -> Iterator[Finding]:
    """Look at the attributes of every role there should be."""
    expected = server.roles()
    logins = {tenant.database_user for tenant in server.tenants(Isolation.DATABASE)}
    found = {role: rest for role, *rest in rows(server.cursor, _ROLES, roles=list(expected))}
    for role, tenant in expected.items():
        where: dict[str, Any] = {"server": server.name, "tenant": tenant}
        if role not in found:
            yield from _missing(server, role, tenant, is_login=role in logins)
            continue
        can_log_in, has_power = found[role]
        sql = f"ALTER ROLE {quote_identifier(role)}"
        if can_log_in and role not in logins:
            what = f"The role {role!r} can log in; it is there to be taken on by the platform's login."
            yield LOGS_IN.found(what, cure=f"{sql} NOLOGIN;", database=server.database, **where)
        if has_power:
            what = f"The role {role!r} may do more than use rows: it has attributes such as SUPERUSER."
            yield POWERFUL.found(what, cure=f"{sql} {_TAKE_POWER};", database=server.database, **where)


def examine_owned_things(server: Server) -> Iterator[Finding]:
    """Look for what belongs to a role that should own nothing: it could give it away or change it."""
    roles = {role: tenant for role, tenant in server.roles().items() if role != owner_role()}
    for role, database, count, example in rows(server.cursor, _OWNED, roles=list(roles)):
        first = f", such as {example}" if example else ""
        yield OWNS.found(
            f"The role {role!r} owns things in the database {database!r}, {count} in all{first}.",
            cure=f"REASSIGN OWNED BY {quote_identifier(role)} TO {quote_identifier(server.owner)};",
            server=server.name,
            tenant=roles[role],
            database=database,
        )


def _missing(server: Server, role: str, tenant: str | None, *, is_login: bool) -> Iterator[Finding]:
    if is_login:
        yield LOGIN_MISSING.found(
            f"The login {role!r} of the tenant's database is not there.",
            cure=f"python manage.py restore_login {tenant}",
            server=server.name,
            tenant=tenant,
        )
        return
    if role in (owner_role(), master_role()):
        cure, database = "python manage.py prepare", None
    else:
        cure, database = _make_again(server, role), server.database
    what = f"The role {role!r} is not there: whoever needs it is shut out."
    yield MISSING.found(what, cure=cure, server=server.name, tenant=tenant, database=database)


def _make_again(server: Server, role: str) -> str:
    schema = next(
        t.schema_name for t in server.tenants(Isolation.SCHEMA) if tenant_role(t.schema_name) == role
    )
    take_on = f"SET ROLE {quote_identifier(server.owner)};\n"
    return f"{create_role(role)}{take_on}{grant_rows(schema, role)}RESET ROLE;"
