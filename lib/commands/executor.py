"""Run one claimed job under its tenant, whatever it does, and say how it ended."""

import logging
import traceback
from contextvars import copy_context
from uuid import UUID

from django.db import DatabaseError

from lib.commands import registry
from lib.commands.alerts import report_failure
from lib.commands.backoff import retry_delay_seconds
from lib.commands.claims import ClaimedJob, Ending
from lib.commands.current import RunningJob, running
from lib.commands.exceptions import ForgedJobError, GiveUp, JobCancelled, LostJobError, UnknownCommandError
from lib.commands.log_tails import LogTail, log_tail
from lib.commands.places import find_place_soon
from lib.commands.registry import Command
from lib.commands.signing import is_signed
from lib.commands.standstill import stop_job
from lib.commands.states import JobState
from lib.commands.tenants import Place, working_for
from lib.commands.transactions import run_recorded

logger = logging.getLogger(__name__)

_MAX_ERROR_CHARACTERS = 20_000


def execute(job: ClaimedJob, worker: UUID) -> Ending:
    """Run the job, in a context of its own, and return its ending. Raises nothing a command can raise.

    Raises:
        LostJobError: the job was given to another worker meanwhile, and what the command did is undone.
    """
    try:
        command = admit(job)
    except (UnknownCommandError, ForgedJobError) as error:
        report_failure(job.command, type(error).__name__, f"The job {job} is not run: {error}", error=error)
        return Ending(job=job, state=JobState.DEAD, error=str(error))
    try:
        place = find_place_soon(job.tenant)
        if place is None or not place.is_open:
            return stop_job(job, is_gone=place is None)
    except DatabaseError as error:
        return _failure(job, command, error, LogTail())
    return copy_context().run(_run, job, command, place, worker)


def admit(job: ClaimedJob) -> Command:
    """Return the job's command, if it is one of ours and the row is as we wrote it.

    Raises:
        ForgedJobError, UnknownCommandError: it is not to be run.
    """
    is_ours = is_signed(
        job.id,
        tenant=job.tenant,
        command=job.command,
        payload=job.payload,
        witness=job.witness,
        signature=job.signature,
    )
    if not is_ours:
        raise ForgedJobError(job)
    return registry.get(job.command)


def _run(job: ClaimedJob, command: Command, place: Place, worker: UUID) -> Ending:
    with log_tail() as tail, running(RunningJob(job.id, job.attempt)), working_for(place.tenant):
        try:
            return run_recorded(job, command, place, worker, tail)
        except LostJobError:
            raise
        except JobCancelled as error:
            return Ending(job=job, state=JobState.CANCELLED, error=str(error), log_tail=str(tail))
        except (Exception, SystemExit) as error:
            return _failure(job, command, error, tail)


def _failure(job: ClaimedJob, command: Command, error: BaseException, tail: LogTail) -> Ending:
    report = "".join(traceback.format_exception(error))[-_MAX_ERROR_CHARACTERS:]
    if job.attempt >= job.max_attempts or isinstance(error, GiveUp):
        report_failure(
            command.name, type(error).__name__, f"The job {job} has failed for good: {error!r}", error=error
        )
        return Ending(job=job, state=JobState.DEAD, error=report, log_tail=str(tail))
    logger.warning("The job %s failed in try %s of %s: %r", job, job.attempt, job.max_attempts, error)
    return Ending(
        job=job,
        state=JobState.WAITING,
        delay_seconds=retry_delay_seconds(command, job.attempt),
        error=report,
        log_tail=str(tail),
    )
