"""The place of one tenant's rows: build it from the template, and take it away."""

from typing import Any

from django.db import connections, transaction

from lib.tenancy.administration import administer
from lib.tenancy.conf import TENANT_ALIAS
from lib.tenancy.context import as_owner, tenant_context
from lib.tenancy.identifiers import quote_identifier
from lib.tenancy.logins import login_sql
from lib.tenancy.models import TenantModel
from lib.tenancy.roles import (
    grant_membership,
    grant_rows,
    owner_role,
    role_exists,
    server_uses_roles,
    set_role,
    tenant_role,
    uses_roles,
)
from lib.tenancy.servers import MAIN_SERVER
from lib.tenancy.states import Isolation
from lib.tenancy.template import TEMPLATE_SCHEMA, Template, replay
from lib.tenancy.template_database import ensure_template_database


def build_store(tenant: TenantModel, template: Template, cursor: Any) -> None:
    """Make the schema or database that `tenant`'s row describes. `cursor` administers the main server."""
    if tenant.isolation != Isolation.DATABASE:
        with as_owner(), tenant_context(tenant) as place, transaction.atomic(using=TENANT_ALIAS):
            replay(template, place)
    elif tenant.server == MAIN_SERVER:
        _build_database(tenant, template, cursor)
    else:
        with administer(tenant.server) as cursor_there:
            _build_database(tenant, template, cursor_there)


def drop_store(tenant: TenantModel) -> None:
    """Remove all there is of the tenant's schema or database, with its role or login. Safe to repeat."""
    if tenant.isolation != Isolation.DATABASE:
        _drop_schema(tenant)
    elif tenant.database_name:  # else it failed before it was given one
        _drop_database(tenant)


def _build_database(tenant: TenantModel, template: Template, cursor: Any) -> None:
    name = quote_identifier(tenant.database_name)
    source = ensure_template_database(cursor, tenant.server, template)
    cursor.execute(f"CREATE DATABASE {name} TEMPLATE {quote_identifier(source)}")
    # One message, and so one transaction: its login is there when it is closed to others, or neither is.
    cursor.execute(login_sql(cursor, tenant, verb="CREATE") + _close_to_others(cursor, tenant))
    with as_owner(), tenant_context(tenant), connections[TENANT_ALIAS].cursor() as inside:
        schema = quote_identifier(tenant.schema_name)
        rename = f"ALTER SCHEMA {quote_identifier(TEMPLATE_SCHEMA)} RENAME TO {schema};\n"
        inside.execute(rename + grant_rows(tenant.schema_name, tenant.database_user))  # one transaction


def _close_to_others(cursor: Any, tenant: TenantModel) -> str:
    # What belongs to a database as such is not copied from its template.
    name, user = quote_identifier(tenant.database_name), quote_identifier(tenant.database_user)
    statements = [
        f"REVOKE ALL ON DATABASE {name} FROM PUBLIC",
        f"GRANT CONNECT ON DATABASE {name} TO {user}",
        f"ALTER DATABASE {name} SET search_path = ''",
    ]
    if server_uses_roles(cursor.connection.server_version):
        statements.append(f"GRANT CREATE ON DATABASE {name} TO {quote_identifier(owner_role())}")
    return ";\n".join(statements)


def _drop_database(tenant: TenantModel) -> None:
    name, user = quote_identifier(tenant.database_name), quote_identifier(tenant.database_user)
    with administer(tenant.server) as cursor:
        cursor.execute("SELECT FROM pg_database WHERE datname = %s", [tenant.database_name])
        if cursor.rowcount:
            # Nobody comes back while those who are there are sent away.
            cursor.execute(f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS false")
        _end_sessions(cursor, tenant)
        # Not WITH (FORCE): that is refused when autovacuum is at work there, which is nobody's session. As it
        # is, PostgreSQL sends autovacuum away and waits up to five seconds for those that are ending.
        cursor.execute(f"DROP DATABASE IF EXISTS {name}")
        cursor.execute(f"DROP ROLE IF EXISTS {user}")


def _end_sessions(cursor: Any, tenant: TenantModel) -> None:
    # A session can be ended by whom it belongs to: the platform's login, and the tenant's own.
    end = "SELECT pg_terminate_backend(pid, 1000) FROM pg_stat_activity WHERE datname = %s AND usename = %s"
    cursor.execute("SELECT current_user")
    cursor.execute(end, [tenant.database_name, *cursor.fetchone()])
    user = tenant.database_user
    if role_exists(cursor, user):
        # Whoever made the login may take it on, but was perhaps killed before saying so.
        cursor.execute(grant_membership(user, cursor.connection.server_version))
        cursor.execute(f"SET ROLE {quote_identifier(user)}")
        cursor.execute(end, [tenant.database_name, user])
        cursor.execute("RESET ROLE")


def _drop_schema(tenant: TenantModel) -> None:
    drop = f"DROP SCHEMA IF EXISTS {quote_identifier(tenant.schema_name)} CASCADE;\n"
    with as_owner(), tenant_context(tenant):
        has_roles = uses_roles(TENANT_ALIAS)
        with connections[TENANT_ALIAS].cursor() as cursor:
            if has_roles:
                drop += _drop_role(cursor, tenant_role(tenant.schema_name))
            cursor.execute(drop)  # one message, and so one transaction


def _drop_role(cursor: Any, role: str) -> str:
    """Return the SQL, for the login, that drops a role with what belongs to it outside of its schema."""
    if not role_exists(cursor, role):
        return ""
    # Every role may make large objects and have default privileges of its own, and PostgreSQL drops none that
    # has some. The login inherits nothing from the role, so it is the role that gives them up.
    give_up = f"{grant_membership(role)}{set_role(role)}DROP OWNED BY CURRENT_ROLE;\n"
    return f"SET LOCAL ROLE NONE;\n{give_up}SET LOCAL ROLE NONE;\nDROP ROLE {quote_identifier(role)};\n"
