"""The command line, in a checkout of its own: a folder with a link to `lib`."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lib.postgres.server import EmbeddedServer, development_server

PROJECT_DIR = Path(__file__).parents[3]


@pytest.fixture
def checkout(tmp_path: Path) -> Iterator[Path]:
    shutil.copytree(PROJECT_DIR / "lib/postgres", tmp_path / "lib/postgres")
    (tmp_path / "lib/__init__.py").touch()
    yield tmp_path
    development_server(tmp_path / "var").stop()


@pytest.fixture
def server(checkout: Path) -> EmbeddedServer:
    return development_server(checkout / "var")


def start(checkout: Path, *words: str, **variables: str) -> "subprocess.Popen[str]":
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"} | variables
    command = [sys.executable, "-m", "lib.postgres", *words]
    return subprocess.Popen(command, cwd=checkout, env=environment, stdout=subprocess.PIPE, text=True)


def run(checkout: Path, *words: str, **variables: str) -> tuple[int, str]:
    process = start(checkout, *words, **variables)
    output, _ = process.communicate(timeout=30)
    return process.returncode, output.strip()


def becomes_true(condition: Callable[[], bool], timeout_seconds: float = 10) -> bool:
    deadline = time.monotonic() + timeout_seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def has_stopped(server: EmbeddedServer) -> bool:
    return becomes_true(lambda: not server.is_running())


def test_exec_gives_the_address_returns_the_status_and_stops_the_server(checkout, server):
    assert run(checkout, "exec", "--", "sh", "-c", 'echo "$DATABASE_URL"; exit 7')[0] == 7
    assert has_stopped(server)

    status, output = run(checkout, "exec", "--", "sh", "-c", 'echo "$DATABASE_URL"')
    assert status == 0
    assert output.startswith("postgres://terrace:")
    assert has_stopped(server)


def test_exec_leaves_whoever_has_a_database_alone(checkout, server):
    own = "postgres://me@127.0.0.1:5432/mine"
    assert run(checkout, "exec", "--", "sh", "-c", 'echo "$DATABASE_URL"', DATABASE_URL=own) == (0, own)

    (checkout / ".env").write_text(f"OTHER=1\nDATABASE_URL={own}\n")
    assert run(checkout, "exec", "--", "true") == (0, "")
    assert run(checkout, "url") == (0, own)
    assert not server.server_dir.exists()


def test_the_last_user_stops_the_server_even_when_killed(checkout, server):
    first = start(checkout, "exec", "--", "sleep", "60")
    assert becomes_true(lambda: server.url is not None)
    second = start(checkout, "exec", "--", "sh", "-c", "echo here; exec sleep 60")
    assert second.stdout.readline() == "here\n"

    first.terminate()
    assert first.wait(10) == -signal.SIGTERM  # the command itself got the signal
    time.sleep(0.3)
    assert server.is_running()

    second.kill()
    second.wait(10)
    assert has_stopped(server)
    for process in (first, second):
        process.stdout.close()


def test_a_server_started_by_name_stays_until_it_is_stopped_by_name(checkout, server):
    assert run(checkout, "status")[0] == 3
    assert run(checkout, "url")[0] == 3
    assert run(checkout, "start")[0] == 0
    assert run(checkout, "exec", "--", "true")[0] == 0
    time.sleep(0.3)
    assert run(checkout, "status")[0] == 0
    assert run(checkout, "url") == (0, server.url)
    assert run(checkout, "stop") == (0, "Stopped.")
    assert run(checkout, "stop") == (0, "It was not running.")
    assert not server.is_running()


def test_a_command_that_does_not_exist_is_named(checkout):
    assert run(checkout, "exec", "--", "no-such-command", DATABASE_URL="postgres://x")[0] == 127
    assert run(checkout, "exec", DATABASE_URL="postgres://x")[0] == 2


def test_psql_speaks_as_the_application(checkout):
    assert run(checkout, "psql", "--", "-Atc", "SELECT current_user") == (0, "terrace")
