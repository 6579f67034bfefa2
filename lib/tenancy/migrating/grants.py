"""What the tenant's role may do with tables that a migration made."""

from lib.tenancy.conf import TENANT_ALIAS
from lib.tenancy.roles import grant_rows, tenant_role, uses_roles
from lib.tenancy.tenants import Tenant


def grants_sql(tenant: Tenant) -> str:
    """Return the SQL, for the owner, that grants the rights on the tenant's tables as on the day it was made.

    New tables get theirs by default privileges; what is withheld from some tables is said here anew.
    """
    if tenant.database is not None:
        return grant_rows(tenant.schema, tenant.database.user)
    return grant_rows(tenant.schema, tenant_role(tenant.schema)) if uses_roles(TENANT_ALIAS) else ""
