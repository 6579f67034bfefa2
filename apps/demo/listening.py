"""A listening socket that outlives the reloader.

The first process opens it and every process the reloader starts inherits it. So the port is taken at once, by
one of two that start at the same time, and whoever asks while the code is loaded anew waits for the answer.
"""

import os
import socket
from collections.abc import Iterable

from django.core.management import CommandError
from django.core.servers.basehttp import WSGIServer

_VARIABLE = "LISTENING_DESCRIPTOR"


def ensure_listening(ports: Iterable[int]) -> int:
    """Listen on the first free one of `ports`, unless a socket is inherited, and return its port."""
    if (listening := _inherited()) is None:
        listening = _listen(ports)
        os.set_inheritable(listening.fileno(), True)
        os.environ[_VARIABLE] = str(listening.fileno())
    port: int = listening.getsockname()[1]
    listening.detach()  # the descriptor stays open for those who inherit it
    return port


class InheritingServer(WSGIServer):
    """Django's development server, on the inherited socket if there is one."""

    def server_bind(self) -> None:
        if inherited := _inherited():
            self.socket.close()
            self.socket = inherited.dup()
            inherited.detach()
            address: tuple[str, int] = self.socket.getsockname()
            self.server_address = address
            self.server_name, self.server_port = address
            self.setup_environ()
        else:
            super().server_bind()


def _inherited() -> socket.socket | None:
    descriptor = os.environ.get(_VARIABLE)
    return socket.socket(fileno=int(descriptor)) if descriptor else None


def _listen(ports: Iterable[int]) -> socket.socket:
    tried = []
    for port in ports:
        try:
            return socket.create_server(("127.0.0.1", port))
        except OSError:
            tried.append(port)
    which = f"Port {tried[0]} is" if len(tried) == 1 else f"Every port from {tried[0]} to {tried[-1]} is"
    raise CommandError(f"{which} taken. Name a free one with --port.")
