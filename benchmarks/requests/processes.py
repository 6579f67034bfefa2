"""The contestants' processes, which do what they are told line by line."""

import json
import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from benchmarks.requests.contestants import Contestant
from benchmarks.requests.pages import Page

_PROJECT_DIR = Path(__file__).resolve().parents[2]


class ContestantError(Exception):
    """Raised when a contestant's process ended instead of answering; its own error is above."""

    def __init__(self, contestant: Contestant, order: str) -> None:
        super().__init__(f"The process of {contestant.title!r} ended at {order!r}; its error is above.")


class Worker:
    """A process of one contestant."""

    def __init__(self, contestant: Contestant, process: "subprocess.Popen[str]") -> None:
        self.contestant = contestant
        self._process = process

    def ask(self, order: str, **arguments: Any) -> Any:
        """Return the answer to an order of `worker.py`.

        Raises:
            ContestantError: the process ended.
        """
        assert self._process.stdin
        assert self._process.stdout
        print(json.dumps([order, arguments]), file=self._process.stdin, flush=True)
        answer = self._process.stdout.readline()
        if not answer:
            raise ContestantError(self.contestant, order)
        return json.loads(answer)

    def visit(
        self, page: Page, times: int, *, warm_up: int = 0, companies: int | None = None
    ) -> tuple[list[int], int]:
        """Return the nanoseconds of each of so many requests, and those of processors for all of them."""
        companies = companies or self.contestant.companies
        lasted, of_processors = self.ask(
            "visit", path=page.path, times=times, companies=companies, warm_up=warm_up
        )
        return lasted, of_processors


@contextmanager
def worker_of(contestant: Contestant, port: int) -> Iterator[Worker]:
    """Run a process of the contestant, connected to the server at `port`, until the block ends."""
    command: list[str | Path] = [
        contestant.python,
        "-m",
        "benchmarks.requests.worker",
        f"benchmarks.requests.{contestant.folder}",
    ]
    with subprocess.Popen(  # noqa: S603 - our own words
        command,
        cwd=_PROJECT_DIR,
        env={**os.environ, "PYTHONPATH": str(_PROJECT_DIR), **contestant.environment(port)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield Worker(contestant, process)
        finally:
            process.kill()


@contextmanager
def workers_of(contestants: Sequence[Contestant], port: int) -> Iterator[list[Worker]]:
    """Run one process of each."""
    with ExitStack() as stack:
        yield [stack.enter_context(worker_of(contestant, port)) for contestant in contestants]
