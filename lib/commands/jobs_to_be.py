"""From a command and its arguments to a row: checked, signed, and belonging to somebody."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from lib.commands import payloads
from lib.commands.conf import queues
from lib.commands.exceptions import UnknownQueueError
from lib.commands.identifiers import new_job_id
from lib.commands.registry import Command, Scope
from lib.commands.rows import NewJob
from lib.commands.signing import sign
from lib.commands.states import JobState
from lib.commands.tenants import PLATFORM, current_schema, witness_schema

# In place of a lane's name, for jobs whose number at a time is not limited.
NO_LANE = "-"
LOWEST_PRIORITY, HIGHEST_PRIORITY = -100, 100


def make_job(
    command: Command,
    args: Sequence[Any],
    options: Mapping[str, Any],
    *,
    run_at: datetime | None = None,
    priority: int | None = None,
    queue: str | None = None,
    unique: str | None = None,
) -> NewJob:
    """Return the row of a job that the current tenant sends.

    Raises:
        PayloadError, UnknownQueueError, NoTenantError: see `send_command`.
        ValueError: the priority is out of range.
    """
    tenant = PLATFORM if command.scope is Scope.PLATFORM else current_schema()
    payload = payloads.dump(command.name, args, options)
    if unique is None and command.unique:
        unique = sha256(payload.encode()).hexdigest()
    witness = witness_schema()
    state = JobState.WAITING if run_at else JobState.READY
    return job_for(
        tenant,
        command,
        payload,
        state=JobState.UNCONFIRMED if witness else state,
        run_at=run_at,
        priority=_priority(command, priority),
        queue=_queue(command, queue),
        unique_key=unique,
        witness=witness,
    )


def job_for(
    tenant: str,
    command: Command,
    payload: str,
    *,
    state: JobState = JobState.READY,
    priority: int | None = None,
    queue: str = "",
    run_at: datetime | None = None,
    unique_key: str | None = None,
    batch: UUID | None = None,
    witness: str = "",
) -> NewJob:
    """Return the signed row of a job of any tenant: for what the platform sends to many."""
    key = new_job_id()
    return NewJob(
        id=key,
        tenant=tenant,
        command=command.name,
        payload=payload,
        signature=sign(key, tenant=tenant, command=command.name, payload=payload, witness=witness),
        queue=queue or command.queue,
        lane=command.name if command.limit_per_tenant else NO_LANE,
        lane_limit=command.limit_per_tenant,
        priority=command.priority if priority is None else priority,
        max_attempts=command.max_attempts,
        state=state,
        run_at=run_at,
        unique_key=unique_key,
        batch=batch,
        witness=witness,
    )


def _queue(command: Command, wanted: str | None) -> str:
    queue = command.queue if wanted is None else wanted
    if queue not in queues():
        raise UnknownQueueError(queue, queues())
    return queue


def _priority(command: Command, wanted: int | None) -> int:
    priority = command.priority if wanted is None else wanted
    if not LOWEST_PRIORITY <= priority <= HIGHEST_PRIORITY:
        raise ValueError(f"The priority {priority} is not between {LOWEST_PRIORITY} and {HIGHEST_PRIORITY}.")
    return priority
