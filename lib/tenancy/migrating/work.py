"""Migrate one tenant: by the plan, or by itself; and write down what became of it."""

import time
from dataclasses import dataclass

from lib.tenancy.migrating.application import apply_plan
from lib.tenancy.migrating.compilation import Planner
from lib.tenancy.migrating.exceptions import PlanError, RecordedSqlError
from lib.tenancy.migrating.histories import History, read_histories
from lib.tenancy.migrating.plans import Plan, stamp_of_history
from lib.tenancy.migrating.results import Report, is_beside_master, note_failure, note_success, success_sql
from lib.tenancy.migrating.stock import migrate_by_itself
from lib.tenancy.models import Outcome, TenantModel


@dataclass
class Job:
    """A tenant to be migrated, with what it has, or the error for which that is not known."""

    tenant: TenantModel
    history: History | Exception
    attempts: int = 1


class Worker:
    """Does jobs of one run."""

    def __init__(self, run: int, planner: Planner, lock_timeout_ms: int) -> None:
        self._run = run
        self._planner = planner
        self._lock_timeout_ms = lock_timeout_ms

    def do(self, job: Job) -> Report:
        """Migrate the job's tenant; if that raises, the tenant has what it had.

        Raises:
            Exception: what stopped it. See failures.py for what is worth another try.
        """
        if job.attempts > 1:
            # The answer to a commit may have been lost with the connection.
            job.history = read_histories([job.tenant])[job.tenant.schema_name]
        if isinstance(job.history, Exception):
            raise job.history
        try:
            plan = self._planner.plan_for(job.tenant, job.history)
        except PlanError:
            return self._migrate_by_itself(job)
        try:
            return self._follow(job, plan)
        except RecordedSqlError:
            if not plan.is_atomic:
                raise  # some of it is done, and Django would begin anew
            return self._migrate_by_itself(job)

    def fail(self, job: Job, error: Exception, started_at: float) -> Report:
        """Write down that a job failed, begun at `started_at` of time.monotonic()."""
        note_failure(
            self._run, job.tenant, error=error, attempts=job.attempts, duration_ms=_ms_since(started_at)
        )
        return Report(job.tenant.subdomain, Outcome.FAILED, job.attempts, error)

    def _follow(self, job: Job, plan: Plan) -> Report:
        outcome = Outcome.MIGRATED if plan.steps else Outcome.CURRENT
        if plan.steps and is_beside_master(job.tenant):
            self._apply(job, plan, self._success_sql(job, outcome, plan.version))
        else:
            started_at = time.monotonic()
            if plan.steps:
                self._apply(job, plan, "")
            note_success(self._success_sql(job, outcome, plan.version, _ms_since(started_at)))
        return Report(job.tenant.subdomain, outcome, job.attempts)

    def _apply(self, job: Job, plan: Plan, closing: str) -> None:
        apply_plan(plan, job.tenant.as_tenant(), lock_timeout_ms=self._lock_timeout_ms, closing=closing)

    def _migrate_by_itself(self, job: Job) -> Report:
        started_at = time.monotonic()
        history = migrate_by_itself(job.tenant, self._planner.target, lock_timeout_ms=self._lock_timeout_ms)
        version, outcome = stamp_of_history(history), Outcome.BY_ITSELF
        note_success(self._success_sql(job, outcome, version, _ms_since(started_at)))
        return Report(job.tenant.subdomain, outcome, job.attempts)

    def _success_sql(self, job: Job, outcome: Outcome, version: str, duration_ms: int | None = None) -> str:
        return success_sql(
            self._run,
            job.tenant,
            outcome=outcome,
            version=version,
            attempts=job.attempts,
            duration_ms=duration_ms,
        )


def _ms_since(started_at: float) -> int:
    return round((time.monotonic() - started_at) * 1000)
