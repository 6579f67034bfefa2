"""The children of one supervisor: forked, woken, killed when they take too long, replaced when they end."""

import logging
import os
import signal
import time
from dataclasses import dataclass
from uuid import UUID

from django.db import connections

from lib.commands.child import EXIT_REPLACE_ME, EXIT_STOPPED, Child
from lib.commands.slots import Slot, make_slots
from lib.commands.upkeep import forget_worker, register_workers

logger = logging.getLogger(__name__)

# A child that ends sooner is replaced at the next look only, so that one that cannot begin costs little.
_SHORTEST_LIFE_SECONDS = 0.2


@dataclass
class _Member:
    pid: int
    worker: UUID
    born_at: float
    problem: str = ""


class Crew:
    def __init__(self, supervisor: UUID, *, concurrency: int, queues: list[str]) -> None:
        self._supervisor = supervisor
        self._queues = queues
        self._slots = make_slots(concurrency)
        self._members: list[_Member | None] = [None] * concurrency
        # Workers that have ended, until the table knows.
        self._lost: list[tuple[UUID, str]] = []
        self._fill_at = 0.0

    @property
    def has_vacancies(self) -> bool:
        """Whether a child is missing that may be made now."""
        return None in self._members and time.monotonic() >= self._fill_at

    @property
    def is_complete(self) -> bool:
        return None not in self._members

    @property
    def is_anybody_there(self) -> bool:
        return any(self._members)

    @property
    def next_deadline(self) -> float:
        """The earliest time at which a child will have to be killed."""
        return min((slot.deadline for slot, _ in self._at_work()), default=float("inf"))

    def fill(self) -> None:
        """Fork the children that are missing."""
        vacant = [number for number, member in enumerate(self._members) if member is None]
        if not vacant or time.monotonic() < self._fill_at:
            return
        pid = os.getpid()
        workers = register_workers(len(vacant), supervisor=self._supervisor, pid=pid)
        # A child that inherited our connection would end the session with it.
        connections.close_all()
        for number, worker in zip(vacant, workers, strict=True):
            slot = self._slots[number]
            slot.look()
            self._members[number] = _Member(
                _fork(Child(worker, slot, self._queues), pid), worker, time.monotonic()
            )

    def wake(self, how_many: int) -> None:
        """Wake so many children that are free."""
        for slot, member in zip(self._slots, self._members, strict=True):
            if how_many <= 0:
                return
            if member and slot.wake():
                how_many -= 1

    def reap(self) -> None:
        """Notice children that have ended."""
        for number, member in enumerate(self._members):
            if member is None:
                continue
            pid, status = os.waitpid(member.pid, os.WNOHANG)
            if pid:
                self._lose(number, member, os.waitstatus_to_exitcode(status))

    def kill_overdue(self) -> None:
        """Kill children whose job has passed its time: a failure that any kind of code obeys."""
        now = time.monotonic()
        for slot, member in self._at_work():
            if slot.deadline <= now and not member.problem:
                member.problem = "It ran longer than its timeout allows, and was killed."
                os.kill(member.pid, signal.SIGKILL)

    def forget_lost(self) -> None:
        """Give the jobs of children that have ended to others. Safe to repeat, if the database is away."""
        while self._lost:
            forget_worker(*self._lost[0])
            del self._lost[0]

    def ask_to_stop(self) -> None:
        """Let every child end after its job."""
        for slot, member in zip(self._slots, self._members, strict=True):
            if member:
                os.kill(member.pid, signal.SIGTERM)
                slot.wake_anyway()

    def kill_all(self) -> None:
        """End every child at once."""
        for number, member in enumerate(self._members):
            if member:
                member.problem = member.problem or "Its worker was stopped before it had ended."
                os.kill(member.pid, signal.SIGKILL)
                _, status = os.waitpid(member.pid, 0)
                self._lose(number, member, os.waitstatus_to_exitcode(status))

    def _at_work(self) -> list[tuple[Slot, _Member]]:
        pairs = zip(self._slots, self._members, strict=True)
        return [(slot, member) for slot, member in pairs if member and slot.deadline]

    def _lose(self, number: int, member: _Member, exit_code: int) -> None:
        self._members[number] = None
        ended_well = exit_code in (EXIT_STOPPED, EXIT_REPLACE_ME)
        if not ended_well:
            logger.warning("The child %s has ended: %s", member.pid, _describe(exit_code))
        self._lost.append(
            (member.worker, member.problem or f"Its process has ended: {_describe(exit_code)}.")
        )
        if time.monotonic() - member.born_at < _SHORTEST_LIFE_SECONDS:
            self._fill_at = time.monotonic() + _SHORTEST_LIFE_SECONDS


def _fork(child: Child, supervisor_pid: int) -> int:
    """Start the child in a process of its own and return its number."""
    pid = os.fork()
    if pid:
        return pid
    exit_code = 1
    try:
        exit_code = child.run(supervisor_pid)
    except BaseException:
        logger.exception("A child of the worker has failed")
    finally:
        # Nothing of the supervisor's is cleaned up here: it still uses it.
        logging.shutdown()
        os._exit(exit_code)


def _describe(exit_code: int) -> str:
    return f"killed by {signal.Signals(-exit_code).name}" if exit_code < 0 else f"exit status {exit_code}"
