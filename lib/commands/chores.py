"""What is done beside the jobs themselves, at every look and by any supervisor."""

from uuid import UUID

from django.db import connections

from lib.commands import internal, schedules
from lib.commands.conf import confirm_seconds
from lib.commands.standstill import release_held_jobs
from lib.commands.tenants import MASTER_ALIAS
from lib.commands.upkeep import forget_dead_neighbours, release_orphans

_UNCONFIRMED = """
    SELECT DISTINCT witness FROM commands_job
    WHERE state = 'unconfirmed' AND created_at < clock_timestamp() - make_interval(secs => %s)
"""


def do_chores(supervisor: UUID) -> None:
    """Give lost jobs to others, ask witnesses, let held jobs go on, and send what the schedule says."""
    forget_dead_neighbours(supervisor)
    release_orphans()
    release_held_jobs()
    for witness in _unconfirmed_witnesses():
        internal.send_confirm(witness)
    schedules.send_due()


def _unconfirmed_witnesses() -> list[str]:
    with connections[MASTER_ALIAS].cursor() as cursor:
        cursor.execute(_UNCONFIRMED, [confirm_seconds()])
        return [witness for (witness,) in cursor.fetchall()]
