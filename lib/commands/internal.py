"""Commands that this package sends to itself, so that what may take long is not the supervisor's business."""

from uuid import UUID

from django.db import connections

from lib.commands.conf import confirm_seconds, keep_days, keep_dead_days, queues
from lib.commands.registry import Scope, command
from lib.commands.sending import sending
from lib.commands.tenants import MASTER_ALIAS, find_place, working_for
from lib.commands.witnesses import Witness, ask_witness, confirm

CONFIRM = "commands.confirm"
PRUNE = "commands.prune"
PRUNE_AT = "17 * * * *"

_UNCONFIRMED = """
    SELECT id FROM commands_job WHERE state = 'unconfirmed' AND witness = %s
    AND created_at < clock_timestamp() - make_interval(secs => %s)
"""
_DROP = "DELETE FROM commands_job WHERE id = %s AND state = 'unconfirmed'"
_ROWS_AT_ONCE = 5000
_PRUNE = """
    DELETE FROM commands_job WHERE id IN (
        SELECT id FROM commands_job
        WHERE finished_at < clock_timestamp() - CASE state WHEN 'dead' THEN make_interval(days => %s)
                                                           ELSE make_interval(days => %s) END
        LIMIT %s)
"""


def send_confirm(witness: str) -> None:
    """Have a child ask the witness about jobs whose sender did not confirm them."""
    sending(unique=witness, queue=queues()[0]).send_command(CONFIRM, witness)


@command(name=CONFIRM, scope=Scope.PLATFORM, retries=0, limit_per_tenant=2)
def confirm_jobs(witness: str) -> None:
    """Confirm the tenant's jobs whose senders committed, and drop those whose senders rolled back."""
    place = find_place(witness)
    for job in _unconfirmed(witness):
        if place is None:
            _drop(job)
            continue
        with working_for(place.tenant):
            answer = ask_witness(job)
        if answer is Witness.COMMITTED:
            confirm(job)
        elif answer is Witness.ROLLED_BACK:
            _drop(job)


@command(name=PRUNE, scope=Scope.PLATFORM, limit_per_tenant=1)
def prune() -> int:
    """Delete jobs that ended long ago, a few at a time; return how many."""
    total: int = 0
    with connections[MASTER_ALIAS].cursor() as cursor:
        while True:
            cursor.execute(_PRUNE, [keep_dead_days(), keep_days(), _ROWS_AT_ONCE])
            total += cursor.rowcount
            if cursor.rowcount < _ROWS_AT_ONCE:
                return total


def _unconfirmed(witness: str) -> list[UUID]:
    with connections[MASTER_ALIAS].cursor() as cursor:
        cursor.execute(_UNCONFIRMED, [witness, confirm_seconds()])
        return [key for (key,) in cursor.fetchall()]


def _drop(job: UUID) -> None:
    with connections[MASTER_ALIAS].cursor() as cursor:
        cursor.execute(_DROP, [job])
