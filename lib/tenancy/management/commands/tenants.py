"""List the tenants."""

from typing import Any

from django.core.management import BaseCommand

from lib.tenancy.conf import MASTER_ALIAS, is_served
from lib.tenancy.models import TenantModel, get_tenant_model
from lib.tenancy.urls import tenant_url

_HEADINGS = (
    "SUBDOMAIN",
    "STATE",
    "ISOLATION",
    "SERVER",
    "PLACE",
    "MIGRATIONS",
    "VERSION",
    "SINCE",
    "ADDRESS",
)
_NOT_SERVED = "no server runs"


class Command(BaseCommand):
    help = "Lists all tenants: state, schema, whether their migrations are current, and address."

    def handle(self, *args: Any, **options: Any) -> None:
        tenants = get_tenant_model()._default_manager.using(MASTER_ALIAS).order_by("subdomain")
        rows = [_HEADINGS, *(_cells(tenant) for tenant in tenants)]
        widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADINGS))]
        for row in rows:
            self.stdout.write(
                "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            )
        for tenant in tenants:
            if tenant.state_reason:
                self.stdout.write(f"{tenant.subdomain}: {tenant.state_reason}")


def _cells(tenant: TenantModel) -> tuple[str, ...]:
    return (
        tenant.subdomain,
        tenant.get_state_display(),
        tenant.isolation,
        tenant.server,
        tenant.database_name or tenant.schema_name,
        "behind" if tenant.is_behind else "current",
        tenant.version or "-",
        f"{tenant.created_at:%Y-%m-%d}",
        tenant_url(tenant) if is_served() else _NOT_SERVED,
    )
