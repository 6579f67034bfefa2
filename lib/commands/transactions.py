"""Where a command's effects are committed: by itself, or together with the record that it is done."""

from typing import Any
from uuid import UUID

from django.db import transaction

from lib.commands import payloads
from lib.commands.claims import ClaimedJob, Ending, settle_with
from lib.commands.exceptions import LostJobError
from lib.commands.log_tails import LogTail
from lib.commands.registry import Command
from lib.commands.states import JobState
from lib.commands.tenants import TENANT_ALIAS, Place, find_place, platform_alias, platform_cursor, working_for
from lib.commands.witnesses import has_token, take_token


def run_recorded(job: ClaimedJob, command: Command, place: Place, worker: UUID, tail: LogTail) -> Ending:
    """Run the command under the current tenant and return its ending, which may be recorded already.

    Raises:
        LostJobError: the job is another worker's now; an atomic command is undone.
    """
    if command.atomic and job.witness == job.tenant:
        return _run_with_token(job, command, tail)
    if job.witness and not _under_witness(job, has_token):
        return _done_before(job)
    if command.atomic:
        ending = _run_with_record(job, command, worker, tail)
    else:
        ending = _done(job, call(job, command), tail)
    if job.witness:
        _under_witness(job, take_token)
    return ending


def _run_with_record(job: ClaimedJob, command: Command, worker: UUID, tail: LogTail) -> Ending:
    """Commit the effects and the record of them together: one database holds both."""
    with transaction.atomic(using=platform_alias()):
        ending = _done(job, call(job, command), tail, is_recorded=True)
        with platform_cursor() as cursor:
            if not settle_with(cursor, ending, worker):
                raise LostJobError(f"The job {job} was given to another worker, so nothing of it is kept.")
    return ending


def _run_with_token(job: ClaimedJob, command: Command, tail: LogTail) -> Ending:
    """Commit the effects and the end of the token together, in the tenant's own database."""
    with transaction.atomic(using=TENANT_ALIAS):
        if not take_token(job.id):
            return _done_before(job)
        return _done(job, call(job, command), tail)


def call(job: ClaimedJob, command: Command) -> Any:
    """Call the command with the arguments that were sent, and return what it returns."""
    args, options = payloads.load(job.payload)
    try:
        return command.run(*args, **options)
    except SystemExit as exit_:
        # A management command may end this way although all is well.
        if exit_.code not in (None, 0):
            raise
        return None


def _done(job: ClaimedJob, returned: Any, tail: LogTail, *, is_recorded: bool = False) -> Ending:
    return Ending(
        job=job,
        state=JobState.DONE,
        log_tail=str(tail),
        result=payloads.dump_result(returned),
        is_recorded=is_recorded,
    )


def _done_before(job: ClaimedJob) -> Ending:
    """The token is gone: an earlier try has done it all, and died before it could say so."""
    return Ending(job=job, state=JobState.DONE, log_tail="Done in an earlier try.")


def _under_witness(job: ClaimedJob, ask: Any) -> bool:
    place = find_place(job.witness)
    if place is None:
        return True  # the tenant is gone, and its token with it
    with working_for(place.tenant):
        return bool(ask(job.id))
