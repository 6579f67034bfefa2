"""The port at which the development server listens, for the other commands of this checkout.

A file for each server, named by its port and locked for as long as it runs. The kernel drops the lock at the
end of the process, kill -9 included, so what is left of a server that ended is not believed.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from lib.postgres.locks import hold_shared, is_held


@contextmanager
def serving(folder: Path, port: int) -> Iterator[None]:
    """Let other processes find `port` in `folder` as long as the block lasts."""
    folder.mkdir(parents=True, exist_ok=True)
    # Shared: the reloader and each server it starts hold it.
    descriptor = hold_shared(folder / str(port))
    try:
        yield
    finally:
        os.close(descriptor)


def find_served_port(folder: Path) -> int | None:
    """Return the port of a development server that runs at this moment, the lowest of several, or None."""
    ports = sorted(int(path.name) for path in folder.glob("*") if path.name.isdecimal())
    return next((port for port in ports if is_held(folder / str(port))), None)


def with_port(url: str, port: int) -> str:
    """Return an address of this machine with another port."""
    parts = urlsplit(url)
    return parts._replace(netloc=f"{parts.hostname}:{port}").geturl()
