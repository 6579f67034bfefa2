"""The platform's login: without power of its own, and finding nothing by itself."""

from collections.abc import Iterator

from lib.tenancy.conf import roles_wanted
from lib.tenancy.doctor.findings import Finding, error, warning
from lib.tenancy.doctor.looking import rows
from lib.tenancy.doctor.scope import Server
from lib.tenancy.identifiers import quote_identifier

NO_ROLES = warning("server-keeps-no-roles")
SUPERUSER = error("login-is-superuser")
BYPASSES = error("login-bypasses-row-security")
REPLICATES = error("login-may-replicate")
INHERITS = error("login-inherits")
PATH = error("login-has-a-path")

_ATTRIBUTES = (
    "SELECT rolsuper, rolbypassrls, rolreplication, rolinherit FROM pg_roles WHERE rolname = session_user"
)
_POWERS = (
    (SUPERUSER, "is a superuser, whom PostgreSQL refuses nothing", "NOSUPERUSER"),
    (BYPASSES, "is above every policy on rows", "NOBYPASSRLS"),
    (REPLICATES, "may copy the whole server by replication", "NOREPLICATION"),
    (INHERITS, "inherits from roles that are granted to it without a word about it", "NOINHERIT"),
)


def examine_server_version(server: Server) -> Iterator[Finding]:
    """Say which servers cannot keep roles apart though the settings want it."""
    if roles_wanted() and not server.uses_roles:
        version = server.cursor.connection.server_version // 10000
        yield NO_ROLES.found(
            f"It is PostgreSQL {version}: tenants that are schemas are kept apart by the path alone.",
            cure="Upgrade the server to PostgreSQL 16 or newer and run: python manage.py prepare. "
            "Or accept it: TENANCY_ROLES=false in .env.",
            server=server.name,
        )


def examine_login(server: Server) -> Iterator[Finding]:
    """Look at the attributes of the login."""
    who = quote_identifier(server.login)
    for attributes in rows(server.cursor, _ATTRIBUTES):
        for has_power, (kind, what, attribute) in zip(attributes, _POWERS, strict=True):
            if has_power:
                yield kind.found(
                    f"The login {who} {what}.",
                    cure=f"ALTER ROLE {who} {attribute};",
                    server=server.name,
                    database=server.database,
                )


def examine_path(server: Server) -> Iterator[Finding]:
    """Look at the path with which a connection of the login begins."""
    if server.has_path:
        who, where = quote_identifier(server.login), quote_identifier(server.database)
        yield PATH.found(
            f"The login {who} begins with the search_path {server.path}: without a tenant it finds tables.",
            cure=f"ALTER ROLE {who} IN DATABASE {where} SET search_path = '';",
            server=server.name,
            database=server.database,
        )
