"""What supervisors do for the table, all of them, at every look: any number of them may do it at once."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from django.db import connections

from lib.commands.alerts import report_failure
from lib.commands.conf import lease_seconds
from lib.commands.machine import host_name, is_alive, machine_id
from lib.commands.tenants import MASTER_ALIAS

logger = logging.getLogger(__name__)

_REGISTER = """
    INSERT INTO commands_worker (id, supervisor, machine, supervisor_pid, host) VALUES (%s, %s, %s, %s, %s)
"""
_BEATS_A_LEASE = 6
# One message, and one transaction. A sign of life that is lost in a crash is given again.
_LOOK = """
    SET LOCAL synchronous_commit = off;
    UPDATE commands_worker SET seen_at = clock_timestamp()
    WHERE supervisor = %(supervisor)s AND seen_at < clock_timestamp() - make_interval(secs => %(beat)s);
    DELETE FROM commands_worker WHERE seen_at < clock_timestamp() - make_interval(secs => %(lease)s);
    UPDATE commands_job SET state = 'ready' WHERE id IN (
        SELECT id FROM commands_job WHERE state = 'waiting' AND run_at <= clock_timestamp()
        ORDER BY run_at LIMIT 1000 FOR UPDATE SKIP LOCKED);
    SELECT
        (SELECT count(*) FROM (SELECT FROM commands_job WHERE state = 'ready' LIMIT %(most)s) AS seen),
        (SELECT extract(epoch FROM min(run_at) - clock_timestamp())::double precision
         FROM commands_job WHERE state = 'waiting')
"""
_NEIGHBOURS = """
    SELECT DISTINCT supervisor, supervisor_pid FROM commands_worker WHERE machine = %s AND supervisor <> %s
"""
_FORGET_NEIGHBOUR = "DELETE FROM commands_worker WHERE supervisor = %s"
_FORGET = "DELETE FROM commands_worker WHERE id = %s"
_RELEASE = "SELECT id, command, tenant FROM commands_release(%s, %s)"


@dataclass(frozen=True)
class Look:
    """What was seen at the table."""

    ready_count: int  # up to the number asked for
    next_due_seconds: float | None


def register_workers(count: int, *, supervisor: UUID, pid: int) -> list[UUID]:
    """Make rows for new workers, before they claim anything, and return their keys."""
    keys = [uuid4() for _ in range(count)]
    with connections[MASTER_ALIAS].cursor() as cursor:
        for key in keys:
            cursor.execute(_REGISTER, [key, supervisor, machine_id(), pid, host_name()])
    return keys


def look(supervisor: UUID, *, most: int) -> Look:
    """Give a sign of life for our workers, take it from those that gave none, and let jobs be due."""
    values: dict[str, Any] = {
        "supervisor": supervisor,
        "lease": lease_seconds(),
        "beat": lease_seconds() / _BEATS_A_LEASE,
        "most": most,
    }
    with connections[MASTER_ALIAS].cursor() as cursor:
        cursor.execute(_LOOK, values)
        return Look(*cursor.fetchone())


def forget_worker(worker: UUID, problem: str) -> None:
    """Remove a worker that has ended, and give what it was running to others, or to the failed ones."""
    with connections[MASTER_ALIAS].cursor() as cursor:
        cursor.execute(f"{_FORGET}; {_RELEASE}", [worker, worker, problem])
        _report_dead(cursor.fetchall(), problem)


def release_orphans() -> None:
    """Give running jobs to others whose worker has no row, however it came to be so."""
    problem = "Its worker was lost: the process or its machine has ended, or has shown no sign of life."
    with connections[MASTER_ALIAS].cursor() as cursor:
        cursor.execute(_RELEASE, [None, problem])
        _report_dead(cursor.fetchall(), problem)


def forget_dead_neighbours(supervisor: UUID) -> None:
    """Remove the workers of supervisors that were killed on this machine: no lease need run out for that."""
    with connections[MASTER_ALIAS].cursor() as cursor:
        cursor.execute(_NEIGHBOURS, [machine_id(), supervisor])
        for neighbour, pid in cursor.fetchall():
            if not is_alive(pid):
                logger.warning("The supervisor %s of this machine has died", pid)
                cursor.execute(_FORGET_NEIGHBOUR, [neighbour])


def _report_dead(jobs: Iterable[tuple[UUID, str, str]], problem: str) -> None:
    for key, command, tenant in jobs:
        message = f"The job {command} ({key}) of {tenant} has failed for good: {problem}"
        report_failure(command, "its process ended", message)
