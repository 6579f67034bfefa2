"""What the database login must be able to do, and the SQL that allows it."""

from typing import Any

from django.db import OperationalError, connections

from lib.tenancy.conf import MASTER_ALIAS, extensions_schema, master_schema
from lib.tenancy.exceptions import PrivilegeError, UnreachableDatabaseError
from lib.tenancy.identifiers import quote_identifier

_OLDEST_VERSION = 150000

_FACTS = """
    SELECT current_user, current_database(), current_setting('server_version_num')::int,
           has_database_privilege(current_database(), 'CREATE'),
           EXISTS (SELECT FROM pg_namespace WHERE nspname = %s),
           EXISTS (SELECT FROM pg_namespace WHERE nspname = %s)
"""


def prepare_login() -> None:
    """Make the schemas of the platform, and let the login find nothing by itself.

    Safe to repeat. The login's own search_path becomes empty: a statement that slipped out without its
    tenant then finds no table and creates none.

    Raises:
        UnreachableDatabaseError: there is no server, no such login or no such database.
        PrivilegeError: the login lacks something; the message holds the SQL for a superuser.
    """
    _connect()
    with connections[MASTER_ALIAS].cursor() as cursor:
        cursor.execute(_FACTS, [master_schema(), extensions_schema()])
        role, database, version, may_create, has_master, has_extensions = _one(cursor)
        missing = []
        if version < _OLDEST_VERSION:
            missing.append((f"the server is PostgreSQL {version // 10000}; it must be 15 or newer", ""))
        if not may_create:
            grant = f"GRANT CREATE ON DATABASE {quote_identifier(database)} TO {quote_identifier(role)};"
            missing.append((f"it may not create schemas in the database {database!r}", grant))
        if missing:
            raise PrivilegeError(role, missing)
        for schema, exists in ((master_schema(), has_master), (extensions_schema(), has_extensions)):
            if not exists:
                cursor.execute(f"CREATE SCHEMA {quote_identifier(schema)}")
        # A role may set its own defaults; this needs nobody's grant.
        whose = f"ROLE {quote_identifier(role)} IN DATABASE {quote_identifier(database)}"
        cursor.execute(f"ALTER {whose} SET search_path = ''")


def _connect() -> None:
    connection = connections[MASTER_ALIAS]
    try:
        connection.ensure_connection()
    except OperationalError as error:
        raise _unreachable(connection.settings_dict, str(error)) from error


def _unreachable(settings: dict[str, Any], reason: str) -> UnreachableDatabaseError:
    role, database = quote_identifier(settings["USER"]), quote_identifier(settings["NAME"])
    return UnreachableDatabaseError(
        database=settings["NAME"],
        role=settings["USER"],
        server=f"{settings['HOST']}:{settings['PORT'] or 5432}",
        # libpq repeats where it tried, then says why not.
        reason=" ".join(reason.rpartition(" failed: ")[2].split()),
        cures=[
            f"CREATE ROLE {role} LOGIN PASSWORD '...';",
            f"CREATE DATABASE {database} OWNER {role};",
            f"GRANT CONNECT ON DATABASE {database} TO {role};",
        ],
    )


def _one(cursor: Any) -> Any:
    row = cursor.fetchone()
    assert row is not None
    return row
