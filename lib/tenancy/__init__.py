"""Many tenants in one PostgreSQL, each behind its own wall.

The whole of it is one idea: the statement carries its tenant. See `postgresql/` for how,
`context.py` for who is current, `middleware.py` for how a request finds its tenant.
"""

from lib.tenancy.context import current_tenant, find_current_tenant, no_tenant, tenant_context
from lib.tenancy.urls import tenant_url, www_url

__all__ = ["current_tenant", "find_current_tenant", "no_tenant", "tenant_context", "tenant_url", "www_url"]
