"""One at a time: two processes that prepare one database at once would both make the same tables."""

import logging
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import psycopg2

from lib.tenancy.administration import administer
from lib.tenancy.locks import lock_number
from lib.tenancy.privileges import unreachable
from lib.tenancy.servers import MAIN_SERVER

_ASK_AGAIN_SECONDS = 0.1

logger = logging.getLogger(__name__)


@contextmanager
def preparing_alone() -> Iterator[None]:
    """Wait until nobody else prepares the main server's database, and keep others waiting during the block.

    PostgreSQL gives the lock back when its holder dies, so nobody waits for a crash.

    Raises:
        UnreachableDatabaseError: there is no server, no such login or no such database.
    """
    with ExitStack() as stack:
        try:
            cursor = stack.enter_context(administer(MAIN_SERVER))
        except psycopg2.OperationalError as error:
            raise unreachable(MAIN_SERVER, error) from error
        _wait(cursor)
        # Held by the session until it is closed: migrations commit in between.
        yield


def _wait(cursor: psycopg2.extensions.cursor) -> None:
    has_waited = False
    # Asked again and again: a statement that waits would hold a snapshot, and a migration that builds an
    # index concurrently waits for all snapshots.
    while not _is_ours(cursor):
        if not has_waited:
            logger.info("Somebody else prepares this database; waiting until that is done.")
            has_waited = True
        time.sleep(_ASK_AGAIN_SECONDS)


def _is_ours(cursor: psycopg2.extensions.cursor) -> bool:
    cursor.execute("SELECT pg_try_advisory_lock(%s)", [lock_number("prepare")])
    return cursor.fetchone() == (True,)
