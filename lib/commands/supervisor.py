"""One supervisor a machine: it hears the doorbell, watches its children, and keeps the table in order."""

import logging
import os
import select
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

from django.db import DatabaseError, InterfaceError, close_old_connections

from lib.commands import systemd
from lib.commands.bells import Listener, make_listener
from lib.commands.chores import do_chores
from lib.commands.conf import grace_seconds, poll_seconds
from lib.commands.crew import Crew
from lib.commands.upkeep import look

logger = logging.getLogger(__name__)

_STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)


class Supervisor:
    """Run `concurrency` children on `queues` until SIGTERM or Ctrl-C; a second one ends the patience."""

    def __init__(self, *, concurrency: int, queues: list[str]) -> None:
        self._id = uuid4()
        self._concurrency = concurrency
        self._crew = Crew(self._id, concurrency=concurrency, queues=queues)
        self._stops_asked = 0
        self._look_at = 0.0
        self._is_database_away = False

    def run(self) -> None:
        """Work until told to stop."""
        listener = make_listener()
        with _interruptible(self._ask_to_stop) as interrupt:
            try:
                self._work(listener, interrupt)
                self._stop(interrupt)
            finally:
                self._crew.kill_all()
                listener.close()

    def _work(self, listener: Listener, interrupt: int) -> None:
        is_ready = False
        while not self._stops_asked:
            self._crew.reap()
            self._crew.kill_overdue()
            if time.monotonic() >= self._look_at or self._crew.has_vacancies:
                self._look()
            if not is_ready and self._crew.is_complete:
                is_ready = True
                systemd.notify("READY=1")
                logger.info("The worker is ready. Jobs it runs at a time: %s", self._concurrency)
            systemd.notify("WATCHDOG=1")
            self._crew.wake(listener.wait(self._pause_seconds(), interrupt))
            _empty(interrupt)

    def _look(self) -> None:
        self._look_at = time.monotonic() + poll_seconds()
        try:
            self._crew.forget_lost()
            seen = look(self._id, most=self._concurrency)
            self._crew.fill()
            do_chores(self._id)
        except (DatabaseError, InterfaceError) as error:
            self._say_away(error)
            close_old_connections()
            return
        self._is_database_away = False
        self._crew.wake(seen.ready_count)
        if seen.next_due_seconds is not None:
            self._look_at = min(self._look_at, time.monotonic() + max(seen.next_due_seconds, 0.0))

    def _say_away(self, error: Exception) -> None:
        if not self._is_database_away:
            logger.warning("The database is away, and will be tried again: %s", str(error).strip())
        self._is_database_away = True

    def _pause_seconds(self) -> float:
        until = min(self._look_at, self._crew.next_deadline)
        return min(max(until - time.monotonic(), 0.0), poll_seconds())

    def _stop(self, interrupt: int) -> None:
        """Let running jobs end, for a while; what is killed then is run again by another worker."""
        systemd.notify("STOPPING=1")
        logger.info("Stopping: waiting for the jobs that run")
        self._crew.ask_to_stop()
        patience_ends_at = time.monotonic() + grace_seconds()
        while self._crew.is_anybody_there and self._stops_asked < 2 and time.monotonic() < patience_ends_at:
            self._crew.reap()
            self._crew.kill_overdue()
            self._keep_lease()
            _wait_for(interrupt, min(0.2, max(patience_ends_at - time.monotonic(), 0.0)))
        self._crew.kill_all()
        try:
            self._crew.forget_lost()
        except (DatabaseError, InterfaceError):
            logger.warning("The database is away: what was running will be given to others when it is back")

    def _keep_lease(self) -> None:
        if time.monotonic() < self._look_at:
            return
        self._look_at = time.monotonic() + poll_seconds()
        try:
            self._crew.forget_lost()
            look(self._id, most=0)
        except (DatabaseError, InterfaceError) as error:
            self._say_away(error)
            close_old_connections()

    def _ask_to_stop(self, *args: Any) -> None:
        self._stops_asked += 1


@contextmanager
def _interruptible(on_stop: Any) -> Iterator[int]:
    """Yield a descriptor that can be read after a signal: of stopping, or of a child that ended."""
    reading, writing = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    before = {number: signal.signal(number, on_stop) for number in _STOP_SIGNALS}
    before[signal.SIGCHLD] = signal.signal(signal.SIGCHLD, lambda *args: None)
    wakeup_before = signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    try:
        yield reading
    finally:
        signal.set_wakeup_fd(wakeup_before)
        for number, handler in before.items():
            signal.signal(number, handler)
        os.close(reading)
        os.close(writing)


def _wait_for(interrupt: int, timeout_seconds: float) -> None:
    select.select([interrupt], [], [], timeout_seconds)
    _empty(interrupt)


def _empty(interrupt: int) -> None:
    try:
        os.read(interrupt, 4096)
    except BlockingIOError:
        return
