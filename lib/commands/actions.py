"""What people do to jobs: cancel, try again, discard. Each says how many it concerned."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import connections, transaction

from lib.commands.ringing import ring
from lib.commands.tenants import MASTER_ALIAS

_REQUEST = """
    UPDATE commands_job SET cancel_requested = true
    WHERE id = ANY(%(jobs)s) AND state = 'running' AND NOT cancel_requested
"""
_CANCEL = """
    WITH gone AS (
        UPDATE commands_job SET state = 'cancelled', finished_at = clock_timestamp(), error = 'Cancelled.'
        WHERE id = ANY(%(jobs)s) AND state IN ('ready', 'waiting', 'held') RETURNING batch),
    counted AS (
        SELECT commands_count_finished(batch, count(*)::int, count(*)::int) FROM gone
        WHERE batch IS NOT NULL GROUP BY batch)
    SELECT (SELECT count(*) FROM gone), (SELECT count(*) FROM counted)
"""
# A batch that has ended stays so: what followed it was told of the failure.
_RETRY = """
    WITH again AS (
        UPDATE commands_job
        SET state = 'ready', max_attempts = greatest(max_attempts, attempt + 1), finished_at = NULL,
            cancel_requested = false, attempt = greatest(attempt, 1)
        WHERE id = ANY(%(jobs)s) AND state IN ('dead', 'cancelled') RETURNING batch),
    reopened AS (
        UPDATE commands_batch SET pending = pending + number, failed = failed - number
        FROM (SELECT batch, count(*)::int AS number FROM again GROUP BY batch) AS counted
        WHERE id = counted.batch AND finished_at IS NULL)
    SELECT count(*) FROM again
"""
_DISCARD = "DELETE FROM commands_job WHERE id = ANY(%(jobs)s) AND state IN ('done', 'dead', 'cancelled')"


def cancel(jobs: Iterable[UUID]) -> int:
    """Cancel jobs; one that runs is asked to stop, and does where it reports its progress."""
    with transaction.atomic(using=MASTER_ALIAS), connections[MASTER_ALIAS].cursor() as cursor:
        values = _values(jobs)
        # In this order: one that begins in between is running when it is looked for among those.
        cursor.execute(_CANCEL, values)
        cancelled: int = cursor.fetchone()[0]
        cursor.execute(_REQUEST, values)
        return cancelled + int(cursor.rowcount)


def retry(jobs: Iterable[UUID]) -> int:
    """Try failed and cancelled jobs once more."""
    with connections[MASTER_ALIAS].cursor() as cursor:
        cursor.execute(_RETRY, _values(jobs))
        count: int = cursor.fetchone()[0]
    for _ in range(count):
        ring()
    return count


def discard(jobs: Iterable[UUID]) -> int:
    """Delete jobs that have ended."""
    with connections[MASTER_ALIAS].cursor() as cursor:
        cursor.execute(_DISCARD, _values(jobs))
        return int(cursor.rowcount)


def _values(jobs: Iterable[UUID]) -> dict[str, Any]:
    return {"jobs": list(jobs)}
