"""Jobs of tenants in a database of their own, where no transaction can hold the job's row and their work.

The sender writes a token into its own transaction, and the job's row, not confirmed yet, into the master.
After the commit it confirms the row. If it dies before, PostgreSQL itself is the witness: whoever tries to
insert the same token waits while the sender's transaction is open, meets it if that committed, and succeeds
if it was rolled back. The token is inserted before the row, so there is no row whose token is still to come.
"""

import logging
from collections.abc import Iterator
from contextlib import closing, contextmanager
from enum import Enum
from functools import partial
from typing import Any
from uuid import UUID

from django.db import DatabaseError, IntegrityError, OperationalError, connections, transaction
from psycopg2 import errorcodes

from lib.commands.ringing import ring
from lib.commands.rows import NewJob, insert_with
from lib.commands.tenants import MASTER_ALIAS, TENANT_ALIAS

logger = logging.getLogger(__name__)

_INSERT_TOKEN = "INSERT INTO commands_tokens_token (job) VALUES (%s)"  # noqa: S105 - no secret
_FIND_TOKEN = "SELECT FROM commands_tokens_token WHERE job = %s"  # noqa: S105
_DELETE_TOKEN = "DELETE FROM commands_tokens_token WHERE job = %s"  # noqa: S105
_WITHOUT_WAITING = "SET LOCAL lock_timeout = '200ms'; "
# Not flushed to disk by itself: if it is lost, the token still says the same.
_CONFIRM = """
    SET LOCAL synchronous_commit = off;
    UPDATE commands_job SET state = CASE WHEN run_at > now() THEN 'waiting' ELSE 'ready' END
    WHERE id = %s AND state = 'unconfirmed'
"""
_GIVE_WAY = """
    UPDATE commands_job
    SET state = 'cancelled', finished_at = now(), error = 'Another one like it was waiting.'
    WHERE id = %s AND state = 'unconfirmed'
"""


class Witness(Enum):
    """What the tenant's database says of the transaction that sent a job."""

    OPEN = "open"
    COMMITTED = "committed"
    ROLLED_BACK = "rolled back"


def insert_with_token(job: NewJob) -> UUID:
    """Write the job's token into the tenant's transaction and its row into the master; return its key."""
    with transaction.atomic(using=TENANT_ALIAS):
        with connections[TENANT_ALIAS].cursor() as cursor:
            cursor.execute(_INSERT_TOKEN, [job.id])
        with _committing_cursor() as cursor:
            insert_with(cursor, job)
        transaction.on_commit(partial(_confirm_and_ring, job.id), using=TENANT_ALIAS)
    return job.id


def confirm(job: UUID) -> None:
    """Make a job ready, or let it wait for its time, as its sender has committed. Safe to repeat."""
    with _committing_cursor() as cursor:
        try:
            cursor.execute(_CONFIRM, [job])
        except IntegrityError:
            cursor.execute(_GIVE_WAY, [job])


def ask_witness(job: UUID) -> Witness:
    """Return what became of the transaction that sent the job. To be called under the witnessing tenant."""
    try:
        with transaction.atomic(using=TENANT_ALIAS):
            with connections[TENANT_ALIAS].cursor() as cursor:
                cursor.execute(_WITHOUT_WAITING + _INSERT_TOKEN, [job])
            transaction.set_rollback(True, using=TENANT_ALIAS)
    except IntegrityError:
        return Witness.COMMITTED
    except OperationalError as error:
        if getattr(error.__cause__, "pgcode", None) != errorcodes.LOCK_NOT_AVAILABLE:
            raise
        return Witness.OPEN
    return Witness.ROLLED_BACK


def has_token(job: UUID) -> bool:
    """Return whether the job has yet to have its effect. Under the witnessing tenant."""
    with connections[TENANT_ALIAS].cursor() as cursor:
        cursor.execute(_FIND_TOKEN, [job])
        return bool(cursor.rowcount)


def take_token(job: UUID) -> bool:
    """Delete the job's token; return whether it was there. Under the witnessing tenant."""
    with connections[TENANT_ALIAS].cursor() as cursor:
        cursor.execute(_DELETE_TOKEN, [job])
        return bool(cursor.rowcount)


def _confirm_and_ring(job: UUID) -> None:
    try:
        confirm(job)
    except DatabaseError:
        # The work is done and committed; a supervisor will ask the witness.
        logger.exception("The job %s could not be confirmed", job)
    else:
        ring()


@contextmanager
def _committing_cursor() -> Iterator[Any]:
    """Yield a cursor of the master that commits by itself, though a transaction of `master` may be open."""
    connection: Any = connections[MASTER_ALIAS]
    if not connection.in_atomic_block:
        with connection.cursor() as cursor:
            yield cursor
        return
    with closing(connections.create_connection(MASTER_ALIAS)) as another, another.cursor() as cursor:
        yield cursor
