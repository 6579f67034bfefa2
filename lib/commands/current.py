"""The job that runs now: what the command may ask and say about it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from uuid import UUID

from django.db import connections

from lib.commands.exceptions import JobCancelled, NoJobError
from lib.commands.tenants import MASTER_ALIAS

_SECONDS_BETWEEN_REPORTS = 0.5
_MAX_TEXT_CHARACTERS = 200
_REPORT = """
    SET LOCAL synchronous_commit = off;
    UPDATE commands_job SET progress = %s, progress_total = %s, progress_text = %s
    WHERE id = %s AND attempt = %s AND state = 'running' RETURNING cancel_requested
"""


@dataclass
class RunningJob:
    """What a command may know of its job."""

    id: UUID
    attempt: int
    reported_at: float = float("-inf")


_current: ContextVar[RunningJob | None] = ContextVar("current_job", default=None)


def current_job() -> RunningJob:
    """Return the job that runs now.

    Raises:
        NoJobError: none does.
    """
    job = _current.get()
    if job is None:
        raise NoJobError("asking for it")
    return job


def report_progress(done: int, total: int, text: str = "") -> None:
    """Let people see how far the job is; outside of one, do nothing. To be called as often as you like.

    Written twice a second at most, beside the command's own transaction, so that it is seen at once.

    Raises:
        JobCancelled: somebody wants the job to stop. Let it pass.
    """
    job = _current.get()
    if job is None:
        return
    now = time.monotonic()
    if now - job.reported_at < _SECONDS_BETWEEN_REPORTS and done < total:
        return
    job.reported_at = now
    with connections[MASTER_ALIAS].cursor() as cursor:
        cursor.execute(_REPORT, [done, total, text[:_MAX_TEXT_CHARACTERS], job.id, job.attempt])
        row = cursor.fetchone()
    if row and row[0]:
        raise JobCancelled(f"The job {job.id} was cancelled.")


@contextmanager
def running(job: RunningJob) -> Iterator[None]:
    """Make `job` the current one inside the block."""
    token = _current.set(job)
    try:
        yield
    finally:
        _current.reset(token)
