"""Tenants that go away again."""

from collections.abc import Iterator
from contextlib import contextmanager

from lib.tenancy.conf import MASTER_ALIAS
from lib.tenancy.models import get_tenant_model
from lib.tenancy.removal import remove_tenant


@contextmanager
def removing_new_tenants() -> Iterator[None]:
    """Remove, after the block, every tenant that was made inside it."""
    rows = get_tenant_model()._default_manager.using(MASTER_ALIAS)
    before = set(rows.values_list("pk", flat=True))
    try:
        yield
    finally:
        for tenant in rows.exclude(pk__in=before):
            remove_tenant(tenant)
