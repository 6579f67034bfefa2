"""What other commands are told of the development server, and what they are not."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from apps.demo.serving import find_served_port, serving, with_port

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "serving"


def test_the_port_is_known_while_the_server_runs_and_no_longer(folder):
    assert find_served_port(folder) is None
    with serving(folder, 8003):
        assert find_served_port(folder) == 8003
    assert find_served_port(folder) is None


def test_a_reloader_and_its_server_may_both_hold_it(folder):
    with serving(folder, 8003):
        with serving(folder, 8003):
            assert find_served_port(folder) == 8003
        assert find_served_port(folder) == 8003


def test_of_two_servers_the_one_that_still_runs_is_found(folder):
    with serving(folder, 8010):
        with serving(folder, 8009):
            assert find_served_port(folder) == 8009
        assert find_served_port(folder) == 8010


def test_a_server_that_was_killed_is_forgotten(folder):
    program = (
        "import pathlib, sys, time; from apps.demo.serving import serving\n"
        "with serving(pathlib.Path(sys.argv[1]), 8003): print('there', flush=True); time.sleep(60)"
    )
    server = subprocess.Popen(
        [sys.executable, "-c", program, folder], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    with server:
        assert server.stdout.readline() == "there\n"
        assert find_served_port(folder) == 8003
        os.kill(server.pid, signal.SIGKILL)
    assert (folder / "8003").exists()
    assert find_served_port(folder) is None


def test_what_else_is_in_the_folder_is_no_port(folder):
    folder.mkdir()
    (folder / ".gitkeep").touch()
    with serving(folder, 8003):
        assert find_served_port(folder) == 8003


def test_only_the_port_of_an_address_is_replaced():
    assert with_port("http://localhost:8000", 8003) == "http://localhost:8003"
    assert with_port("http://my.test", 8003) == "http://my.test:8003"
