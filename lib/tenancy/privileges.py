"""What the platform's login must be able to do on a server, and the SQL that allows it."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg2

from lib.tenancy.administration import administer
from lib.tenancy.exceptions import PrivilegeError, UnreachableDatabaseError
from lib.tenancy.identifiers import quote_identifier
from lib.tenancy.servers import server_settings

_OLDEST_VERSION = 150000

_FACTS = """
    SELECT current_user, current_database(), current_setting('server_version_num')::int,
           has_database_privilege(current_database(), 'CREATE'),
           has_database_privilege(current_database(), 'CREATE WITH GRANT OPTION'),
           (SELECT rolcreaterole OR rolsuper FROM pg_roles WHERE rolname = current_user)
"""


@dataclass(frozen=True)
class Login:
    """The platform's login as a server knows it, in the database the settings name."""

    role: str
    database: str
    server_version: int
    may_create: bool
    may_grant_create: bool
    may_create_roles: bool

    def require(self, *, with_roles: bool) -> None:
        """Raise unless the login may do what the platform needs.

        Raises:
            PrivilegeError: it lacks something; the message holds the SQL for a superuser.
        """
        who, where = quote_identifier(self.role), quote_identifier(self.database)
        missing = []
        if self.server_version < _OLDEST_VERSION:
            missing.append((f"the server is PostgreSQL {self.server_version // 10000}; 15 is the oldest", ""))
        create = f"GRANT CREATE ON DATABASE {where} TO {who} WITH GRANT OPTION;"
        if not self.may_create:
            missing.append((f"it may not create schemas in the database {self.database!r}", create))
        elif with_roles and not self.may_grant_create:
            missing.append(("it may not let the role that owns the tables create schemas", create))
        if with_roles and not self.may_create_roles:
            roles = f"ALTER ROLE {who} CREATEROLE;"
            missing.append(("it may not make a role for each tenant (or set TENANCY_ROLES=false)", roles))
        if missing:
            raise PrivilegeError(self.role, missing)


def read_login(cursor: Any) -> Login:
    """Return what the server at the other end of a bare `cursor` says of the login."""
    cursor.execute(_FACTS)
    return Login(*cursor.fetchone())


@contextmanager
def admitted_to(server: str) -> Iterator[Any]:
    """Yield a cursor as `administer` does; who is kept out learns what may be missing.

    Raises:
        UnreachableDatabaseError: there is no server, no such login or no such database.
    """
    with ExitStack() as stack:
        try:
            cursor = stack.enter_context(administer(server))
        except psycopg2.OperationalError as error:
            raise unreachable(server, error) from error
        yield cursor


def unreachable(server: str, error: psycopg2.OperationalError) -> UnreachableDatabaseError:
    """Return the error that says why nobody is let in, and what may be missing."""
    settings = server_settings(server)
    role, database = quote_identifier(settings["USER"]), quote_identifier(settings["NAME"])
    return UnreachableDatabaseError(
        database=settings["NAME"],
        role=settings["USER"],
        server=f"{settings['HOST']}:{settings['PORT'] or 5432}",
        # libpq repeats where it tried, then says why not.
        reason=" ".join(str(error).rpartition(" failed: ")[2].split()),
        cures=[
            f"CREATE ROLE {role} LOGIN PASSWORD '...';",
            f"CREATE DATABASE {database} OWNER {role};",
            f"GRANT CONNECT ON DATABASE {database} TO {role};",
        ],
    )
