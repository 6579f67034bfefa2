"""Send each model to the alias where its tables are."""

from typing import Any

from django.db.models import Model

from lib.tenancy.conf import MASTER_ALIAS, TENANT_ALIAS
from lib.tenancy.placement import master_app_labels, tenant_app_labels
from lib.tenancy.stamps import refuse_others, refuse_pair

# The label Django's database cache gives its table. Keys carry the tenant; the table is one.
CACHE_LABEL = "django_cache"


class TenancyRouter:
    """`default` is the current tenant, `master` is the platform.

    A model that both have is the tenant's unless `.using("master")` says otherwise. Django asks here before
    it goes from an instance to the database, so another tenant's instance is refused here.
    """

    def db_for_read(self, model: type[Model], instance: Model | None = None, **hints: Any) -> str:
        if model._meta.app_label not in tenant_app_labels():
            return MASTER_ALIAS
        if instance is not None:
            refuse_others([instance], "be read from or written to")
            if instance._state.db == MASTER_ALIAS and model._meta.app_label in master_app_labels():
                return MASTER_ALIAS
        return TENANT_ALIAS

    def db_for_write(self, model: type[Model], **hints: Any) -> str:
        return self.db_for_read(model, **hints)

    def allow_relation(self, one: Model, other: Model, **hints: Any) -> None:
        # Whether they may be related by their aliases is left to Django.
        refuse_pair(one, other)

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        if db == TENANT_ALIAS:
            return app_label in tenant_app_labels()
        if db == MASTER_ALIAS:
            return app_label in master_app_labels() or app_label == CACHE_LABEL
        return False
