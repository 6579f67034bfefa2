"""Jobs of tenants that are not open: held while one is suspended, cancelled when it is gone."""

from typing import Any

from django.db import connections

from lib.commands.claims import ClaimedJob, Ending
from lib.commands.states import JobState
from lib.commands.tenants import MASTER_ALIAS, PLATFORM, active_tenants, find_place

_NOT_OPEN = "Its tenant is not open."
_REMOVED = "Its tenant was removed."

_HOLD = """
    UPDATE commands_job SET state = 'held', error = %s
    WHERE id IN (SELECT id FROM commands_job WHERE tenant = %s AND state = 'ready' FOR UPDATE SKIP LOCKED)
"""
_CANCEL = """
    WITH gone AS (
        UPDATE commands_job SET state = 'cancelled', finished_at = clock_timestamp(), error = %s
        WHERE id IN (SELECT id FROM commands_job
                     WHERE tenant = %s AND state IN ('ready', 'waiting', 'held') FOR UPDATE SKIP LOCKED)
        RETURNING batch)
    SELECT commands_count_finished(batch, count(*)::int, count(*)::int) FROM gone
    WHERE batch IS NOT NULL GROUP BY batch
"""
_HELD = "SELECT DISTINCT tenant FROM commands_job WHERE state = 'held'"
_RELEASE = "UPDATE commands_job SET state = 'ready', error = '' WHERE state = 'held' AND tenant = ANY(%s)"


def stop_job(job: ClaimedJob, *, is_gone: bool) -> Ending:
    """Return how a job ends that was claimed for a tenant which is not open, and stop the tenant's others."""
    if is_gone:
        cancel_jobs_of(job.tenant)
        return Ending(job=job, state=JobState.CANCELLED, error=_REMOVED)
    hold_jobs_of(job.tenant)
    return Ending(job=job, state=JobState.HELD, error=_NOT_OPEN)


def hold_jobs_of(tenant: str) -> None:
    """Take the tenant's ready jobs out of everybody's way, until it is open again."""
    _run(_HOLD, [_NOT_OPEN, tenant])


def cancel_jobs_of(tenant: str) -> None:
    """Cancel what the tenant's jobs have not begun."""
    _run(_CANCEL, [_REMOVED, tenant])


def release_held_jobs() -> None:
    """Let held jobs go on whose tenants are open again, and cancel those whose tenants are gone."""
    with connections[MASTER_ALIAS].cursor() as cursor:
        cursor.execute(_HELD)
        held = [tenant for (tenant,) in cursor.fetchall()]
    if not held:
        return
    is_open = active_tenants().keys() | {PLATFORM}
    _run(_RELEASE, [[tenant for tenant in held if tenant in is_open]])
    for tenant in held:
        if tenant not in is_open and find_place(tenant) is None:
            cancel_jobs_of(tenant)


def _run(sql: str, values: list[Any]) -> None:
    with connections[MASTER_ALIAS].cursor() as cursor:
        cursor.execute(sql, values)
