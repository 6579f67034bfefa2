"""Go round the installation: every server, every database, every examination; what fails stops no other."""

from collections.abc import Callable, Iterator
from secrets import SystemRandom
from typing import Any, TypeVar

import psycopg2
from django.db import DatabaseError, OperationalError

from lib.tenancy.catalog.reading import Model, read_model
from lib.tenancy.doctor.examinations import OF_INSTALLATION, OF_PLACE, OF_SERVER
from lib.tenancy.doctor.findings import NOT_EXAMINED, Finding, error
from lib.tenancy.doctor.looking import looking, rows, undone, why
from lib.tenancy.doctor.scope import Installation, Place, Server, own_place, read_tenants, shared_place
from lib.tenancy.exceptions import TenancyError
from lib.tenancy.identifiers import quote_identifier
from lib.tenancy.servers import MAIN_SERVER, server_names, server_settings
from lib.tenancy.states import Isolation
from lib.tenancy.template import TEMPLATE_SCHEMA

UNREACHABLE = error("server-is-unreachable")
DATABASE_UNREACHABLE = error("database-is-unreachable")
NOT_PREPARED = error("platform-is-not-prepared")

T = TypeVar("T")


def admit(
    *, server: str | None = None, subdomain: str | None = None, sample: int | None = None
) -> Installation:
    """Return what is to be examined: all, or one server, or one tenant; `sample` bounds who is tried as.

    Raises:
        django.db.DatabaseError: the master cannot be read; `describe_master_failure` says why.
    """
    tenants = read_tenants()
    chosen = [tenant for tenant in tenants if subdomain in (None, tenant.subdomain)]
    servers = [name for name in server_names() if server in (None, name)]
    if subdomain is not None:
        servers = [name for name in servers if name in {tenant.server for tenant in chosen}]
    tried = {tenant.subdomain for tenant in chosen}
    if sample is not None and sample < len(tried):
        tried = set(SystemRandom().sample(sorted(tried), sample))
    return Installation(tenants, servers, server, subdomain, frozenset(tried))


def describe_master_failure(failure: DatabaseError) -> Finding:
    """Return the finding that nothing can be examined, because the list of tenants cannot be read."""
    if isinstance(failure, OperationalError):
        return _unreachable(MAIN_SERVER, failure)
    return NOT_PREPARED.found(
        f"The list of tenants cannot be read: {' '.join(str(failure).split())}",
        cure="python manage.py prepare",
        server=MAIN_SERVER,
    )


def examine(installation: Installation) -> Iterator[Finding]:
    """Yield all that is found, of the servers and the tenant that are wanted. Changes nothing.

    What was proved on the way is counted in `installation.proved`.
    """
    installation.model = _read_model()
    for finding in _examine(installation):
        is_about_all = finding.name in (UNREACHABLE.name, NOT_EXAMINED.name)
        if is_about_all or installation.wants(finding.server, finding.tenant):
            yield finding


def _examine(installation: Installation) -> Iterator[Finding]:
    for examination in OF_INSTALLATION:
        yield from carefully(examination, installation, MAIN_SERVER, None)
    for name in installation.servers:
        try:
            with looking(server_settings(name)) as cursor:
                yield from _examine_server(installation, name, cursor)
        except psycopg2.Error as failure:
            yield _unreachable(name, failure)


def _examine_server(installation: Installation, name: str, cursor: Any) -> Iterator[Finding]:
    ((path,),) = rows(cursor, "SELECT current_setting('search_path')")
    _look_nowhere(cursor)
    server = Server(installation, name, cursor, path)
    version = cursor.connection.server_version // 10000
    kept = "a role for each" if server.uses_roles else "no roles: the path alone separates schemas"
    installation.proved[f"server was examined: {name}, PostgreSQL {version}, {kept}"] += 1
    for examination in OF_SERVER:
        yield from carefully(examination, server, name, cursor)
    yield from _examine_place(shared_place(server))
    for tenant in server.tenants(Isolation.DATABASE):
        if installation.wanted not in (None, tenant.subdomain):
            continue
        try:
            with looking(server.settings, NAME=tenant.database_name) as inside:
                _look_nowhere(inside)
                yield from _examine_place(own_place(server, tenant, inside))
        except psycopg2.Error as failure:
            if rows(cursor, "SELECT FROM pg_database WHERE datname = %(name)s", name=tenant.database_name):
                yield DATABASE_UNREACHABLE.found(
                    f"The database {tenant.database_name!r} keeps the platform's login out: {why(failure)}",
                    cure=f"GRANT CONNECT ON DATABASE {quote_identifier(tenant.database_name)} "
                    f"TO {quote_identifier(server.login)};",
                    server=name,
                    tenant=tenant.subdomain,
                    database=server.database,
                )


def _examine_place(place: Place) -> Iterator[Finding]:
    for examination in OF_PLACE:
        yield from carefully(examination, place, place.server.name, place.cursor)


def carefully(
    examination: Callable[[T], Iterator[Finding]], patient: T, server: str, cursor: Any
) -> list[Finding]:
    """Return what one examination finds; that it failed is a finding, unless its connection is gone."""
    try:
        if cursor is None:
            return list(examination(patient))
        with undone(cursor):
            return list(examination(patient))
    except (psycopg2.Error, DatabaseError, TenancyError) as failure:
        if cursor is not None and cursor.connection.closed:
            raise
        reason = " ".join(str(failure).split())
        what = f"{examination.__name__} failed: {type(failure).__name__}: {reason}"
        return [NOT_EXAMINED.found(what, cure="python manage.py doctor", server=server)]


def _read_model() -> Model | None:
    try:
        with looking(server_settings(MAIN_SERVER)) as cursor:
            _look_nowhere(cursor)
            return read_model(cursor, TEMPLATE_SCHEMA)
    except psycopg2.Error:
        return None  # found again, and said, where the server is examined


def _look_nowhere(cursor: Any) -> None:
    """Let PostgreSQL write every name with its schema, as all examinations expect."""
    cursor.execute("SET LOCAL search_path = ''")


def _unreachable(name: str, failure: Exception) -> Finding:
    settings = server_settings(name)
    return UNREACHABLE.found(
        f"{settings['HOST']}:{settings['PORT'] or 5432} lets nobody in: {why(failure)}",
        cure="Start the server, or mend its address in .env: DATABASE_URL for main, else TENANCY_SERVERS.",
        server=name,
    )
