"""The database that databases of tenants are copied from: one a server, made from the template's SQL."""

from typing import Any

from lib.tenancy.administration import administer
from lib.tenancy.conf import extensions_schema
from lib.tenancy.identifiers import MAX_IDENTIFIER_BYTES, quote_identifier
from lib.tenancy.locks import end_session_lock, wait_for_session_lock
from lib.tenancy.roles import owner_role, server_uses_roles, set_role
from lib.tenancy.servers import server_settings
from lib.tenancy.template import Template
from lib.tenancy.versions import current_version

_LOCK = "template-database"
_IS_FINISHED = "SELECT datistemplate FROM pg_database WHERE datname = %s"
_OF_OTHER_VERSIONS = (
    "SELECT datname FROM pg_database WHERE datname LIKE %s AND datname <> %s AND datistemplate"
)


def template_database_name(server: str, version: str) -> str:
    """Return the name of a server's template database for one set of migrations."""
    suffix = f"_template_{version}"
    return str(server_settings(server)["NAME"])[: MAX_IDENTIFIER_BYTES - len(suffix)] + suffix


def ensure_template_database(cursor: Any, server: str, template: Template) -> str:
    """Return the name of the server's template database, made now if it is missing.

    `cursor` administers the server. The database is marked as a template when it is finished: one without the
    mark was left by a crash.
    """
    name = template_database_name(server, template.version)
    cursor.execute(_IS_FINISHED, [name])
    if cursor.fetchone() == (True,):
        return name
    # Held by the session: CREATE DATABASE cannot be part of a transaction.
    wait_for_session_lock(_LOCK, cursor)
    cursor.execute(_IS_FINISHED, [name])
    if cursor.fetchone() != (True,):
        _build(cursor, server, name, template)
        _drop_other_versions(cursor, name, template.version)
    end_session_lock(_LOCK, cursor)
    return name


def _build(cursor: Any, server: str, name: str, template: Template) -> None:
    quoted = quote_identifier(name)
    cursor.execute(f"DROP DATABASE IF EXISTS {quoted} WITH (FORCE)")
    cursor.execute(f"CREATE DATABASE {quoted} TEMPLATE template0")
    cursor.execute(f"REVOKE ALL ON DATABASE {quoted} FROM PUBLIC")
    with_roles = server_uses_roles(cursor.connection.server_version)
    if with_roles:
        cursor.execute(f"GRANT CREATE ON DATABASE {quoted} TO {quote_identifier(owner_role())}")
    with administer(server, name) as inside:
        extensions = quote_identifier(extensions_schema())
        # One message, and so one transaction.
        inside.execute(
            (set_role(owner_role()) if with_roles else "")
            + f"CREATE SCHEMA {extensions}; GRANT USAGE ON SCHEMA {extensions} TO PUBLIC;\n"
            + template.sql
        )
    cursor.execute(f"ALTER DATABASE {quoted} WITH ALLOW_CONNECTIONS false IS_TEMPLATE true")


def _drop_other_versions(cursor: Any, name: str, version: str) -> None:
    stem = name[: -len(version)]
    cursor.execute(_OF_OTHER_VERSIONS, [stem.replace("_", r"\_") + "%", name])
    for (old,) in cursor.fetchall():
        _drop(cursor, old)


def drop_template_database(server: str) -> None:
    """Drop the server's template database for the migrations of this code, if it is there."""
    name = template_database_name(server, current_version())
    with administer(server) as cursor:
        cursor.execute("SELECT FROM pg_database WHERE datname = %s", [name])
        if cursor.rowcount:
            _drop(cursor, name)


def _drop(cursor: Any, name: str) -> None:
    cursor.execute(f"ALTER DATABASE {quote_identifier(name)} WITH IS_TEMPLATE false")
    cursor.execute(f"DROP DATABASE {quote_identifier(name)}")
