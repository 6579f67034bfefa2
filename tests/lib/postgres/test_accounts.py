"""Running as root, in the ways that a container leaves open; the closed ones are programs that refuse."""

import os
import pwd
from pathlib import Path

import pytest

from lib.postgres.accounts import choose_account
from lib.postgres.exceptions import NoAccountError
from lib.postgres.processes import find_postmaster
from lib.postgres.server import development_server

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root has to become somebody else")

REFUSE_ALL = "exit 1"
REFUSE_POWERS = 'case "$*" in *ambient*) exit 1;; esac; exec /usr/bin/setpriv "$@"'


@pytest.fixture
def refuse(tmp_path: Path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path / "bin"), prepend=os.pathsep)
    (tmp_path / "bin").mkdir()

    def refuse(program: str, script: str = REFUSE_ALL) -> None:
        path = tmp_path / "bin" / program
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)

    return refuse


@pytest.fixture
def closed_dir(tmp_path: Path) -> Path:
    closed_dir = tmp_path / "closed"
    closed_dir.mkdir(mode=0o700)
    return closed_dir


def test_a_closed_folder_of_root_is_served_without_namespaces(closed_dir, refuse):
    refuse("unshare")
    server = development_server(closed_dir / "var")
    try:
        server.ensure_running()
        assert find_postmaster(server.data_dir)
        assert server.data_dir.stat().st_uid != 0
        assert closed_dir.stat().st_mode & 0o777 == 0o700  # nothing was opened for it
    finally:
        server.stop()


def test_data_changes_hands_when_the_way_changes(closed_dir, refuse):
    server = development_server(closed_dir / "var")
    try:
        url = server.ensure_running()
        server.stop()
        refuse("unshare")
        assert server.ensure_running() == url
    finally:
        server.stop()


def test_data_of_an_ordinary_user_is_served_as_that_user(tmp_path):
    games = pwd.getpwnam("games")
    os.chown(tmp_path, games.pw_uid, games.pw_gid)
    server = development_server(tmp_path / "var")
    try:
        server.ensure_running()
        for path in (server.data_dir, *server.server_dir.glob("*password"), server.server_dir / "lock"):
            assert path.stat().st_uid == games.pw_uid
    finally:
        server.stop()


def test_it_says_what_was_tried_when_every_way_is_closed(closed_dir, refuse):
    refuse("unshare")
    refuse("setpriv", REFUSE_POWERS)
    with pytest.raises(NoAccountError, match=r"Tried:\n(.*\n){3}.*such as /opt"):
        choose_account(closed_dir, closed_dir / "data")
