"""Migrate one tenant by Django's own executor, where the plan of the others does not fit."""

from contextlib import nullcontext

from django.core.management import call_command
from django.db import connections, transaction
from django.db.migrations.executor import MigrationExecutor

from lib.tenancy.conf import TENANT_ALIAS
from lib.tenancy.context import as_owner, tenant_context
from lib.tenancy.migrating.histories import History, of_tenants
from lib.tenancy.migrating.targets import Target
from lib.tenancy.tenants import HasTenant


def migrate_by_itself(tenant: HasTenant, target: Target, *, lock_timeout_ms: int) -> History:
    """Run Django's `migrate` for one tenant, all of it in one transaction if its migrations allow that.

    Returns what the tenant has then. Raises whatever the migrations raise; of one transaction none is left.
    """
    with as_owner(), tenant_context(tenant):
        connection = connections[TENANT_ALIAS]
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(target.nodes(executor.loader.graph))
        is_atomic = all(migration.atomic for migration, _ in plan)
        with transaction.atomic(using=TENANT_ALIAS) if is_atomic else nullcontext():
            if is_atomic:
                with connection.cursor() as cursor:
                    cursor.execute(f"SET LOCAL lock_timeout = {lock_timeout_ms}")
            call_command(
                "migrate",
                *target.words(),
                database=TENANT_ALIAS,
                fake=target.is_fake,
                verbosity=0,
                interactive=False,
                skip_checks=True,
            )
        recorder = MigrationExecutor(connection).recorder
        return of_tenants(f"{app}.{name}" for app, name in recorder.applied_migrations())
