"""Not read but tried: PostgreSQL refuses a tenant the rows of others, and the login the rows of all."""

from collections.abc import Iterator
from typing import Any

import psycopg2
from django.db import connections
from psycopg2 import errors

from lib.tenancy.conf import TENANT_ALIAS, master_schema
from lib.tenancy.context import no_tenant
from lib.tenancy.doctor.findings import NOT_EXAMINED, Finding, error
from lib.tenancy.doctor.looking import rows, undone, why
from lib.tenancy.doctor.scope import Installation, Place, Schema, Server
from lib.tenancy.exceptions import NoTenantError
from lib.tenancy.identifiers import quote_identifier
from lib.tenancy.models import TenantModel, get_tenant_model
from lib.tenancy.roles import master_role, set_role
from lib.tenancy.servers import MAIN_SERVER

HOLE = error("wall-has-a-hole")
LOGIN_READS = error("login-reads-rows")
FINDS_NOTHING = error("tenant-finds-nothing")
WITHOUT_TENANT = error("statement-without-a-tenant-is-sent")

REFUSED = "attempts to read what is another's were refused"
FOUND = "tenants find their own rows"

_A_TABLE_OF_EACH = """
    SELECT nspname, min(relname::text) FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
    WHERE nspname = ANY(%(schemas)s) AND relkind = 'r' AND relname <> 'django_migrations' GROUP BY 1
"""
_REFUSALS = (errors.InsufficientPrivilege, errors.UndefinedTable)
# A role that is not there is an invalid value of the setting `role`.
_UNABLE = (*_REFUSALS, errors.InvalidParameterValue)


def examine_statement_without_tenant(installation: Installation) -> Iterator[Finding]:
    """Try a statement for a tenant while there is none."""
    try:
        with no_tenant(), connections[TENANT_ALIAS].cursor() as cursor:
            cursor.execute("SELECT 1")
    except NoTenantError:
        installation.proved["statement without a tenant was not sent"] += 1
    else:
        yield WITHOUT_TENANT.found(
            "A statement on the alias 'default' was sent while no tenant was active.",
            cure="Set ENGINE of DATABASES['default'] to 'lib.tenancy.postgresql', without SCHEMA.",
            server=MAIN_SERVER,
        )


def examine_walls(place: Place) -> Iterator[Finding]:
    """Try, as each tenant that shares a database, its own rows, those of the next tenant and the master's."""
    if place.database != place.server.database:
        return
    schemas = [schema.name for schema in place.schemas]
    tables = dict(rows(place.cursor, _A_TABLE_OF_EACH, schemas=schemas))
    having_tables = [(schema, tenant) for schema, tenant in place.of_tenants() if schema.name in tables]
    for position, (schema, tenant) in enumerate(having_tables):
        if place.installation.is_tried(tenant):
            neighbour = having_tables[(position + 1) % len(having_tables)][0]
            yield from _tried(_Attempts(place, schema, tenant, tables), neighbour)


def _tried(attempts: "_Attempts", neighbour: Schema) -> list[Finding]:
    """Return what the attempts as one tenant find. A failure, such as at a lock, stops no other tenant."""
    try:
        return list(attempts.all(neighbour))
    except psycopg2.Error as failure:
        if attempts.place.cursor.connection.closed:
            raise
        what = f"The attempts as this tenant failed otherwise than by a refusal: {why(failure)}"
        server, subdomain = attempts.place.server.name, attempts.tenant.subdomain
        return [NOT_EXAMINED.found(what, cure="python manage.py doctor", server=server, tenant=subdomain)]


