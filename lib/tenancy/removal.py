"""Take a tenant away: its schema, its rows in the master, everything."""

from django.db import connections, transaction

from lib.tenancy.conf import TENANT_ALIAS
from lib.tenancy.context import tenant_context
from lib.tenancy.identifiers import quote_identifier
from lib.tenancy.models import TenantModel
from lib.tenancy.tenants import UnderConstruction


def remove_tenant(tenant: TenantModel) -> None:
    """Drop the tenant's schema and delete its row, in one transaction. There is no way back but a backup."""
    place = UnderConstruction(subdomain=tenant.subdomain, schema=tenant.schema_name)
    with tenant_context(place), transaction.atomic(using=TENANT_ALIAS):
        with connections[TENANT_ALIAS].cursor() as cursor:
            cursor.execute(f"DROP SCHEMA IF EXISTS {quote_identifier(tenant.schema_name)} CASCADE")
        tenant.delete(using=TENANT_ALIAS)
