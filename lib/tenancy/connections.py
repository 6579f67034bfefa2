"""`connections["default"]` is the connection to the database of the current tenant.

Tenants that are schemas of the main database share one, as `default` would be without any of this. For a
tenant in another database the connection is opened when its first statement comes, kept in this thread, and
given up when others are used more or nobody has used it for a while.
"""

import time
from typing import Any

from django.db import connections
from django.db.utils import ConnectionHandler, load_backend

from lib.tenancy.conf import TENANT_ALIAS, idle_seconds, max_databases_per_thread
from lib.tenancy.context import current_tenant, find_current_tenant, is_owner
from lib.tenancy.encryption import decrypt
from lib.tenancy.servers import server_settings
from lib.tenancy.tenants import Tenant

# An alias of the settings, or the key of a connection to a tenant's database.
Key = str | tuple[str, ...]

_NOTHING: dict[Key, Any] = {}


class TenantConnections(ConnectionHandler):
    """Resolve the alias `default` each time it is asked for. Every other alias is Django's business."""

    _connections: Any  # of Django's base class: an asgiref Local

    def __getitem__(self, alias: str) -> Any:
        key = self._key_of(alias)
        connection = self._kept().get(key)
        if connection is None:
            return self._open_shared(alias) if isinstance(key, str) else self._open(key)
        connection.last_used_at = time.monotonic()
        return connection

    def __setitem__(self, alias: str, connection: Any) -> None:
        self._keep(self._key_of(alias), connection)

    def __delitem__(self, alias: str) -> None:
        self._drop(self._key_of(alias))

    def all(self, initialized_only: bool = False) -> list[Any]:
        """Return the connections of this thread, those to tenants' databases included."""
        if not initialized_only:
            for alias in self:
                if alias not in self._kept():
                    self._open_shared(alias)
        return list(self._kept().values())

    def close_idle(self) -> None:
        """Close what this thread has not used for TENANCY_IDLE_SECONDS."""
        databases = self._databases()
        if not databases:
            return
        oldest = time.monotonic() - idle_seconds()
        for key, connection in databases.items():
            if connection.last_used_at < oldest and not connection.is_busy():
                connection.close()
                self._drop(key)

    def _open_shared(self, alias: str) -> Any:
        if alias not in self.settings:
            raise self.exception_class(f"The connection {alias!r} doesn't exist.")
        connection = self.create_connection(alias)
        self._keep(alias, connection)
        return connection

    def _open(self, key: Key) -> Any:
        settings = settings_of(current_tenant(), as_owner=is_owner())
        connection = load_backend(settings["ENGINE"]).DatabaseWrapper(settings, TENANT_ALIAS)
        connection.last_used_at = time.monotonic()
        self._keep(key, connection)
        self._shrink(key)
        return connection

    def _shrink(self, newest: Key) -> None:
        """Close the least recently used connections beyond the bound, but none that somebody is reading."""
        databases = self._databases()
        surplus = len(databases) - max_databases_per_thread()
        for key, connection in sorted(databases.items(), key=lambda each: each[1].last_used_at):
            if surplus <= 0:
                return
            if key != newest and not connection.is_busy():
                connection.close()
                self._drop(key)
                surplus -= 1

    def _databases(self) -> dict[Key, Any]:
        return {key: kept for key, kept in self._kept().items() if not isinstance(key, str)}

    def _kept(self) -> dict[Key, Any]:
        # One attribute for all of them: each look into a Local costs as much as ten into a dict.
        kept: dict[Key, Any] = getattr(self._connections, "kept", _NOTHING)
        return kept

    def _keep(self, key: Key, connection: Any) -> None:
        # Replaced, never changed: the tasks of a loop share what was there when they were made, and no more.
        self._connections.kept = {**self._kept(), key: connection}

    def _drop(self, key: Key) -> None:
        self._connections.kept = {each: kept for each, kept in self._kept().items() if each != key}

    def _key_of(self, alias: str) -> Key:
        tenant = find_current_tenant() if alias == TENANT_ALIAS else None
        if tenant is None or tenant.is_in_main_database:
            return alias
        return tenant.connection_key(as_owner=is_owner())


def settings_of(tenant: Tenant, *, as_owner: bool) -> dict[str, Any]:
    """Return the settings of a connection to the tenant's database: its own login's, or the platform's."""
    settings = {**server_settings(tenant.server)}
    settings["OPTIONS"] = {**settings["OPTIONS"]}
    settings["TENANT_DATABASE"] = True
    if tenant.database:
        settings["NAME"] = tenant.database.name
        if not as_owner:
            settings |= {
                "USER": tenant.database.user,
                "PASSWORD": decrypt(tenant.database.encrypted_password),
            }
    return settings


def close_idle(**kwargs: Any) -> None:
    """Give up what the thread has not used for a while. A receiver of request_finished."""
    if isinstance(connections, TenantConnections):
        connections.close_idle()


def close_worn() -> None:
    """Replace connections that have served as many tenants as one may: between two steps of a loop.

    Between two requests Django does it. PostgreSQL keeps what a session has learnt of each tenant's tables.
    """
    for connection in connections.all(initialized_only=True):
        connection.close_if_worn()  # type: ignore[attr-defined]


def install() -> None:
    """Make Django's own instance, which every module already holds, one of ours."""
    connections.__class__ = TenantConnections
