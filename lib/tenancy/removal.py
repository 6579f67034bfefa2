"""Take a tenant away: its place, its rows in the master, everything."""

from lib.tenancy.conf import MASTER_ALIAS
from lib.tenancy.models import TenantModel
from lib.tenancy.stores import drop_store


def remove_tenant(tenant: TenantModel) -> None:
    """Drop the tenant's schema or database, then delete its row. There is no way back but a backup.

    A crash in between leaves a row whose place is gone; repeating removes it.
    """
    drop_store(tenant)
    tenant.delete(using=MASTER_ALIAS)
