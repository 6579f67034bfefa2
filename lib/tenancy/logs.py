"""Log records that name their tenant."""

import logging

from lib.tenancy.context import find_current_tenant


class TenantFilter(logging.Filter):
    """Set `record.tenant` to the current tenant's subdomain, or to `-`. Never fails, never drops a record."""

    def filter(self, record: logging.LogRecord) -> bool:
        tenant = find_current_tenant()
        record.tenant = tenant.subdomain if tenant else "-"
        return True
