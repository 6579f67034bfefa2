"""Take away what crashes and failures left: tenants that never came to be, with what there is of them."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta

from django.utils import timezone

from lib.tenancy.conf import MASTER_ALIAS, keep_failed_days
from lib.tenancy.exceptions import SubdomainTakenError
from lib.tenancy.models import TenantModel, get_tenant_model
from lib.tenancy.recorded_steps import UNFINISHED, at_work_on
from lib.tenancy.removal import remove_tenant
from lib.tenancy.states import State


def reap_tenants() -> Iterator[TenantModel]:
    """Remove each tenant that a crash left unfinished, and each that failed long ago; yield it as it was.

    One at which somebody is at work at this moment is left to them. Safe to repeat and to interrupt.
    """
    rows = get_tenant_model()._default_manager.using(MASTER_ALIAS)
    for tenant in rows.filter(state__in=UNFINISHED).order_by("subdomain"):
        if tenant.state == State.FAILED and not _is_old(tenant):
            continue
        with suppress(SubdomainTakenError), at_work_on(tenant.subdomain):
            # It may have become somebody's since it was read.
            left = rows.filter(pk=tenant.pk, state=tenant.state).first()
            if left is not None:
                remove_tenant(left)
                yield tenant


def _is_old(tenant: TenantModel) -> bool:
    return tenant.created_at < timezone.now() - timedelta(days=keep_failed_days())
