"""A client at a tenant's host."""

from typing import Any

from django.dispatch import Signal
from django.http import HttpResponse
from django.test import Client

from lib.tenancy.conf import base_domain
from lib.tenancy.context import no_tenant, tenant_context
from lib.tenancy.hosts import PUBLIC_LABEL
from lib.tenancy.tenants import HasTenant

# Sent with each `response` that a client got.
answered = Signal()


class HostClient(Client):
    """A test client at one host. The test's own tenant is taken away for each request, as on a server."""

    def __init__(self, subdomain: str = PUBLIC_LABEL, **defaults: Any) -> None:
        host = f"{subdomain}.{base_domain()}"
        # Both, as a server passes them on: the tenant is found by HTTP_HOST alone.
        super().__init__(**{"SERVER_NAME": host, "HTTP_HOST": host, **defaults})

    def request(self, **request: Any) -> HttpResponse:  # type: ignore[override]
        with no_tenant():
            response = super().request(**request)
        answered.send(type(self), response=response)
        return response  # type: ignore[return-value]


def client_of(tenant: HasTenant, user: Any = None, **defaults: Any) -> HostClient:
    """Return a client at the tenant's host, signed in as `user` if one is given."""
    client = HostClient(tenant.as_tenant().subdomain, **defaults)
    if user is not None:
        with tenant_context(tenant):
            client.force_login(user)
    return client
