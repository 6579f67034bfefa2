"""Send each model to the alias where its tables are."""

from typing import Any

from django.db.models import Model

from lib.tenancy.conf import MASTER_ALIAS, TENANT_ALIAS
from lib.tenancy.placement import master_app_labels, tenant_app_labels

# The label Django's database cache gives its table. Keys carry the tenant; the table is one.
CACHE_LABEL = "django_cache"


class TenancyRouter:
    """`default` is the current tenant, `master` is the platform.

    A model that both have is the tenant's unless `.using("master")` says otherwise.
    """

    def db_for_read(self, model: type[Model], **hints: Any) -> str:
        return TENANT_ALIAS if model._meta.app_label in tenant_app_labels() else MASTER_ALIAS

    def db_for_write(self, model: type[Model], **hints: Any) -> str:
        return self.db_for_read(model, **hints)

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        if db == TENANT_ALIAS:
            return app_label in tenant_app_labels()
        if db == MASTER_ALIAS:
            return app_label in master_app_labels() or app_label == CACHE_LABEL
        return False
