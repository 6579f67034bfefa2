"""The tenants of one server that wait to be migrated: some at once, some after a while."""

import heapq
import time
from collections import deque
from collections.abc import Iterable
from threading import Condition

from lib.tenancy.migrating.work import Job


class JobQueue:
    """Hands jobs to workers. One that was put back comes again, and holds up no other meanwhile."""

    def __init__(self, jobs: Iterable[Job]) -> None:
        self._ready = deque(jobs)
        self._waiting: list[tuple[float, int, Job]] = []
        self._at_work = 0
        self._stopped = False
        self._changed = Condition()

    def take(self) -> Job | None:
        """Return the next job, waiting for one that was put back; None when there is none to begin."""
        with self._changed:
            while True:
                self._wake()
                if self._stopped or not (self._ready or self._waiting or self._at_work):
                    return None
                if self._ready:
                    self._at_work += 1
                    return self._ready.popleft()
                self._changed.wait(self._seconds_to_next())

    def put_back(self, job: Job, seconds: float) -> None:
        """Let a job that was taken come again after `seconds`."""
        with self._changed:
            self._at_work -= 1
            heapq.heappush(self._waiting, (time.monotonic() + seconds, id(job), job))
            self._changed.notify_all()

    def finish(self) -> None:
        """Say that a job that was taken is done."""
        with self._changed:
            self._at_work -= 1
            self._changed.notify_all()

    def stop(self) -> None:
        """Hand out no more jobs."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()

    def _wake(self) -> None:
        while self._waiting and self._waiting[0][0] <= time.monotonic():
            self._ready.append(heapq.heappop(self._waiting)[2])

    def _seconds_to_next(self) -> float | None:
        return max(self._waiting[0][0] - time.monotonic(), 0) if self._waiting else None
