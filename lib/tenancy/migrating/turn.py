"""One run at a time, over all machines; and none while tenants are being made from an older template."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from django.db import OperationalError, connections, transaction

from lib.tenancy.conf import MASTER_ALIAS
from lib.tenancy.locks import BEING_MADE, hold_lock, try_session_lock, wait_for_session_lock
from lib.tenancy.migrating.exceptions import RunInProgressError
from lib.tenancy.privileges import admitted_to
from lib.tenancy.servers import MAIN_SERVER

_LOCK = "migrate-tenants"
_LONGEST_WAIT_MS = 30_000


@contextmanager
def our_turn(*, patient: bool) -> Iterator[None]:
    """Hold the lock of migrating inside the block; PostgreSQL gives it back when its holder dies.

    Raises:
        RunInProgressError: another process holds it, and we are not patient.
        UnreachableDatabaseError: there is no server, no such login or no such database.
    """
    # Held by a session of its own, past a pooler, because the run is many transactions.
    with admitted_to(MAIN_SERVER) as cursor:
        if patient:
            wait_for_session_lock(_LOCK, cursor)
        elif not try_session_lock(_LOCK, cursor):
            raise RunInProgressError
        yield


def wait_for_tenants_being_made() -> None:
    """Return when all are there who were begun before the newest template; later ones are made from it."""
    # After the time-out they are found behind by the next run.
    with suppress(OperationalError), transaction.atomic(using=MASTER_ALIAS):
        with connections[MASTER_ALIAS].cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = {_LONGEST_WAIT_MS}")
        hold_lock(BEING_MADE, using=MASTER_ALIAS)
