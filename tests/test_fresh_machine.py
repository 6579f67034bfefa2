"""A checkout nobody has prepared, in a folder far down, with nothing in the environment: it just runs.

What `make run` runs, with the Python of the tests: installing is left out, since it takes the network.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from http.client import HTTPConnection
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

import psycopg2
import pytest

from lib.postgres.processes import find_postmaster
from lib.postgres.server import EmbeddedServer, development_server

ROOT = Path(__file__).parents[1]
NOT_COPIED = shutil.ignore_patterns(".git", ".venv", "var", ".env", ".*_cache", ".hypothesis", "__pycache__")
READY = "Ready. Stop with Ctrl-C."
TIMEOUT_SECONDS = 30

# The checkout is made once, and what one test leaves running another would meet.
pytestmark = pytest.mark.xdist_group("fresh machine")


class Running:
    """One `make run`, in a process group of its own as a terminal would give it."""

    def __init__(self, checkout: Path) -> None:
        self.log = checkout / f"output-{time.monotonic_ns()}"
        with self.log.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "lib.postgres", "exec", "--", sys.executable, "manage.py", "develop"],
                cwd=checkout,
                env={name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    @property
    def output(self) -> str:
        return self.log.read_text()

    @property
    def port(self) -> int:
        [port, *again] = re.findall(r"http://www\.localhost:(\d+)/$", self.output, re.MULTILINE)
        assert set(again) <= {port}, "It has moved to another port."
        return int(port)

    def address_of(self, subdomain: str) -> str:
        return f"http://{subdomain}.localhost:{self.port}/"

    def status_of(self, subdomain: str) -> int:
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT_SECONDS)) as connection:
            connection.request("GET", "/", headers={"Host": f"{subdomain}.localhost:{self.port}"})
            return connection.getresponse().status

    def send(self, number: signal.Signals) -> None:
        """Send a signal to all of it, as Ctrl-C does."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, number)
        self.process.wait(TIMEOUT_SECONDS)

    def ready(self) -> Self:
        """Wait until it says that it is ready."""
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while READY not in self.output:
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.send(signal.SIGKILL)
                pytest.fail(f"It does not start:\n{self.output}")
            time.sleep(0.02)
        return self


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("fresh")
    folder /= "/".join(["a-deep-folder"] * ((150 - len(str(folder))) // 13))
    shutil.copytree(ROOT, folder, ignore=NOT_COPIED)
    subprocess.run(["make", "--silent", ".env"], cwd=folder, check=True, capture_output=True)
    yield folder
    development_server(folder / "var").stop()


@pytest.fixture
def server(checkout: Path) -> EmbeddedServer:
    return development_server(checkout / "var")


@pytest.fixture
def start(checkout: Path) -> Iterator[Callable[[], Running]]:
    started: list[Running] = []

    def act() -> Running:
        started.append(Running(checkout))
        return started[-1]

    yield act
    for running in started:
        running.send(signal.SIGKILL)


def test_it_answers_moves_on_to_a_free_port_and_leaves_nothing_behind(start, server, checkout):
    first = start().ready()
    assert (first.status_of("www"), first.status_of("acme"), first.status_of("nobody")) == (200, 302, 404)
    second = start().ready()
    assert (second.status_of("www"), second.status_of("acme")) == (200, 302)
    assert first.port != second.port
    wait_for(lambda: "The worker is ready" in first.output)
    assert addresses_in(checkout, server) == {first.address_of("acme"), first.address_of("globex")}

    for running in (first, second):
        # The process that served lets go of its port a moment after the one that was told to stop.
        its_own = {running.address_of("acme"), running.address_of("globex")}
        wait_for(lambda its_own=its_own: addresses_in(checkout, server) == its_own)
        running.send(signal.SIGINT)
        assert running.process.returncode == 0
        assert "Traceback" not in running.output
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while find_postmaster(server.data_dir):
        assert time.monotonic() < deadline, "PostgreSQL outlives those who used it."
        time.sleep(0.02)


def test_it_answers_while_it_loads_changed_code(start, checkout):
    running = start().ready()
    code = checkout / "apps/www/views.py"
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while running.output.count(READY) < 2:
        assert time.monotonic() < deadline, running.output
        os.utime(code)  # again and again: the reloader has yet to look for the first time
        assert running.status_of("www") == 200  # nobody is refused, though some wait
        time.sleep(0.1)
    assert running.status_of("www") == 200


def test_it_starts_again_after_everything_was_killed(start, server):
    running = start().ready()
    postmaster = find_postmaster(server.data_dir)
    assert postmaster
    running.send(signal.SIGKILL)
    with suppress(ProcessLookupError):  # its keeper may have stopped it already
        os.kill(postmaster.pid, signal.SIGKILL)
    assert start().ready().status_of("acme") == 302


def test_a_company_that_cannot_be_migrated_keeps_nobody_from_working(start, server):
    start().ready()
    schema = execute(server, "SELECT schema_name FROM master.companies_company WHERE subdomain = 'globex'")
    execute(server, f"""DELETE FROM "{schema}".django_migrations WHERE app = 'contacts' RETURNING 1""")
    execute(server, "UPDATE master.companies_company SET version = '' WHERE subdomain = 'globex' RETURNING 1")

    running = start().ready()
    assert "globex stays behind on migrations: ProgrammingError" in running.output
    assert (running.status_of("www"), running.status_of("acme"), running.status_of("globex")) == (
        200,
        302,
        503,
    )


def wait_for(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def addresses_in(checkout: Path, server: EmbeddedServer) -> set[str]:
    """Return what `manage.py tenants` says to somebody who asks in another terminal."""
    listed = subprocess.run(
        [sys.executable, "manage.py", "tenants"],
        cwd=checkout,
        env={name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
        capture_output=True,
        text=True,
        check=True,
    )
    return {line.rsplit("  ", 1)[1] for line in listed.stdout.splitlines()[1:]}


def execute(server: EmbeddedServer, statement: str) -> object:
    assert server.url
    assert urlsplit(server.url).hostname == "127.0.0.1"
    with closing(psycopg2.connect(server.url)) as connection, connection, connection.cursor() as cursor:
        cursor.execute('SET ROLE "terrace:owner"')  # the login by itself may do nothing
        cursor.execute(statement)
        return cursor.fetchone()[0]
