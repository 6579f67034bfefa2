"""A scratch schema that has the migrations a tenant has: to see what the next ones do to it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.sql import emit_post_migrate_signal, emit_pre_migrate_signal
from django.db import connections
from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor

from lib.tenancy.conf import MASTER_ALIAS, TENANT_ALIAS
from lib.tenancy.context import as_owner, tenant_context
from lib.tenancy.identifiers import quote_identifier
from lib.tenancy.migrating.exceptions import PlanError
from lib.tenancy.migrating.histories import History, of_tenants
from lib.tenancy.models import TenantTemplate
from lib.tenancy.template import TEMPLATE_SCHEMA
from lib.tenancy.tenants import Tenant

# One at a time: whoever migrates holds the lock of the run, so what is there already was left by a crash.
SCRATCH_SCHEMA = "tenant_scratch_b41f"
_QUOTED = quote_identifier(SCRATCH_SCHEMA)


@contextmanager
def scratch_schema(history: History, server: str) -> Iterator[Any]:
    """Yield a connection to a schema that has exactly `history`, current inside the block and then dropped.

    Raises:
        PlanError: the migrations of this code do not lead to `history`.
    """
    scratch = Tenant(subdomain=SCRATCH_SCHEMA, schema=SCRATCH_SCHEMA, server=server)
    with as_owner(), tenant_context(scratch):
        connection = connections[TENANT_ALIAS]
        drop_scratch_schema(connection)
        try:
            _fill(connection, history)
            yield connection
        finally:
            drop_scratch_schema(connection)


def drop_scratch_schema(connection: Any) -> None:
    """Remove the scratch schema, if there is one, in the database of `connection`."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP SCHEMA IF EXISTS {_QUOTED} CASCADE")


def _fill(connection: Any, history: History) -> None:
    template = _find_template_of(history)
    with connection.cursor() as cursor:
        if template is not None:
            # As the tenants themselves were made.
            cursor.execute(template.replace(quote_identifier(TEMPLATE_SCHEMA), _QUOTED))
            return
        cursor.execute(f"CREATE SCHEMA {_QUOTED}")
    _migrate_up_to(connection, history)


def _find_template_of(history: History) -> str | None:
    rows = TenantTemplate.objects.using(MASTER_ALIAS).values_list("pk", "migrations")
    for key, migrations in rows:
        if frozenset(migrations) == history:
            return TenantTemplate.objects.using(MASTER_ALIAS).values_list("sql", flat=True).get(pk=key)
    return None


def _migrate_up_to(connection: Any, history: History) -> None:
    executor = MigrationExecutor(connection)
    all_of_it = executor.migration_plan(executor.loader.graph.leaf_nodes(), clean_start=True)
    plan = [(migration, False) for migration, _ in all_of_it if _is_of(history, migration)]
    state = executor._create_project_state(with_applied_migrations=True)  # type: ignore[attr-defined]
    emit_pre_migrate_signal(0, False, connection.alias, apps=state.apps, plan=plan)
    state = executor.migrate(None, plan=plan, state=state)
    state.clear_delayed_apps_cache()
    emit_post_migrate_signal(0, False, connection.alias, apps=state.apps, plan=plan)
    got = of_tenants(f"{app}.{name}" for app, name in executor.recorder.applied_migrations())
    if got != history:
        raise PlanError(f"The migrations of this code do not lead to {sorted(got ^ history)}.")


def _is_of(history: History, migration: Migration) -> bool:
    replaced = [f"{app}.{name}" for app, name in migration.replaces]
    return f"{migration.app_label}.{migration.name}" in history or (
        bool(replaced) and history >= set(replaced)
    )
