"""A PgBouncer in front of the test server, in transaction mode and with two connections for everybody."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

SERVER_CONNECTIONS = 2
_CONFIGURATION = """
[databases]
* = host={host} port={port}

[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {listen_port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = {folder}/users
pool_mode = transaction
default_pool_size = {server_connections}
max_client_conn = 200
"""


def find_pgbouncer() -> str:
    """Return the program, or skip the test; REQUIRE_TOOLS=1 forbids that."""
    # Debian puts it where only root's PATH leads.
    program = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    if program is None:
        complain = pytest.fail if os.environ.get("REQUIRE_TOOLS") else pytest.skip
        complain("PgBouncer is not installed. On Debian and Ubuntu: apt install pgbouncer")
    return program


@contextmanager
def pgbouncer(database: dict[str, Any]) -> Iterator[int]:
    """Run a PgBouncer in front of the server that the settings `database` name; yield its port."""
    program = find_pgbouncer()
    # Not below pytest's own folder, which other accounts may not enter.
    folder = Path(tempfile.mkdtemp(prefix="pgbouncer-"))
    port = _free_port()
    try:
        _configure(folder, database, port)
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(
                [*_become_ordinary(folder), program, folder / "pgbouncer.ini"],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        try:
            _wait_for(port, process, folder / "log")
            yield port
        finally:
            process.terminate()
            process.wait(20)
    finally:
        shutil.rmtree(folder)


def _configure(folder: Path, database: dict[str, Any], port: int) -> None:
    configuration = _CONFIGURATION.format(
        folder=folder,
        host=database["HOST"],
        port=database["PORT"],
        listen_port=port,
        server_connections=SERVER_CONNECTIONS,
    )
    (folder / "pgbouncer.ini").write_text(configuration)
    (folder / "users").write_text(f'"{database["USER"]}" "{database["PASSWORD"]}"\n')


def _become_ordinary(folder: Path) -> list[str]:
    """Return the words that run it as nobody where we are root, which it refuses to be."""
    if os.geteuid() != 0:
        return []
    for path in (folder, *folder.iterdir()):
        shutil.chown(path, "nobody")
    return ["setpriv", "--reuid=nobody", "--clear-groups"]


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def _wait_for(port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + 20
    while process.poll() is None and time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"PgBouncer did not start:\n{log.read_text()}")
