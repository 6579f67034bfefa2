"""All that this package knows of tenants: whose a job is, where its row belongs, how to work for one."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.apps import apps

from lib.tenancy.administration import administer
from lib.tenancy.conf import MASTER_ALIAS, SHARED_CACHE_ALIAS, TENANT_ALIAS, tenant_model_label
from lib.tenancy.connections import close_idle
from lib.tenancy.context import current_tenant, find_current_tenant, no_tenant, tenant_context
from lib.tenancy.locale import LocaleOfRequest
from lib.tenancy.locks import hold_lock
from lib.tenancy.platform import platform_alias, platform_cursor
from lib.tenancy.servers import MAIN_SERVER
from lib.tenancy.states import State
from lib.tenancy.tenants import HasTenant, Tenant

__all__ = [
    "MASTER_ALIAS",
    "PLATFORM",
    "SHARED_CACHE_ALIAS",
    "TENANT_ALIAS",
    "Place",
    "active_tenants",
    "close_idle",
    "current_schema",
    "find_current_tenant",
    "find_place",
    "hold_lock",
    "listening_cursor",
    "no_tenant",
    "platform_alias",
    "platform_cursor",
    "schema_of",
    "witness_schema",
    "working_for",
]

# In place of a tenant's schema, for what works for none. No schema has this name.
PLATFORM = "-"


@dataclass(frozen=True)
class Place:
    """Where a job works: for a tenant, or for none; and whether it may at this moment."""

    tenant: Tenant | None = None
    is_open: bool = True


def current_schema() -> str:
    """Return the schema of the current tenant.

    Raises:
        NoTenantError: none is active.
    """
    return current_tenant().schema


def schema_of(tenant: HasTenant) -> str:
    """Return the schema of a tenant, or of a row of the tenant model."""
    return tenant.as_tenant().schema


def witness_schema() -> str:
    """Return the tenant whose database is to witness the sender's commit; empty if the master's does."""
    tenant = find_current_tenant()
    return tenant.schema if tenant and platform_alias() == MASTER_ALIAS else ""


def find_place(schema: str) -> Place | None:
    """Return where jobs of `schema` work, or None if there is no such tenant any more. One query."""
    if schema == PLATFORM:
        return Place()
    row = _rows().filter(schema_name=schema).first()
    if row is None or row.state == State.FAILED:
        return None
    return Place(row.as_tenant(), is_open=row.state == State.ACTIVE)


def active_tenants() -> dict[str, str]:
    """Return the schemas of the tenants that are open, with their subdomains."""
    return dict(_rows().filter(state=State.ACTIVE).values_list("schema_name", "subdomain"))


@contextmanager
def working_for(tenant: Tenant | None) -> Iterator[None]:
    """Make `tenant` current inside the block, or none, with the settings' language and time zone."""
    with LocaleOfRequest(), no_tenant() if tenant is None else tenant_context(tenant):
        yield


def listening_cursor() -> Any:
    """Return a context manager for a cursor, on a connection of its own past a pooler, to the master."""
    return administer(MAIN_SERVER)


def _rows() -> Any:
    return apps.get_model(tenant_model_label())._default_manager.using(MASTER_ALIAS)
