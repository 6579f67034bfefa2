"""The worker's side of the table: take the next job, and record how the last one ended. One message each."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import connections

from lib.commands.conf import queues, tenant_limit
from lib.commands.states import JobState
from lib.commands.tenants import MASTER_ALIAS

_COLUMNS = ["id", "tenant", "command", "payload", "signature", "queue", "attempt", "max_attempts", "witness"]
_NEXT = f"""
    SELECT taken.was_settled, taken.is_known, {", ".join(f"(taken.job).{name}" for name in _COLUMNS)}
    FROM commands_next(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) AS taken
"""
_SETTLE = "SELECT commands_settle(%s, %s, %s, %s, %s, %s, %s, %s)"


@dataclass(frozen=True)
class ClaimedJob:
    """A job that this worker, and no other, may run."""

    id: UUID
    tenant: str
    command: str
    payload: str
    signature: str
    queue: str
    attempt: int
    max_attempts: int
    witness: str

    def __str__(self) -> str:
        return f"{self.command} ({self.id})"


@dataclass(frozen=True, kw_only=True)
class Ending:
    """How a job ended; `state` is what it becomes."""

    job: ClaimedJob
    state: JobState
    delay_seconds: float = 0.0
    error: str = ""
    log_tail: str = ""
    result: str = ""
    # The command's own transaction has recorded it.
    is_recorded: bool = False

    def values(self, worker: UUID) -> list[Any]:
        """Return the first arguments of the functions that record it."""
        # PostgreSQL's text holds no NUL.
        texts = [text.replace("\0", "\N{REPLACEMENT CHARACTER}") for text in (self.error, self.log_tail)]
        return [self.job.id, self.job.attempt, worker, self.state, self.delay_seconds, *texts, self.result]


@dataclass
class Taken:
    """The answer to taking the next job."""

    was_settled: bool | None
    is_known: bool
    job: ClaimedJob | None


@dataclass
class Claims:
    """One worker's claims; it remembers whom it served last, so that it goes on with the next tenant."""

    worker: UUID
    queues: list[str] = field(default_factory=queues)
    last_queue: str = ""
    last_tenant: str = ""

    def next_job(self, ending: Ending | None = None) -> Taken:
        """Record how the last job ended, if it is said, and claim the next one, together."""
        first: list[Any] = ending.values(self.worker) if ending else [None, None, self.worker, *[None] * 5]
        served: list[Any] = [self.queues, self.last_queue, self.last_tenant, tenant_limit()]
        with connections[MASTER_ALIAS].cursor() as cursor:
            cursor.execute(_NEXT, [*first, *served])
            was_settled, is_known, *columns = cursor.fetchone()
        job = ClaimedJob(*columns) if columns[0] else None
        if job:
            self.last_queue, self.last_tenant = job.queue, job.tenant
        else:
            self.last_tenant = ""
        return Taken(was_settled, is_known, job)

    def settle(self, ending: Ending) -> bool:
        """Record how a job ended, and return whether that was accepted: not if it was given to another."""
        with connections[MASTER_ALIAS].cursor() as cursor:
            return settle_with(cursor, ending, self.worker)


def settle_with(cursor: Any, ending: Ending, worker: UUID) -> bool:
    """Record how a job ended through a cursor that finds the platform's tables, perhaps in a transaction."""
    cursor.execute(_SETTLE, ending.values(worker))
    return bool(cursor.fetchone()[0])
