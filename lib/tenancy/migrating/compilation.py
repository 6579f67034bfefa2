"""Make plans: run the migrations once, on a scratch schema, and keep what they did."""

import logging
from collections.abc import Sequence
from threading import Lock
from typing import Any

from django.core.management.sql import emit_post_migrate_signal, emit_pre_migrate_signal
from django.db import connections

from lib.tenancy.conf import TENANT_ALIAS
from lib.tenancy.context import as_owner, tenant_context
from lib.tenancy.migrating.exceptions import PlanError, UnknownMigrationError
from lib.tenancy.migrating.executor import RecordingExecutor
from lib.tenancy.migrating.failures import is_passing
from lib.tenancy.migrating.first_rows import other_receivers, read_first_rows, sql_for_new_rows
from lib.tenancy.migrating.histories import History, of_tenants
from lib.tenancy.migrating.plans import Plan, Step
from lib.tenancy.migrating.scratch import scratch_schema
from lib.tenancy.migrating.table_locks import read_tables
from lib.tenancy.migrating.targets import Target
from lib.tenancy.tenants import HasTenant

logger = logging.getLogger(__name__)


class Planner:
    """Gives each tenant the plan for its history; tenants with the same history share one."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self._plans: dict[tuple[History, int], Plan | PlanError] = {}
        self._lock = Lock()

    def plan_for(self, tenant: HasTenant, history: History) -> Plan:
        """Return the plan, made now if it is the first of its kind. Threads wait for each other.

        Raises:
            PlanError: the migrations do not lead from there to the target, or fail on the scratch schema.
        """
        place = tenant.as_tenant()
        with self._lock:
            key = history, _server_version(tenant)
            if key not in self._plans:
                self._plans[key] = _compiled(history, place.server, self.target)
            plan = self._plans[key]
        if isinstance(plan, PlanError):
            raise plan
        return plan


def compile_plan(history: History, server: str, target: Target) -> Plan:
    """Run what leads from `history` to `target` on a scratch schema of `server`, and return what it did."""
    with scratch_schema(history, server) as connection:
        executor = RecordingExecutor(connection)
        targets = target.nodes(executor.loader.graph)
        migrations = executor.migration_plan(targets)
        if not of_tenants(f"{migration.app_label}.{migration.name}" for migration, _ in migrations):
            return Plan(history, history)
        tables = set(read_tables(connection))
        state = executor._create_project_state(with_applied_migrations=True)  # type: ignore[attr-defined]
        emit_pre_migrate_signal(0, False, connection.alias, apps=state.apps, plan=migrations)
        state = executor.migrate(targets, plan=migrations, state=state.clone(), fake=target.is_fake)
        return Plan(
            before=history,
            rows=_new_rows(connection, state, migrations),
            steps=[*executor.steps, *_of_squashed(executor)],
            after=of_tenants(executor.history()),
            made_tables=bool(set(read_tables(connection)) - tables),
            receivers=other_receivers(),
            apps=state.apps,
        )


def _compiled(history: History, server: str, target: Target) -> Plan | PlanError:
    try:
        return compile_plan(history, server, target)
    except UnknownMigrationError:
        raise
    except Exception as error:
        if is_passing(error):
            raise
        logger.warning("No plan could be made, so each tenant is migrated by itself", exc_info=True)
        return PlanError(f"{type(error).__name__}: {error}")


def _new_rows(connection: Any, state: Any, migrations: Sequence[Any]) -> str:
    before = read_first_rows(connection)
    state.clear_delayed_apps_cache()
    emit_post_migrate_signal(0, False, connection.alias, apps=state.apps, plan=migrations)
    return sql_for_new_rows(connection, before, read_first_rows(connection))


def _of_squashed(executor: RecordingExecutor) -> list[Step]:
    # At the end Django records a squashed migration whose parts are all there.
    before, sql = of_tenants(executor.known), executor.history_sql()
    return [Step("squashed migrations", is_atomic=True, parts=(), before=before, history=sql)] if sql else []


def _server_version(tenant: HasTenant) -> int:
    # What Django sends may differ between versions of PostgreSQL.
    with as_owner(), tenant_context(tenant):
        connection: Any = connections[TENANT_ALIAS]
        return int(connection.pg_version) // 10000
