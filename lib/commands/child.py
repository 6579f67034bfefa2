"""One child of a supervisor: claims jobs and runs them, one after the other, until it is told to stop."""

import logging
import signal
import time
from typing import Any
from uuid import UUID

from django.db import DatabaseError, InterfaceError, close_old_connections, connections

from lib.commands import registry
from lib.commands.claims import ClaimedJob, Claims, Ending
from lib.commands.exceptions import LostJobError
from lib.commands.executor import execute
from lib.commands.machine import end_with_parent
from lib.commands.slots import Slot
from lib.commands.tenants import close_idle

logger = logging.getLogger(__name__)

# How a child says that another should take its place.
EXIT_STOPPED, EXIT_REPLACE_ME = 0, 75
_LONGEST_PAUSE_SECONDS = 5.0
_LONG_IDLE_SECONDS = 30.0


class Child:
    def __init__(self, worker: UUID, slot: Slot, queues: list[str]) -> None:
        self._worker = worker
        self._slot = slot
        self._claims = Claims(worker, queues)
        self._is_stopping = False

    def run(self, supervisor_pid: int) -> int:
        """Work until told to stop; return the exit status."""
        end_with_parent(supervisor_pid, signal.SIGKILL)
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGTERM, self._stop)
        # Ctrl-C reaches the whole group; the supervisor decides what it means.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        return self._work()

    def _stop(self, *args: Any) -> None:
        self._is_stopping = True

    def _work(self) -> int:
        ending: Ending | None = None
        while not self._is_stopping:
            self._slot.look()
            try:
                taken = self._claims.next_job(ending)
            except (DatabaseError, InterfaceError) as error:
                # A claim that was not answered may be committed. Under another name nobody takes it for ours.
                logger.warning("The database was lost while claiming: %s", str(error).strip())
                self._record(ending)
                return EXIT_REPLACE_ME
            self._complain_if_refused(ending, taken.was_settled)
            ending = None
            if not taken.is_known:
                logger.warning("This worker was taken for dead; another one takes its place")
                return EXIT_REPLACE_ME
            if taken.job is None:
                self._wait()
            else:
                ending = self._run(taken.job)
        self._record(ending)
        return EXIT_STOPPED

    def _wait(self) -> None:
        began_at = time.monotonic()
        self._slot.wait()
        # Asking each time whether the connection lives would delay every job of an idle worker.
        if time.monotonic() - began_at > _LONG_IDLE_SECONDS:
            close_old_connections()

    def _run(self, job: ClaimedJob) -> Ending | None:
        self._slot.begin(registry.timeout_seconds_of(job.command))
        try:
            ending = execute(job, self._worker)
        except LostJobError as error:
            logger.warning("%s", error)
            return None
        finally:
            _tidy()
        return None if ending.is_recorded else ending

    def _record(self, ending: Ending | None) -> None:
        """Record how a job ended, however long the database is away: it will not be run again for that."""
        pause_seconds = 0.05
        while ending is not None:
            close_old_connections()
            try:
                self._complain_if_refused(ending, self._claims.settle(ending))
            except (DatabaseError, InterfaceError):
                time.sleep(pause_seconds)
                pause_seconds = min(pause_seconds * 2, _LONGEST_PAUSE_SECONDS)
            else:
                return

    def _complain_if_refused(self, ending: Ending | None, was_settled: bool | None) -> None:
        if ending is not None and not was_settled:
            logger.warning("The job %s ended too late: it was given to another worker", ending.job)


def _tidy() -> None:
    """Close connections that are broken or have had their time, without asking each whether it lives."""
    now = time.monotonic()
    for connection in connections.all(initialized_only=True):
        if connection.errors_occurred or (connection.close_at is not None and connection.close_at <= now):
            connection.close_if_unusable_or_obsolete()
    close_idle()
