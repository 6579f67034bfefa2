"""For tests: a client at a tenant's host, and tenants that go away again."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.http import HttpResponse
from django.test import Client

from lib.tenancy.conf import MASTER_ALIAS, base_domain
from lib.tenancy.context import no_tenant, tenant_context
from lib.tenancy.hosts import PUBLIC_LABEL
from lib.tenancy.models import get_tenant_model
from lib.tenancy.removal import remove_tenant
from lib.tenancy.tenants import HasTenant


class HostClient(Client):
    """A test client at one host. The test's own tenant is taken away for each request, as on a server."""

    def __init__(self, subdomain: str = PUBLIC_LABEL, **defaults: Any) -> None:
        super().__init__(SERVER_NAME=f"{subdomain}.{base_domain()}", **defaults)

    def request(self, **request: Any) -> HttpResponse:  # type: ignore[override]
        with no_tenant():
            return super().request(**request)  # type: ignore[return-value]


def client_of(tenant: HasTenant, user: Any = None, **defaults: Any) -> HostClient:
    """Return a client at the tenant's host, signed in as `user` if one is given."""
    client = HostClient(tenant.as_tenant().subdomain, **defaults)
    if user is not None:
        with tenant_context(tenant):
            client.force_login(user)
    return client


@contextmanager
def removing_new_tenants() -> Iterator[None]:
    """Remove, after the block, every tenant that was made inside it."""
    rows = get_tenant_model()._default_manager.using(MASTER_ALIAS)
    before = set(rows.values_list("pk", flat=True))
    try:
        yield
    finally:
        for tenant in rows.exclude(pk__in=before):
            remove_tenant(tenant)
