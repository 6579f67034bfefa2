"""Workers as processes of their own, which can be killed, stopped and paused."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.databases import database_url

ROOT = Path(__file__).resolve().parents[3]
TIMEOUT_SECONDS = 60.0


class WorkerProcess:
    """One supervisor with its children, in a process group of its own."""

    def __init__(self, log: Path, *words: str, concurrency: int = 2, **environment: str) -> None:
        self.log = log
        environment = {
            "DATABASE_URL": database_url(),
            "COMMANDS_DOORBELL": "none",
            "DJANGO_SETTINGS_MODULE": "tests.faults.commands.settings",
            "PYTHONWARNINGS": "default",
            **environment,
        }
        self._command = [sys.executable, "-m", "tests.faults.commands.worker_program"]
        self._words = [f"--concurrency={concurrency}", *words]
        self._environment = {**os.environ, **environment}
        self.start()

    def start(self) -> None:
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                [*self._command, *self._words],
                cwd=ROOT,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        self._ready_before = self.log.read_text().count("The worker is ready")

    def wait_until_ready(self) -> None:
        wait_until(lambda: self._is_ready() or self.process.poll() is not None)
        assert self.process.poll() is None, self.log.read_text()

    def _is_ready(self) -> bool:
        return self.log.read_text().count("The worker is ready") > self._ready_before

    def children(self) -> list[int]:
        path = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(pid) for pid in path.read_text().split()]

    def kill_a_child(self, number: int = 0) -> bool:
        """Kill a child with SIGKILL; return whether there was one."""
        children = self.children()
        if not children:
            return False
        return _kill(children[number % len(children)])

    def kill(self) -> None:
        """Kill the supervisor, with whom its children die."""
        self.process.kill()
        self.process.wait(TIMEOUT_SECONDS)

    def stop(self) -> int:
        """Ask it to stop as systemd does, and return its exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(TIMEOUT_SECONDS)

    def send_to_all(self, number: signal.Signals) -> None:
        os.killpg(self.process.pid, number)


def _kill(pid: int) -> bool:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True


@contextmanager
def worker_process(log: Path, *words: str, **options: Any) -> Iterator[WorkerProcess]:
    """Run a worker around the block, and leave nothing of it."""
    worker = WorkerProcess(log, *words, **options)
    try:
        worker.wait_until_ready()
        yield worker
    finally:
        if worker.process.poll() is None:
            worker.send_to_all(signal.SIGKILL)
            worker.process.wait(TIMEOUT_SECONDS)


def wait_until(condition: Callable[[], Any], timeout_seconds: float = TIMEOUT_SECONDS) -> None:
    deadline = time.monotonic() + timeout_seconds
    while not condition():
        assert time.monotonic() < deadline, "It has not happened in time."
        time.sleep(0.01)
