"""What every tenant stands on: the platform's roles and schemas, and a login without power of its own."""

from contextlib import suppress
from typing import Any

from django.db import connections
from psycopg2 import errors

from lib.tenancy.conf import MASTER_ALIAS, extensions_schema, master_schema
from lib.tenancy.identifiers import quote_identifier
from lib.tenancy.privileges import Login, admitted_to, read_login
from lib.tenancy.roles import (
    create_role,
    grant_rows,
    master_role,
    owner_role,
    role_exists,
    server_uses_roles,
    uses_roles,
)
from lib.tenancy.servers import MAIN_SERVER


def lay_foundation(server: str = MAIN_SERVER) -> None:
    """Make the platform's roles and schemas on a server, and empty the login's search_path. Safe to repeat.

    A statement that slipped out without its tenant then finds no table and creates none.

    Raises:
        UnreachableDatabaseError: there is no server, no such login or no such database.
        PrivilegeError: the login lacks something; the message holds the SQL for a superuser.
    """
    with admitted_to(server) as cursor:
        _lay(cursor, [extensions_schema(), *([master_schema()] if server == MAIN_SERVER else [])])


def _lay(cursor: Any, schemas: list[str]) -> None:
    login = read_login(cursor)
    with_roles = server_uses_roles(login.server_version)
    login.require(with_roles=with_roles)
    # PUBLIC may by default connect and make temporary tables. Not the owner's: a warning, and no change.
    cursor.execute(f"REVOKE ALL ON DATABASE {quote_identifier(login.database)} FROM PUBLIC")
    whose = f"ROLE {quote_identifier(login.role)} IN DATABASE {quote_identifier(login.database)}"
    # A role may set its own defaults; this needs nobody's grant.
    cursor.execute(f"ALTER {whose} SET search_path = ''")
    if with_roles:
        _make_roles(cursor, login)
        cursor.execute(f"SET ROLE {quote_identifier(owner_role())}")
    for schema in schemas:
        cursor.execute("SELECT FROM pg_namespace WHERE nspname = %s", [schema])
        if not cursor.rowcount:
            cursor.execute(f"CREATE SCHEMA {quote_identifier(schema)}")
    cursor.execute(
        "SELECT FROM pg_namespace WHERE nspname = %s AND nspowner = current_user::regrole", [schemas[0]]
    )
    if cursor.rowcount:
        cursor.execute(f"GRANT USAGE ON SCHEMA {quote_identifier(schemas[0])} TO PUBLIC")


def grant_master() -> None:
    """Let the master's role use the rows of the master's tables. To be called when they are migrated."""
    if uses_roles(MASTER_ALIAS):
        with connections[MASTER_ALIAS].cursor() as cursor:
            cursor.execute(grant_rows(master_schema(), master_role()))


def _make_roles(cursor: Any, login: Login) -> None:
    for role in (owner_role(), master_role()):
        if not role_exists(cursor, role):
            # Roles belong to the whole server: another database on it may be prepared at this moment.
            with suppress(errors.DuplicateObject, errors.UniqueViolation):
                cursor.execute(create_role(role))
    where, owner = quote_identifier(login.database), quote_identifier(owner_role())
    cursor.execute(f"GRANT CREATE ON DATABASE {where} TO {owner}")
