"""Who uses a server, and stopping it when the last one is gone.

Every user holds a shared lock for as long as it lives. A keeper, one small process per server, waits until
nobody holds the lock and then stops the server. So `make run` can *become* the program it runs, which then
gets every signal and returns its own exit status, and even a kill -9 leaves no server behind.
"""

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from lib.postgres.locks import hold_shared, is_held, locked, wait_until_free
from lib.postgres.processes import start_detached
from lib.postgres.server import EmbeddedServer


@dataclass(frozen=True)
class Lease:
    """The right to find the server running, until `release` or the end of the process."""

    server: EmbeddedServer
    url: str
    descriptor: int

    @property
    def address(self) -> str:
        """Host and port, without the password that is in the URL."""
        return urlsplit(self.url).netloc.rpartition("@")[2]

    def release(self) -> None:
        """Stop using the server; stop it too unless somebody else uses it."""
        os.close(self.descriptor)
        with self.server.locked():
            _stop_if_unused(self.server)


def use(server: EmbeddedServer) -> Lease:
    """Start the server if needed and keep it running until the lease ends."""
    with server.locked():
        descriptor = hold_shared(_users(server))
        url = server.ensure_running_while_locked()
        _ensure_keeper(server)
    return Lease(server, url, descriptor)


def start_for_good(server: EmbeddedServer) -> str:
    """Start the server if needed and keep it running until somebody stops it by name."""
    with server.locked():
        url = server.ensure_running_while_locked()
        _kept(server).touch()
    return url


def stop(server: EmbeddedServer) -> bool:
    """Stop the server whoever uses it; return whether it ran."""
    _kept(server).unlink(missing_ok=True)
    return server.stop()


def keep(server: EmbeddedServer) -> None:
    """Wait until nobody uses the server, and stop it: the work of the keeper."""
    with locked(_keeper(server)):
        while True:
            wait_until_free(_users(server))
            if not server.server_dir.exists():
                return
            # Someone may have come in between; under the server's own lock nobody can.
            with server.locked():
                if not is_held(_users(server)):
                    _stop_if_unused(server)
                    return


def _stop_if_unused(server: EmbeddedServer) -> None:
    if not is_held(_users(server)) and not _kept(server).exists():
        server.stop_while_locked()


def _ensure_keeper(server: EmbeddedServer) -> None:
    if not is_held(_keeper(server)):
        start_detached(
            [sys.executable, "-m", "lib.postgres", "keep", server.server_dir],
            output=server.server_dir / "keeper.log",
            directory=Path(__file__).parents[2],
        )


def _users(server: EmbeddedServer) -> Path:
    return server.server_dir / "users"


def _keeper(server: EmbeddedServer) -> Path:
    return server.server_dir / "keeper"


def _kept(server: EmbeddedServer) -> Path:
    return server.server_dir / "kept"
