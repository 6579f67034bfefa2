"""`connections["default"]` is the connection to the database of the current tenant.

Tenants that are schemas of the main database share one, as `default` would be without any of this. For a
tenant in another database the connection is opened when its first statement comes, kept in this thread, and
given up when others are used more or nobody has used it for a while.
"""

import time
from collections import OrderedDict
from typing import Any

from django.db import connections
from django.db.utils import ConnectionHandler, load_backend

from lib.tenancy.conf import TENANT_ALIAS, idle_seconds, max_databases_per_thread
from lib.tenancy.context import current_tenant, find_current_tenant, is_owner
from lib.tenancy.servers import server_settings
from lib.tenancy.tenants import ConnectionKey, Tenant


class TenantConnections(ConnectionHandler):
    """Resolve the alias `default` each time it is asked for. Every other alias is Django's business."""

    _connections: Any  # of Django's base class: an asgiref Local

    def __getitem__(self, alias: str) -> Any:
        key = self._key_of(alias)
        return super().__getitem__(alias) if key is None else self._kept(key) or self._open(key)

    def __setitem__(self, alias: str, connection: Any) -> None:
        key = self._key_of(alias)
        if key is None:
            super().__setitem__(alias, connection)
        else:
            self._bag()[key] = connection

    def __delitem__(self, alias: str) -> None:
        key = self._key_of(alias)
        if key is None:
            super().__delitem__(alias)
        else:
            del self._bag()[key]

    def all(self, initialized_only: bool = False) -> list[Any]:
        """Return the connections of this thread, those to tenants' databases included."""
        shared = [
            super(TenantConnections, self).__getitem__(alias)
            for alias in self
            if not initialized_only or hasattr(self._connections, alias)
        ]
        return shared + list(self._bag().values())

    def close_idle(self) -> None:
        """Close what this thread has not used for TENANCY_IDLE_SECONDS."""
        oldest = time.monotonic() - idle_seconds()
        for key, connection in list(self._bag().items()):
            if connection.last_used_at < oldest and not connection.is_busy():
                connection.close()
                del self._bag()[key]

    def _kept(self, key: ConnectionKey) -> Any:
        connection = self._bag().get(key)
        if connection is not None:
            connection.last_used_at = time.monotonic()
            self._bag().move_to_end(key)
        return connection

    def _open(self, key: ConnectionKey) -> Any:
        settings = settings_of(current_tenant(), as_owner=is_owner())
        connection = load_backend(settings["ENGINE"]).DatabaseWrapper(settings, TENANT_ALIAS)
        connection.last_used_at = time.monotonic()
        self._bag()[key] = connection
        self._shrink(key)
        return connection

    def _shrink(self, newest: ConnectionKey) -> None:
        """Close the least recently used connections beyond the bound, but none that somebody is reading."""
        surplus = len(self._bag()) - max_databases_per_thread()
        for key, connection in list(self._bag().items()):
            if surplus <= 0:
                return
            if key != newest and not connection.is_busy():
                connection.close()
                del self._bag()[key]
                surplus -= 1

    def _bag(self) -> "OrderedDict[ConnectionKey, Any]":
        try:
            bag: OrderedDict[ConnectionKey, Any] = self._connections.databases_of_tenants
        except AttributeError:
            bag = self._connections.databases_of_tenants = OrderedDict()
        return bag

    def _key_of(self, alias: str) -> ConnectionKey:
        tenant = find_current_tenant() if alias == TENANT_ALIAS else None
        return tenant.connection_key(as_owner=is_owner()) if tenant else None


def settings_of(tenant: Tenant, *, as_owner: bool) -> dict[str, Any]:
    """Return the settings of a connection to the tenant's database: its own login's, or the platform's."""
    settings = {**server_settings(tenant.server)}
    settings["OPTIONS"] = {**settings["OPTIONS"]}
    settings["TENANT_DATABASE"] = True
    if tenant.database:
        settings["NAME"] = tenant.database.name
        if not as_owner:
            settings |= {"USER": tenant.database.user, "PASSWORD": tenant.database.password}
    return settings


def close_idle(**kwargs: Any) -> None:
    """Give up what the thread has not used for a while. A receiver of request_finished."""
    if isinstance(connections, TenantConnections):
        connections.close_idle()


def install() -> None:
    """Make Django's own instance, which every module already holds, one of ours."""
    connections.__class__ = TenantConnections
