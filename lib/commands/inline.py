"""The engine of tests: the sender's own process runs the job after its commit, as a worker would.

The arguments travel through JSON, the signature is checked, the tenant is taken away and set anew. What the
command raises is raised, so that no test stays green with a command that fails.
"""

from functools import partial
from uuid import UUID

from django.db import transaction

from lib.commands.claims import ClaimedJob
from lib.commands.current import RunningJob, running
from lib.commands.executor import admit
from lib.commands.log_tails import log_tail
from lib.commands.rows import NewJob
from lib.commands.tenants import (
    MASTER_ALIAS,
    TENANT_ALIAS,
    find_current_tenant,
    find_place,
    no_tenant,
    working_for,
)
from lib.commands.transactions import call


def run_after_commit(job: NewJob) -> UUID:
    """Run the job when the sender's transaction commits, whatever its time was to be; return its key."""
    alias = TENANT_ALIAS if find_current_tenant() else MASTER_ALIAS
    transaction.on_commit(partial(run_now, job), using=alias)
    return job.id


def run_now(job: NewJob) -> None:
    """Run the job once. Raises what the command raises, or why it may not be run."""
    claimed = ClaimedJob(
        id=job.id,
        tenant=job.tenant,
        command=job.command,
        payload=job.payload,
        signature=job.signature,
        queue=job.queue,
        attempt=1,
        max_attempts=1,
        witness=job.witness,
    )
    with no_tenant():
        command, place = admit(claimed), find_place(claimed.tenant)
        if place is None:
            raise LookupError(f"The tenant of {claimed} is gone.")
        with log_tail(), running(RunningJob(job.id, 1)), working_for(place.tenant):
            call(claimed, command)
