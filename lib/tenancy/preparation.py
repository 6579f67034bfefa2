"""One at a time: two processes that prepare one database at once would both make the same tables."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from lib.tenancy.locks import try_session_lock, wait_for_session_lock
from lib.tenancy.privileges import admitted_to
from lib.tenancy.servers import MAIN_SERVER

_LOCK = "prepare"

logger = logging.getLogger(__name__)


@contextmanager
def preparing_alone() -> Iterator[None]:
    """Wait until nobody else prepares the main server's database, and keep others waiting during the block.

    PostgreSQL gives the lock back when its holder dies, so nobody waits for a crash.

    Raises:
        UnreachableDatabaseError: there is no server, no such login or no such database.
    """
    with admitted_to(MAIN_SERVER) as cursor:
        if not try_session_lock(_LOCK, cursor):
            logger.info("Somebody else prepares this database; waiting until that is done.")
            wait_for_session_lock(_LOCK, cursor)
        # Held by the session until it is closed: migrations commit in between.
        yield