class _Attempts:
    """What is tried as one tenant, with the very prefix that its statements have."""

    def __init__(self, place: Place, schema: Schema, tenant: TenantModel, tables: dict[str, str]) -> None:
        prefixes = tenant.as_tenant().prefixes
        self.place, self.schema, self.tenant, self.tables = place, schema, tenant, tables
        self.prefix = (prefixes.user if place.server.uses_roles else prefixes.plain).decode()

    def all(self, neighbour: Schema) -> Iterator[Finding]:
        unable = list(self._own_rows())
        yield from unable
        yield from self._login_alone()
        # Who cannot read its own rows is refused those of others for the wrong reason.
        if unable or not self.place.server.uses_roles:
            return
        if neighbour != self.schema:
            yield from self._refused(self.prefix, neighbour, f"reads {neighbour.name!r} by its name")
            path = f"SET LOCAL search_path TO {quote_identifier(neighbour.name)};\n"
            table = quote_identifier(self.tables[neighbour.name])
            yield from self._hole(
                self.prefix + path, table, f"reads {neighbour.name!r} by a wrong path", neighbour
            )
        if self.place.server.name == MAIN_SERVER:
            master = Schema(master_schema())
            table = f"{quote_identifier(master.name)}.{get_tenant_model()._meta.db_table}"
            yield from self._hole(self.prefix, table, "reads the platform's table of tenants", master)
            platform = set_role(master_role())
            yield from self._refused(platform, self.schema, "is read by the role of the platform")

    def _own_rows(self) -> Iterator[Finding]:
        table = quote_identifier(self.tables[self.schema.name])
        problem = self._try(f"{self.prefix}SELECT FROM {table} LIMIT 1")
        if isinstance(problem, _UNABLE):
            yield FINDS_NOTHING.found(
                f"It cannot read its own table {table}: {why(problem)}",
                cure="Mend the other findings of this tenant; none of its pages works.",
                server=self.place.server.name,
                tenant=self.tenant.subdomain,
            )
        elif problem:
            raise problem
        else:
            self.place.installation.proved[FOUND] += 1

    def _login_alone(self) -> Iterator[Finding]:
        server = self.place.server
        table = quote_identifier(self.tables[self.schema.name])
        path = server.path if server.has_path else "''"
        attempts = {f"SET LOCAL search_path TO {path};\nSELECT FROM {table} LIMIT 1"}
        if server.uses_roles:
            attempts.add(f"SELECT FROM {quote_identifier(self.schema.name)}.{table} LIMIT 1")
        for sql in sorted(attempts):
            if self._is_open(sql):
                yield LOGIN_READS.found(
                    f"The login {server.login!r} by itself reads the table {table} of {self.schema.name!r}.",
                    cure=_take_all_from_login(server, self.schema),
                    server=server.name,
                    tenant=self.tenant.subdomain,
                    database=server.database,
                )

    def _refused(self, prefix: str, schema: Schema, what: str) -> Iterator[Finding]:
        table = f"{quote_identifier(schema.name)}.{quote_identifier(self.tables[schema.name])}"
        yield from self._hole(prefix, table, what, schema)

    def _hole(self, prefix: str, table: str, what: str, schema: Schema) -> Iterator[Finding]:
        if self._is_open(f"{prefix}SELECT FROM {table} LIMIT 1"):
            role = master_role() if schema == self.schema else str(self.schema.role)
            where, who = quote_identifier(schema.name), quote_identifier(role)
            yield HOLE.found(
                f"{self.tenant.subdomain!r} {what}.",
                cure=f"REVOKE ALL ON SCHEMA {where} FROM {who}, PUBLIC;",
                server=self.place.server.name,
                tenant=self.tenant.subdomain,
                database=self.place.database,
            )

    def _is_open(self, sql: str) -> bool:
        problem = self._try(sql)
        if problem is None:
            return True
        if not isinstance(problem, _REFUSALS):
            raise problem
        self.place.installation.proved[REFUSED] += 1
        return False

    def _try(self, sql: str) -> psycopg2.Error | None:
        return attempt(self.place.cursor, sql)


def _take_all_from_login(server: Server, schema: Schema) -> str:
    who, where = quote_identifier(server.login), quote_identifier(server.database)
    return (
        f"ALTER ROLE {who} NOSUPERUSER NOINHERIT;\n"
        f"ALTER ROLE {who} IN DATABASE {where} SET search_path = '';\n"
        f"REVOKE ALL ON SCHEMA {quote_identifier(schema.name)} FROM {who}, PUBLIC;"
    )


def attempt(cursor: Any, sql: str) -> psycopg2.Error | None:
    """Send `sql` and take it back; return the error with which it was refused, or None."""
    try:
        with undone(cursor):
            cursor.execute(sql)
    except psycopg2.Error as error_of_server:
        return error_of_server
    return None
