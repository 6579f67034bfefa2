"""The second wall: a role for each tenant, which may use the rows of its own schema and owns nothing.

Three kinds of roles, none of which can log in. The login is a member of all, inherits from none, and so can
do nothing until a statement's prefix has chosen one:

    owner    owns every schema and table, of the master and of tenants; migrates and provisions
    master   uses the rows of the master schema
    tenant   uses the rows of one tenant's schema

Roles belong to a whole PostgreSQL server, so their names begin with the name of the login.
"""

from typing import Any

from django.conf import settings
from django.db import connections

from lib.tenancy.append_only_constraint import keep_append_only
from lib.tenancy.conf import TENANT_ALIAS, roles_wanted
from lib.tenancy.identifiers import quote_identifier

# GRANT ... WITH INHERIT FALSE, SET TRUE came with PostgreSQL 16.
OLDEST_VERSION_WITH_ROLES = 160000
_MAX_LOGIN_CHARACTERS = 20

# What a tenant's statements may do to rows.
_ROW_RIGHTS = "SELECT, INSERT, UPDATE, DELETE"


def uses_roles(alias: str) -> bool:
    """Return whether the statements of `alias` take on a role. Connects, to learn the server's version."""
    return bool(connections[alias].uses_roles)  # type: ignore[attr-defined]


def server_uses_roles(server_version: int) -> bool:
    """Return whether statements on a server of this version, as libpq counts it, take on a role."""
    return roles_wanted() and server_version >= OLDEST_VERSION_WITH_ROLES


def role_exists(cursor: Any, role: str) -> bool:
    """Return whether the server at the other end of `cursor` has `role`."""
    cursor.execute("SELECT FROM pg_roles WHERE rolname = %s", [role])
    return bool(cursor.rowcount)


def login_name() -> str:
    """Return the login that the settings name."""
    return str(settings.DATABASES[TENANT_ALIAS]["USER"])


def owner_role() -> str:
    return f"{login_name()[:_MAX_LOGIN_CHARACTERS]}:owner"


def master_role() -> str:
    return f"{login_name()[:_MAX_LOGIN_CHARACTERS]}:master"


def tenant_role(schema: str) -> str:
    """Return the role of the tenant whose schema this is. The schema's random suffix makes it unique."""
    return f"{login_name()[:_MAX_LOGIN_CHARACTERS]}:{schema}"


def create_role(role: str) -> str:
    """Return the SQL that makes a role which the login can take on, and inherits nothing from."""
    return f"CREATE ROLE {quote_identifier(role)} NOLOGIN; {grant_membership(role)}"


def grant_membership(role: str, server_version: int = OLDEST_VERSION_WITH_ROLES) -> str:
    """Return the SQL that lets the login take on `role`, and before PostgreSQL 16 relies on its NOINHERIT."""
    how = " WITH INHERIT FALSE, SET TRUE" if server_version >= OLDEST_VERSION_WITH_ROLES else ""
    return f"GRANT {quote_identifier(role)} TO {quote_identifier(login_name())}{how};\n"


def grant_rows(schema: str, role: str) -> str:
    """Return the SQL, for the owner, that lets `role` use the rows of `schema`, of later tables as well."""
    where, who = quote_identifier(schema), quote_identifier(role)
    return (
        f"GRANT USAGE ON SCHEMA {where} TO {who};\n"
        f"GRANT {_ROW_RIGHTS} ON ALL TABLES IN SCHEMA {where} TO {who};\n"
        f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {where} TO {who};\n"
        f"ALTER DEFAULT PRIVILEGES IN SCHEMA {where} GRANT {_ROW_RIGHTS} ON TABLES TO {who};\n"
        f"ALTER DEFAULT PRIVILEGES IN SCHEMA {where} GRANT USAGE, SELECT ON SEQUENCES TO {who};\n"
        # The history of migrations is the owner's business.
        f"REVOKE INSERT, UPDATE, DELETE ON {where}.django_migrations FROM {who};\n"
        + keep_append_only(schema, role)
    )


def set_role(role: str) -> str:
    """Return the statement that takes on `role` until the transaction ends."""
    return f"SET LOCAL ROLE {quote_identifier(role)};\n"
