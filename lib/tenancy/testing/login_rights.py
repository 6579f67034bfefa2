"""What the login of DATABASE_URL must be allowed for tests to run, and the SQL that allows it."""

import psycopg2
import pytest

from lib.tenancy.administration import administer
from lib.tenancy.identifiers import quote_identifier
from lib.tenancy.privileges import unreachable
from lib.tenancy.roles import server_uses_roles
from lib.tenancy.servers import MAIN_SERVER

_FACTS = """
    SELECT rolname, rolcreatedb OR rolsuper, rolcreaterole OR rolsuper,
           current_setting('server_version_num')::int FROM pg_roles WHERE rolname = current_user
"""


def require_login_rights() -> None:
    """End the whole run, with the cure, when no test could have its database.

    Raises:
        UnreachableDatabaseError: there is no server, or it lets the login in nowhere.
    """
    role, may_make_databases, may_make_roles, version = _facts()
    missing = [] if may_make_databases else ["CREATEDB"]
    if server_uses_roles(version) and not may_make_roles:
        missing.append("CREATEROLE")
    if missing:
        pytest.exit(
            f"Tests make databases and roles, and the login {role!r} of DATABASE_URL may not. As a "
            f"superuser of that server, run:\n  ALTER ROLE {quote_identifier(role)} {' '.join(missing)};",
            returncode=1,
        )


def _facts() -> tuple[str, bool, bool, int]:
    try:
        return _facts_from("postgres")
    except psycopg2.OperationalError:
        # Closed to the login, perhaps. That of the settings need not be there yet: tests make their own.
        try:
            return _facts_from(None)
        except psycopg2.OperationalError as error:
            raise unreachable(MAIN_SERVER, error) from error


def _facts_from(database: str | None) -> tuple[str, bool, bool, int]:
    with administer(MAIN_SERVER, database) as cursor:
        cursor.execute(_FACTS)
        facts: tuple[str, bool, bool, int] = cursor.fetchone()
        return facts
