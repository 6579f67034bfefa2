"""Workers for all servers at once, so many for each."""

import queue
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from threading import Thread

from django.db import connections

from lib.tenancy.connections import close_worn
from lib.tenancy.migrating.exceptions import HistoryChangedError
from lib.tenancy.migrating.failures import is_passing
from lib.tenancy.migrating.queue import JobQueue
from lib.tenancy.migrating.results import Report
from lib.tenancy.migrating.work import Job, Worker

_LONGEST_WAIT_SECONDS = 15.0


class Crew:
    """Threads that do jobs, each with connections of its own."""

    def __init__(self, worker: Worker, *, per_server: int, retries: int) -> None:
        self._worker = worker
        self._per_server = per_server
        self._retries = retries
        self._queues: list[JobQueue] = []
        self._reports: queue.SimpleQueue[Report | BaseException | None] = queue.SimpleQueue()

    def work(self, jobs: Iterable[Job]) -> Iterator[Report]:
        """Do all jobs, yielding what became of each as soon as it is done.

        When the caller stops asking, or is interrupted, those at work are finished and no others begun.
        """
        by_server: defaultdict[str, list[Job]] = defaultdict(list)
        for job in jobs:
            by_server[job.tenant.server].append(job)
        self._queues = [JobQueue(mine) for mine in by_server.values()]
        threads = [
            Thread(target=self._serve, args=[jobs_of_server], daemon=True)
            for jobs_of_server, mine in zip(self._queues, by_server.values(), strict=True)
            for _ in range(min(self._per_server, len(mine)))
        ]
        for thread in threads:
            thread.start()
        try:
            yield from self._collect(len(threads))
        finally:
            self.stop()
            for thread in threads:
                thread.join()

    def stop(self) -> None:
        """Begin no more jobs."""
        for jobs in self._queues:
            jobs.stop()

    def _collect(self, at_work: int) -> Iterator[Report]:
        while at_work:
            report = self._reports.get()
            if isinstance(report, BaseException):
                raise report
            if report is None:
                at_work -= 1
            else:
                yield report

    def _serve(self, jobs: JobQueue) -> None:
        try:
            while job := jobs.take():
                self._do(job, jobs)
                close_worn()
        except BaseException as error:
            self._reports.put(error)
        finally:
            connections.close_all()
            self._reports.put(None)

    def _do(self, job: Job, jobs: JobQueue) -> None:
        started_at = time.monotonic()
        try:
            report = self._worker.do(job)
        except Exception as error:
            connections.close_all()
            again = is_passing(error) or isinstance(error, HistoryChangedError)
            if again and job.attempts <= self._retries:
                seconds = min(0.5 * 2 ** (job.attempts - 1), _LONGEST_WAIT_SECONDS)
                job.attempts += 1
                jobs.put_back(job, seconds)
                return
            report = self._worker.fail(job, error, started_at)
        jobs.finish()
        self._reports.put(report)
