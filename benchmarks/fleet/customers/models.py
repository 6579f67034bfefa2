from lib.tenancy.models import TenantModel


class Customer(TenantModel):
    """A tenant, as this project has them."""
