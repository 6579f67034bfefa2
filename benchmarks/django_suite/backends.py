"""The backends that are compared, and what each needs on the server before the suite can run."""

from dataclasses import asdict, dataclass
from typing import Any

from benchmarks.superuser import port_of, run, superuser
from lib.postgres.server import EmbeddedServer

TENANT_SCHEMA = "tenant_of_the_suite"
_PASSWORD = "suite"  # noqa: S105 - of a login that lives as long as the run, on 127.0.0.1
_PGCRYPTO = """
    INSERT INTO pg_extension (oid, extname, extowner, extnamespace, extrelocatable, extversion)
    SELECT 65000, 'pgcrypto', extowner, extnamespace, false, '0' FROM pg_extension WHERE extname = 'plpgsql'
"""


@dataclass(frozen=True)
class Backend:
    """One way through the suite."""

    name: str
    engine: str
    has_tenant: bool = False
    has_roles: bool = False

    @property
    def login(self) -> str:
        # Roles are named after the first characters of the login.
        return f"suite_{self.name}"


STOCK = Backend("stock", "django.db.backends.postgresql")
BACKENDS = {
    backend.name: backend
    for backend in (
        STOCK,
        Backend("plain", "benchmarks.django_suite.tenant_backend", has_tenant=True),
        Backend("roles", "benchmarks.django_suite.tenant_backend", has_tenant=True, has_roles=True),
    )
}


def describe(backend: Backend, server: EmbeddedServer) -> dict[str, Any]:
    """Return what the settings of the suite need to know, as JSON can carry it."""
    return {**asdict(backend), "login": backend.login, "password": _PASSWORD, "port": port_of(server)}


def prepare(backend: Backend, server: EmbeddedServer) -> None:
    """Make the backend's login, and the template of its test databases, anew."""
    with superuser(server, "postgres") as cursor:
        _drop(backend, cursor)
        run(cursor, f"CREATE ROLE {{}} LOGIN CREATEDB NOINHERIT PASSWORD '{_PASSWORD}'", backend.login)
        run(cursor, "GRANT CONNECT ON DATABASE postgres TO {}", backend.login)
        run(cursor, "CREATE DATABASE {0} OWNER {0}", backend.login)
        if backend.has_tenant:
            # As in production: a statement that slips out without its tenant finds nothing.
            run(cursor, "ALTER ROLE {} SET search_path = ''", backend.login)
    with superuser(server, backend.login) as cursor:
        _stand_in_for_what_the_server_lacks(cursor)
        if backend.has_tenant:
            _make_tenant(backend, cursor)


def clean_up(backend: Backend, server: EmbeddedServer) -> None:
    """Remove what `prepare` made, and test databases that a killed run left behind."""
    with superuser(server, "postgres") as cursor:
        _drop(backend, cursor)


def _make_tenant(backend: Backend, cursor: Any) -> None:
    owner = backend.login
    if backend.has_roles:
        owner = f"{backend.login}:owner"
        run(cursor, "CREATE ROLE {} NOLOGIN", owner)
        run(cursor, "GRANT {} TO {} WITH INHERIT FALSE, SET TRUE", owner, backend.login)
    run(cursor, "CREATE SCHEMA {} AUTHORIZATION {}", TENANT_SCHEMA, owner)


def _stand_in_for_what_the_server_lacks(cursor: Any) -> None:
    # Built without ICU. Tests that look at its order fail then; without the name none could run.
    run(cursor, 'CREATE COLLATION pg_catalog."sv-x-icu" FROM pg_catalog."C"')
    # Built without pgcrypto, which a migration of db_functions wants for SHA1 alone.
    run(cursor, "SET allow_system_table_mods = on")
    cursor.execute(_PGCRYPTO)


def _drop(backend: Backend, cursor: Any) -> None:
    cursor.execute("SELECT datname FROM pg_database WHERE pg_get_userbyid(datdba) = %s", [backend.login])
    for (database,) in cursor.fetchall():
        run(cursor, "DROP DATABASE {} WITH (FORCE)", database)
    cursor.execute("SELECT FROM pg_roles WHERE rolname = %s", [backend.login])
    if cursor.rowcount:
        run(cursor, "DROP OWNED BY {}", backend.login)
    for role in (f"{backend.login}:owner", backend.login):
        run(cursor, "DROP ROLE IF EXISTS {}", role)
