"""Not read but tried: the login of a tenant's database gets in there, and nowhere else."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Any

import psycopg2
from psycopg2 import errors

from lib.tenancy.doctor.findings import NOT_EXAMINED, Finding, error
from lib.tenancy.doctor.looking import looking, rows, why
from lib.tenancy.doctor.scope import Server
from lib.tenancy.doctor.walls import FOUND, REFUSED, attempt
from lib.tenancy.encryption import decrypt
from lib.tenancy.exceptions import EncryptionKeyError
from lib.tenancy.identifiers import quote_identifier
from lib.tenancy.models import TenantModel
from lib.tenancy.states import Isolation

REFUSED_AT_HOME = error("tenant-login-is-refused")
OPEN = error("tenant-login-gets-in-elsewhere")
FINDS_WITHOUT_PATH = error("tenant-login-has-a-path")

_A_TABLE = """
    SELECT min(relname::text) FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace
    WHERE nspname = %(schema)s AND relkind = 'r' AND relname <> 'django_migrations'
"""
_MAY_CONNECT = "SELECT has_database_privilege(%(user)s, %(database)s, 'CONNECT')"
_EXISTING = "SELECT datname FROM pg_database WHERE datname = ANY(%(names)s)"


def examine_doors(server: Server) -> Iterator[Finding]:
    """Try, as the login of each tenant with a database of its own, its door and those of others."""
    own = server.tenants(Isolation.DATABASE)
    names = [tenant.database_name for tenant in own]
    existing = {name for (name,) in rows(server.cursor, _EXISTING, names=names)}
    at_home = [tenant for tenant in own if tenant.database_name in existing]
    for position, tenant in enumerate(at_home):
        if not server.installation.is_tried(tenant):
            continue
        try:
            password = decrypt(tenant.database_pwd)
        except EncryptionKeyError:
            continue  # a finding of its own
        neighbour = at_home[(position + 1) % len(at_home)]
        others = {server.database, neighbour.database_name} - {tenant.database_name}
        yield from _at_home(server, tenant, password)
        for database in sorted(others):
            yield from _elsewhere(server, tenant, password, database)


def _at_home(server: Server, tenant: TenantModel, password: str) -> Iterator[Finding]:
    where = {"server": server.name, "tenant": tenant.subdomain}
    try:
        with _as(server, tenant, password, tenant.database_name) as cursor:
            ((table,),) = rows(cursor, _A_TABLE, schema=tenant.schema_name)
            select = f"SELECT FROM {quote_identifier(table or 'a table')} LIMIT 1"
            if attempt(cursor, select) is None:
                what = f"The login {tenant.database_user!r} finds the table {table!r} without its prefix."
                who, place = quote_identifier(tenant.database_user), quote_identifier(tenant.database_name)
                cure = f"ALTER ROLE {who} IN DATABASE {place} SET search_path = '';"
                yield FINDS_WITHOUT_PATH.found(what, cure=cure, database=tenant.database_name, **where)
            if problem := attempt(cursor, tenant.as_tenant().prefixes.user.decode() + select):
                raise problem
            server.installation.proved[FOUND] += 1
    except errors.LockNotAvailable as held:
        what = f"Whether its login gets to its rows is not known: {why(held)}"
        yield NOT_EXAMINED.found(what, cure="python manage.py doctor", **where)
    except psycopg2.Error as problem:
        yield REFUSED_AT_HOME.found(
            f"Its own login {tenant.database_user!r} does not get to its rows: {why(problem)}",
            cure=f"python manage.py restore_login {tenant.subdomain}",
            **where,
        )


def _elsewhere(server: Server, tenant: TenantModel, password: str, database: str) -> Iterator[Finding]:
    try:
        with _as(server, tenant, password, database):
            pass
    except psycopg2.OperationalError as refusal:
        # libpq tells no SQLSTATE of a connection that was not made, and the reason may be in any language.
        if _is_barred(server, tenant, database) or "pg_hba.conf" in str(refusal):
            server.installation.proved[REFUSED] += 1
        else:
            what = f"Whether its login gets into the database {database!r} is not known: {why(refusal)}"
            cure = "python manage.py doctor"
            yield NOT_EXAMINED.found(what, cure=cure, server=server.name, tenant=tenant.subdomain)
        return
    where, who = quote_identifier(database), quote_identifier(tenant.database_user)
    yield OPEN.found(
        f"Its login {tenant.database_user!r} gets into the database {database!r} as well.",
        cure=f"REVOKE ALL ON DATABASE {where} FROM {who}, PUBLIC;",
        server=server.name,
        tenant=tenant.subdomain,
        database=server.database,
    )


def _is_barred(server: Server, tenant: TenantModel, database: str) -> bool:
    found = rows(server.cursor, _MAY_CONNECT, user=tenant.database_user, database=database)
    return found == [(False,)]


def _as(server: Server, tenant: TenantModel, password: str, database: str) -> AbstractContextManager[Any]:
    return looking(server.settings, NAME=database, USER=tenant.database_user, PASSWORD=password)
