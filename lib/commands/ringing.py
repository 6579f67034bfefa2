"""Wake the workers: after the commit, without waiting for anybody, and without ever failing."""

import logging
import os

from django.db import transaction

from lib.commands.bells import Bell, make_bell
from lib.commands.tenants import platform_alias

logger = logging.getLogger(__name__)

# The bell of this process: what a parent opened is of no use to its children. They keep it, since to close it
# is the parent's affair.
_bells: dict[int, Bell] = {}


def ring_after_commit() -> None:
    """Ring when the transaction commits that holds the job's row."""
    transaction.on_commit(ring, using=platform_alias())


def ring() -> None:
    """Tell the workers to look at the table. If nobody hears it, they look a little later by themselves."""
    try:
        _bell_of_process().ring()
    except Exception:
        # The job is committed: whoever sent it must not see an error now.
        logger.exception("The doorbell of the workers could not be rung")


def _bell_of_process() -> Bell:
    pid = os.getpid()
    if pid not in _bells:
        _bells[pid] = make_bell()
    return _bells[pid]


def forget_bell() -> None:
    """Close the bell of this process; the next ring opens another, as after a change of settings."""
    if bell := _bells.pop(os.getpid(), None):
        bell.close()
