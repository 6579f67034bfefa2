"""All tenants at once: who there is. Bringing them to the current version: migrating/."""

from django.db.models import QuerySet

from lib.tenancy.conf import MASTER_ALIAS
from lib.tenancy.exceptions import TenantDoesNotExistError
from lib.tenancy.models import TenantModel, get_tenant_model
from lib.tenancy.states import State


def get_tenant(subdomain: str) -> TenantModel:
    """Return the tenant with this subdomain, if it has a schema.

    Raises:
        TenantDoesNotExistError: there is none, or it was never provisioned.
    """
    tenant = provisioned_tenants().filter(subdomain=subdomain.lower()).first()
    if tenant is None:
        raise TenantDoesNotExistError(subdomain)
    return tenant


def provisioned_tenants() -> QuerySet[TenantModel]:
    """Return the tenants that have a schema, open or suspended, by subdomain."""
    states = [State.ACTIVE, State.SUSPENDED]
    return (
        get_tenant_model()._default_manager.using(MASTER_ALIAS).filter(state__in=states).order_by("subdomain")
    )
