"""Wire the package into Django."""

from django.apps import AppConfig
from django.core import checks
from django.core.signals import request_finished
from django.db.models.signals import post_delete, post_save


class TenancyConfig(AppConfig):
    name = "lib.tenancy"
    label = "tenancy"
    verbose_name = "Tenancy"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from lib.tenancy import checks as tenancy_checks
        from lib.tenancy import connections as tenant_connections
        from lib.tenancy import leak_checks
        from lib.tenancy.contenttypes import keep_content_types_apart
        from lib.tenancy.imports import import_for_nobody
        from lib.tenancy.instance_guards import guard_instances
        from lib.tenancy.models import get_tenant_model
        from lib.tenancy.query_guards import guard_queries
        from lib.tenancy.relation_guards import guard_relations
        from lib.tenancy.resolver import forget_tenant
        from lib.tenancy.signing import keep_signatures_apart
        from lib.tenancy.type_oids import ask_each_database_for_its_types

        tenant_connections.install()
        request_finished.connect(tenant_connections.close_idle, dispatch_uid="tenancy-close-idle")
        keep_content_types_apart()
        keep_signatures_apart()
        guard_instances()
        guard_relations()
        guard_queries()
        import_for_nobody()
        ask_each_database_for_its_types()
        for check in (*tenancy_checks.ALL, *leak_checks.ALL):
            checks.register(check)
        for signal in (post_save, post_delete):
            signal.connect(forget_tenant, sender=get_tenant_model(), dispatch_uid=f"tenancy-{id(signal)}")
