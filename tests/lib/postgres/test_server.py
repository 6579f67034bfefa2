"""Each test works with real servers; those that may share one do, for a second of initdb is a long time."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg2
import pytest

from lib.postgres import development_url
from lib.postgres.exceptions import ForeignDataError, OtherVersionError, PasswordLostError
from lib.postgres.processes import find_postmaster, is_alive
from lib.postgres.server import EmbeddedServer, development_server

PROJECT_DIR = Path(__file__).parents[3]


@pytest.fixture
def var_dir(tmp_path: Path) -> Path:
    return tmp_path / "var"


@pytest.fixture
def server(var_dir: Path) -> Iterator[EmbeddedServer]:
    server = development_server(var_dir)
    yield server
    server.stop()


def pid_of(server: EmbeddedServer) -> int:
    postmaster = find_postmaster(server.data_dir)
    assert postmaster is not None
    return postmaster.pid


def answer(url: str, statement: str = "SELECT 'yes'") -> object:
    connection = psycopg2.connect(url)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchone()[0]
    finally:
        connection.close()


def kill_everything_of(server: EmbeddedServer) -> None:
    pid = pid_of(server)
    os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + 5
    while is_alive(pid) and time.monotonic() < deadline:
        time.sleep(0.01)


def test_it_starts_stops_and_starts_again_with_its_data(server, var_dir):
    assert development_url(var_dir) is None
    url = server.ensure_running()
    assert development_url(var_dir) == url
    answer(url, "CREATE SCHEMA acme; CREATE TABLE acme.contact (name text); SELECT 'made'")

    assert server.stop() is True
    assert not server.is_running()
    assert development_url(var_dir) is None
    assert server.stop() is False

    assert server.ensure_running() == url  # the same port and password, so a second terminal goes on working
    assert answer(url, "SELECT count(*) FROM acme.contact") == 0


def test_it_adopts_a_server_that_already_runs(server, var_dir):
    server.ensure_running()
    pid = pid_of(server)

    assert answer(development_server(var_dir).ensure_running()) == "yes"
    assert pid_of(server) == pid


def test_it_comes_back_after_a_kill_whoever_has_the_number_now(server):
    url = server.ensure_running()
    kill_everything_of(server)
    assert not server.is_running()
    assert answer(server.ensure_running()) == "yes"

    # The number is given out again, to a process of the very same user: PostgreSQL would refuse to start.
    kill_everything_of(server)
    with subprocess.Popen(["sleep", "60"], cwd=server.data_dir) as stranger:
        pid_file = server.data_dir / "postmaster.pid"
        lines = pid_file.read_text().splitlines()
        pid_file.write_text("\n".join([str(stranger.pid), *lines[1:]]) + "\n")
        assert not server.is_running()
        assert server.ensure_running() == url
        assert stranger.poll() is None  # and nobody stopped the stranger
        stranger.kill()


def test_it_waits_while_the_server_recovers_from_the_kill_of_one_process(server):
    url = server.ensure_running()
    connection = psycopg2.connect(url)
    os.kill(connection.info.backend_pid, signal.SIGKILL)
    connection.close()
    assert answer(server.ensure_running()) == "yes"


def test_it_takes_another_port_when_a_stranger_has_its_own(server):
    first_url = server.ensure_running()
    server.stop()
    port = int((server.server_dir / "port").read_text())
    with socket.create_server(("127.0.0.1", port)):
        second_url = server.ensure_running()
        assert second_url != first_url
        assert answer(second_url) == "yes"


def test_it_starts_once_when_two_start_it_at_a_time(server, var_dir):
    start = "import sys, pathlib; from lib.postgres.server import development_server as server;"
    start += "print(server(pathlib.Path(sys.argv[1])).ensure_running())"

    def run(_: int) -> str:
        return subprocess.check_output(
            [sys.executable, "-c", start, str(var_dir)], cwd=PROJECT_DIR, text=True
        ).strip()

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(run, range(2))
    assert first == second == server.url


def test_it_works_in_a_path_longer_than_a_socket_allows(tmp_path):
    deep = tmp_path / ("long-name-" * 8) / ("longer-name-" * 8) / "var"
    assert len(str(deep)) > 150
    server = development_server(deep)
    try:
        assert answer(server.ensure_running()) == "yes"
    finally:
        server.stop()


def test_it_begins_again_after_a_kill_during_initdb(server, var_dir):
    start = "import sys, pathlib; from lib.postgres.server import development_server as server;"
    start += "server(pathlib.Path(sys.argv[1])).ensure_running()"
    with subprocess.Popen([sys.executable, "-c", start, str(var_dir)], cwd=PROJECT_DIR) as starting:
        while not list(server.server_dir.glob("data.unfinished-*/base/1")):
            time.sleep(0.005)
        starting.kill()
    assert not server.data_dir.exists()

    assert answer(server.ensure_running()) == "yes"


def test_it_listens_on_this_machine_only(server):
    url = server.ensure_running()
    assert answer(url, "SHOW listen_addresses") == "127.0.0.1"
    socket_dir = (server.data_dir / "postmaster.pid").read_text().splitlines()[4]
    assert socket_dir == ""


def test_it_still_knows_its_server_after_the_checkout_was_renamed(server, var_dir):
    server.ensure_running()
    pid = pid_of(server)
    moved_dir = var_dir.rename(var_dir.with_name("moved"))

    moved = development_server(moved_dir)
    assert pid_of(moved) == pid
    assert moved.stop()


def test_it_does_not_take_a_copy_of_the_checkout_for_the_original(server, var_dir, tmp_path):
    server.ensure_running()
    shutil.copytree(var_dir, tmp_path / "copy", copy_function=shutil.copy)
    copy = development_server(tmp_path / "copy")

    assert server.is_running()
    assert not copy.is_running()


def test_it_says_what_to_do_about_data_of_another_version(server):
    server.data_dir.mkdir(parents=True)
    (server.data_dir / "PG_VERSION").write_text("16\n")
    (server.server_dir / "superuser-password").write_text("secret")
    with pytest.raises(OtherVersionError, match=r"holds data of PostgreSQL 16.*\n.*rm -r"):
        server.ensure_running()


def test_it_says_what_to_do_about_a_lost_password(server):
    server.data_dir.mkdir(parents=True)
    (server.data_dir / "PG_VERSION").write_text("18\n")
    with pytest.raises(PasswordLostError, match="Put the file back"):
        server.ensure_running()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_it_says_what_to_do_about_data_of_another_user(tmp_path):
    with pytest.raises(ForeignDataError, match=r"belongs to root.*\n.*chown"):
        development_server(Path("/usr/share")).ensure_running()
