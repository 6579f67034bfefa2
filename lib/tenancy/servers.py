"""The PostgreSQL servers that tenants are placed on."""

from typing import Any

from django.conf import settings
from django.db import connections
from django.db.models import Count

from lib.tenancy.conf import MASTER_ALIAS, TENANT_ALIAS, default_server
from lib.tenancy.exceptions import UnknownServerError

# The one the settings name by DATABASE_URL: it holds the master, and tenants unless told otherwise.
MAIN_SERVER = "main"
_ADDRESS = ("HOST", "PORT", "NAME", "USER", "PASSWORD", "DIRECT")


def server_names() -> list[str]:
    """Return the names of all servers, the main one first."""
    return [MAIN_SERVER, *_others()]


def server_settings(name: str) -> dict[str, Any]:
    """Return the database settings, as Django has them, of the platform's login on a server.

    Raises:
        UnknownServerError: no server has this name.
    """
    main: dict[str, Any] = connections.settings[TENANT_ALIAS]
    if name == MAIN_SERVER:
        return main
    if name not in _others():
        raise UnknownServerError(name, server_names())
    # Where it is and who we are there; all else is as on the main server.
    return {**main, **{key: _others()[name].get(key, "") for key in _ADDRESS}}


def direct_settings(settings: dict[str, Any]) -> dict[str, Any]:
    """Return database settings that lead past a pooler: to the address, host:port, that DIRECT names, if any.

    For what needs one server connection for itself: statements that refuse a transaction, pg_dump, psql.
    """
    host, _, port = str(settings.get("DIRECT") or "").partition(":")
    return {**settings, "HOST": host, "PORT": port} if host else settings


def server_for_new_tenant(model: Any) -> str:
    """Return the server that the settings choose for a new tenant."""
    return least_loaded_server(model) if default_server() == "auto" else default_server()


def least_loaded_server(model: Any) -> str:
    """Return the server with the fewest tenants; of equals, the one named first."""
    rows = model._default_manager.using(MASTER_ALIAS).values_list("server").annotate(Count("pk"))
    tenants = dict(rows.order_by())
    return min(server_names(), key=lambda name: tenants.get(name, 0))


def _others() -> dict[str, dict[str, Any]]:
    servers: dict[str, dict[str, Any]] = getattr(settings, "TENANCY_SERVERS", {})
    return servers
