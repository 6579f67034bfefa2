"""Jobs that failed for good: all are logged; one is mailed for each command and kind of error in a while."""

import logging

from django.core.cache import caches
from django.db import DatabaseError

from lib.commands.conf import alert_seconds
from lib.commands.tenants import SHARED_CACHE_ALIAS

logger = logging.getLogger(__name__)


def report_failure(command: str, kind: str, message: str, *, error: BaseException | None = None) -> None:
    """Log a job's failure: as an error, which is mailed to ADMINS, if it is the first of its kind for long.

    A thousand jobs that fail because a mail server is away are one mail, and a thousand lines of the log.
    """
    level = logging.ERROR if _is_first(f"commands-failure:{command}:{kind}") else logging.WARNING
    logger.log(level, "%s", message, exc_info=error if level == logging.ERROR else None)


def _is_first(key: str) -> bool:
    try:
        return caches[SHARED_CACHE_ALIAS].add(key, True, alert_seconds())
    except (DatabaseError, OSError):
        return True  # rather twice than never
