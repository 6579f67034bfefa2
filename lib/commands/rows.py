"""A job's row: written in the sender's transaction, where one database holds both."""

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from lib.commands.states import JobState
from lib.commands.tenants import platform_cursor


@dataclass(frozen=True, kw_only=True)
class NewJob:
    """What is known of a job when it is sent. The fields are columns of `commands_job`."""

    id: UUID
    tenant: str
    command: str
    payload: str
    signature: str
    queue: str
    lane: str
    lane_limit: int
    priority: int
    max_attempts: int
    state: JobState
    run_at: datetime | None = None
    unique_key: str | None = None
    batch: UUID | None = None
    witness: str = ""


_COLUMNS = [field.name for field in fields(NewJob)]
_PLACES = ", ".join(["%s"] * len(_COLUMNS))
_INSERT = f"INSERT INTO commands_job ({', '.join(_COLUMNS)}) VALUES ({_PLACES})"
# The row is touched, so that it is locked: nobody begins that job before the sender's work can be seen.
_OR_THE_ONE_THERE_IS = """
    ON CONFLICT (tenant, command, unique_key)
    WHERE unique_key IS NOT NULL AND attempt = 0 AND state IN ('waiting', 'ready', 'held')
    DO UPDATE SET unique_key = excluded.unique_key RETURNING id
"""
# As many rows as one message carries comfortably.
_ROWS_PER_MESSAGE = 500


def insert(job: NewJob) -> UUID:
    """Write the row and return the job's key: that of another, if one with the same unique key is waiting."""
    with platform_cursor() as cursor:
        if job.unique_key is None:
            insert_with(cursor, job)
            return job.id
        cursor.execute(_INSERT + _OR_THE_ONE_THERE_IS, _values(job))
        found: UUID = cursor.fetchone()[0]
        return found


def insert_with(cursor: Any, job: NewJob) -> None:
    """Write the row through a cursor that finds the platform's tables."""
    cursor.execute(_INSERT, _values(job))


def insert_many(jobs: list[NewJob]) -> None:
    """Write the rows of jobs without unique keys, many with each message."""
    with platform_cursor() as cursor:
        for start in range(0, len(jobs), _ROWS_PER_MESSAGE):
            some = jobs[start : start + _ROWS_PER_MESSAGE]
            more = f", ({_PLACES})" * (len(some) - 1)
            cursor.execute(_INSERT + more, [value for job in some for value in _values(job)])


def _values(job: NewJob) -> list[Any]:
    return [getattr(job, name) for name in _COLUMNS]
