"""Django's PostgreSQL backend over our connection."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db.backends.base.base import NO_DB_ALIAS
from django.db.backends.postgresql.psycopg_any import is_psycopg3
from django.utils.asyncio import async_unsafe
from psycopg2 import extensions

from lib.tenancy.conf import master_schema, max_tenants_per_connection
from lib.tenancy.context import current_prefixes, find_current_tenant, prefix_chooser, tenant_context
from lib.tenancy.postgresql.alone import run_alone
from lib.tenancy.postgresql.client import DatabaseClient
from lib.tenancy.postgresql.connection import PrefixedConnection
from lib.tenancy.postgresql.creation import DatabaseCreation
from lib.tenancy.postgresql.cursor import PrefixedCursor
from lib.tenancy.postgresql.introspection import DatabaseIntrospection
from lib.tenancy.postgresql.schema import DatabaseSchemaEditor
from lib.tenancy.postgresql.transactions import OwnedTransactions
from lib.tenancy.prefixes import make_prefixes
from lib.tenancy.roles import master_role, server_uses_roles
from lib.tenancy.servers import direct_settings
from lib.tenancy.tenants import Tenant

if is_psycopg3:
    raise ImproperlyConfigured(
        "psycopg 3 is installed, and Django prefers it to psycopg2 as soon as it can be imported. Its "
        "protocol sends one statement a message, which then cannot carry its tenant. "
        "Run: pip uninstall psycopg"
    )

_BEGIN = {
    extensions.ISOLATION_LEVEL_READ_UNCOMMITTED: b"BEGIN ISOLATION LEVEL READ UNCOMMITTED; ",
    extensions.ISOLATION_LEVEL_READ_COMMITTED: b"BEGIN; ",
    extensions.ISOLATION_LEVEL_REPEATABLE_READ: b"BEGIN ISOLATION LEVEL REPEATABLE READ; ",
    extensions.ISOLATION_LEVEL_SERIALIZABLE: b"BEGIN ISOLATION LEVEL SERIALIZABLE; ",
}


class DatabaseWrapper(OwnedTransactions):
    """Send the statements of an alias to the current tenant, or to its `SCHEMA` if settings pin one."""

    client_class = DatabaseClient
    creation_class = DatabaseCreation
    introspection_class = DatabaseIntrospection
    SchemaEditorClass = DatabaseSchemaEditor

    # When this connection to a tenant's database was last asked for, in seconds of time.monotonic().
    last_used_at = 0.0

    def is_busy(self) -> bool:
        """Return whether closing this connection would interrupt a transaction, or somebody reading rows."""
        if self.connection is None:
            return False
        return self.in_atomic_block or not self.autocommit or self.connection.is_busy()

    @property
    def pinned_schema(self) -> str | None:
        """The schema this alias always uses, as `master` does; None where the current tenant decides."""
        return self.settings_dict.get("SCHEMA")

    @property
    def uses_roles(self) -> bool:
        """Whether statements of this alias take on a role. Connects, to learn the server's version."""
        self.ensure_connection()
        return server_uses_roles(self.connection.server_version)

    def prefix_source(self, *, with_roles: bool) -> Callable[[], bytes]:
        """Return the function that a connection asks for its prefix; it keeps no reference to self."""
        if self.alias == NO_DB_ALIAS:
            return lambda: b""
        if self.pinned_schema:
            pinned = make_prefixes([self.pinned_schema], master_role())
            return prefix_chooser(lambda: pinned, with_roles)
        return prefix_chooser(current_prefixes, with_roles)

    @contextmanager
    def pointed_at_master(self) -> Iterator[None]:
        """Send the statements of the block to the master's tables, in whatever transaction is open here.

        For connections to the main database. The tenant's role gets no right by it: for the block each
        message takes on the master's, and the next one after it the tenant's again.
        """
        self.ensure_connection()
        prefixes = make_prefixes([master_schema()], master_role())
        with self.connection.sending_behind(prefix_chooser(lambda: prefixes, self.uses_roles)):
            yield

    def get_connection_params(self) -> dict[str, Any]:
        params: dict[str, Any] = super().get_connection_params()
        if "cursor_factory" not in self.settings_dict["OPTIONS"]:
            params["cursor_factory"] = PrefixedCursor
        return {**params, "connection_factory": PrefixedConnection}

    def get_new_connection(self, conn_params: dict[str, Any]) -> PrefixedConnection:
        connection: PrefixedConnection = super().get_new_connection(conn_params)
        # For ever: Django's own idea of autocommit is kept by _set_autocommit below.
        connection.autocommit = True
        connection.prefixes_sent, connection.max_prefixes = set(), max_tenants_per_connection()
        connection.watches_cursors = bool(self.settings_dict.get("TENANT_DATABASE"))
        connection.prefix = self.prefix_source(with_roles=server_uses_roles(connection.server_version))
        connection.run_alone = partial(run_alone, parameters=self._direct(conn_params))
        return connection

    def _direct(self, conn_params: dict[str, Any]) -> dict[str, Any]:
        """Return the parameters of a connection past the pooler, if there is one."""
        direct = direct_settings(self.settings_dict)
        if direct is self.settings_dict:
            return conn_params
        return {**conn_params, "host": direct["HOST"], "port": direct["PORT"]}

    def init_connection_state(self) -> None:
        with self.connection.bare():
            super().init_connection_state()

    def is_usable(self) -> bool:
        if self.connection is None:
            return False
        with self.connection.bare():
            return bool(super().is_usable())

    def close_if_unusable_or_obsolete(self) -> None:
        if self.connection and not self.in_atomic_block and self.connection.is_worn():
            self.close()
        super().close_if_unusable_or_obsolete()

    def close_if_worn(self) -> None:
        """Close the connection if it has served as many tenants as one may and nobody is at work on it."""
        if self.connection and self.connection.is_worn() and not self.is_busy():
            self.close()

    # The next four name no table: they concern the transaction, whoever's rows are in it.
    def check_constraints(self, table_names: Any = None) -> None:
        with self._bare():
            super().check_constraints(table_names)

    def _savepoint(self, sid: str) -> None:
        with self._bare():
            super()._savepoint(sid)  # type: ignore[misc]

    def _savepoint_rollback(self, sid: str) -> None:
        with self._bare():
            super()._savepoint_rollback(sid)  # type: ignore[misc]

    def _savepoint_commit(self, sid: str) -> None:
        with self._bare():
            super()._savepoint_commit(sid)  # type: ignore[misc]

    @contextmanager
    def _bare(self) -> Iterator[None]:
        self.ensure_connection()
        with self.connection.bare():
            yield

    @async_unsafe
    def create_cursor(self, name: str | None = None) -> Any:
        if not name:
            cursor = self.connection.cursor()
            cursor.tzinfo_factory = self.tzinfo_factory if settings.USE_TZ else None
            return cursor
        # Django's autocommit decides, not that of the connection, which is always on.
        cursor = self.connection.cursor(name, scrollable=False, withhold=self.autocommit)
        cursor.tzinfo_factory = self.tzinfo_factory
        return cursor

    def _set_autocommit(self, autocommit: bool) -> None:
        with self.wrap_database_errors:
            if self.connection.closed:
                raise self.Database.InterfaceError("connection already closed")
            if self.connection.in_transaction():
                raise self.Database.ProgrammingError("autocommit cannot be set inside a transaction")
            self.connection.owed_begin = b"" if autocommit else _BEGIN[self._isolation_level()]

    def _isolation_level(self) -> int:
        level = self.settings_dict["OPTIONS"].get("isolation_level")
        return int(level or extensions.ISOLATION_LEVEL_READ_COMMITTED)

    def on_commit(self, func: Callable[[], Any], robust: bool = False) -> None:
        """Register `func` to run after the commit, under the tenant that is active now."""
        tenant = None if self.pinned_schema else find_current_tenant()
        super().on_commit(partial(_run_under, tenant, func) if tenant else func, robust)


def _run_under(tenant: Tenant, func: Callable[[], Any]) -> None:
    with tenant_context(tenant):
        func()
