"""A TCP port for the server: found once, remembered, replaced when a stranger has taken it."""

import secrets
import socket
from pathlib import Path

from lib.postgres.files import write_private

# Below the ports that systems lend to outgoing connections (from 32768 on Linux), which come and go.
_PORTS = range(20000, 32000)


def choose_port(port_file: Path) -> int:
    """Return the port remembered in a file if it is free, else another one, and remember that."""
    remembered = _read(port_file)
    if remembered is not None and is_free(remembered):
        return remembered
    port = next(port for port in iter(lambda: secrets.choice(_PORTS), None) if is_free(port))
    write_private(port_file, str(port))
    return port


def is_free(port: int) -> bool:
    """Return whether nobody listens on the port at 127.0.0.1."""
    with socket.socket() as probe:
        # As PostgreSQL does: a port whose last connections are still winding down counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _read(port_file: Path) -> int | None:
    try:
        return int(port_file.read_text())
    except (FileNotFoundError, ValueError):
        return None
