"""File locks. The kernel drops them when a process ends, in whatever way, so none is ever left behind."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from io import FileIO
from pathlib import Path

from lib.postgres.files import give_to_owner_of


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a file for ourselves alone, waiting for whoever has it."""
    with _open(path) as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def hold_shared(path: Path) -> int:
    """Open a file with a lock others may share; closing the descriptor, or the end of the process, lets go.

    A number, not a file object, which would let go when nobody refers to it any more.
    """
    with _open(path) as file:
        descriptor = os.dup(file.fileno())
    fcntl.flock(descriptor, fcntl.LOCK_SH)
    return descriptor


def is_held(path: Path) -> bool:
    """Return whether anybody, ourselves included, holds the file at this moment."""
    with _open(path) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def wait_until_free(path: Path) -> None:
    """Return as soon as nobody holds the file, shared or alone."""
    with locked(path):
        pass


def _open(path: Path) -> FileIO:
    file = path.open("ab", buffering=0)
    give_to_owner_of(path.parent, path)
    return file
