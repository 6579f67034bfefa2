"""All tenants at once: who there is, and bringing each to the current version."""

from collections.abc import Iterator

from django.core.management import call_command
from django.db.models import QuerySet

from lib.tenancy.conf import MASTER_ALIAS, TENANT_ALIAS
from lib.tenancy.context import as_owner, tenant_context
from lib.tenancy.exceptions import TenantDoesNotExistError
from lib.tenancy.models import TenantModel, get_tenant_model
from lib.tenancy.states import State
from lib.tenancy.versions import current_version, is_ahead


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


def migrate_behind() -> Iterator[tuple[TenantModel, Exception | None]]:
    """Bring every tenant that is behind to the current version, yielding each with its error or None.

    A tenant whose migration fails keeps what it had before that migration; the others go on.
    """
    for tenant in provisioned_tenants().exclude(version=current_version()):
        if is_ahead(tenant.version):
            continue  # a newer release is at work on it; this code has nothing to add
        try:
            migrate_tenant(tenant)
        except Exception as error:
            yield tenant, error
        else:
            yield tenant, None


def migrate_tenant(tenant: TenantModel) -> None:
    """Run the migrations that `tenant` lacks and record its version. Nothing happens to the other tenants."""
    with as_owner(), tenant_context(tenant):
        call_command("migrate", database=TENANT_ALIAS, verbosity=0, interactive=False, skip_checks=True)
    tenant.version = current_version()
    tenant.save(using=MASTER_ALIAS, update_fields=["version"])
