"""Take a tenant away: its place, its files, its rows in the master, everything."""

from lib.tenancy.conf import MASTER_ALIAS
from lib.tenancy.files import remove_files_of
from lib.tenancy.models import TenantModel
from lib.tenancy.stores import drop_store


def remove_tenant(tenant: TenantModel) -> None:
    """Drop the tenant's schema or database, then its files, then its row. There is no way back but a backup.

    A crash in between leaves a row whose place is gone; repeating removes the rest.

    Raises:
        SuspiciousFileOperation: a symbolic link stands where its files should be; the row is kept.
    """
    drop_store(tenant)
    # After the rows: a file without a row is found by the next try, a row without its file by people.
    remove_files_of(tenant.schema_name)
    tenant.delete(using=MASTER_ALIAS)
