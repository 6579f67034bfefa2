"""Other installations on the same server under the same login: their stores are not our orphans."""

from typing import Any

import psycopg2

from lib.tenancy.conf import master_schema
from lib.tenancy.doctor.looking import looking, rows
from lib.tenancy.doctor.scope import Server
from lib.tenancy.identifiers import quote_identifier
from lib.tenancy.models import get_tenant_model
from lib.tenancy.roles import master_role, set_role

_OTHERS = """
    SELECT datname FROM pg_database
    WHERE datallowconn AND NOT datistemplate AND datname <> current_database()
      AND has_database_privilege(datname, 'CONNECT') AND pg_get_userbyid(datdba) = %(login)s
      AND datname <> ALL(%(own)s)
"""
_TABLE = """
    SELECT pg_get_userbyid(relowner) <> session_user FROM pg_class
    WHERE relname = %(table)s AND relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = %(schema)s)
"""


def names_of_neighbours(server: Server) -> set[str]:
    """Return the names of stores that belong to installations in other databases of the server.

    They are recognised by their tenants' table. One connection for each other database of the login.
    """
    own = [tenant.database_name for tenant in server.installation.tenants]
    names: set[str] = set()
    for (database,) in rows(server.cursor, _OTHERS, login=server.login, own=own):
        try:
            with looking(server.settings, NAME=database) as cursor:
                names |= _names_in(cursor)
        except psycopg2.Error:
            # It is closed to us, or gone again: then it tells us nothing.
            continue
    return names


def _names_in(cursor: Any) -> set[str]:
    table = get_tenant_model()._meta.db_table
    names: set[str] = set()
    for (has_roles,) in rows(cursor, _TABLE, table=table, schema=master_schema()):
        if has_roles:
            cursor.execute(set_role(master_role()))
        qualified = f"{quote_identifier(master_schema())}.{quote_identifier(table)}"
        names |= {name for (name,) in rows(cursor, f"SELECT schema_name FROM {qualified}")}
    return names
