from lib.tenancy.models import TenantModel


class Company(TenantModel):
    """No more than a tenant must have."""
