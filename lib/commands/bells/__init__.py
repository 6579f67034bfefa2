"""Doorbells: they say "look at the table", and nothing else. Whoever forges one costs us a glance at it."""

from importlib import import_module
from typing import Protocol, cast

from lib.commands.conf import doorbell
from lib.commands.exceptions import DoorbellError

# By the value of COMMANDS_DOORBELL: the module that has both sides.
KINDS = {
    "zmq": "lib.commands.bells.zeromq",
    "notify": "lib.commands.bells.postgresql",
    "none": "lib.commands.bells.silent",
}


class Bell(Protocol):
    """The sender's side: one for each process, used by all its threads."""

    def ring(self) -> None: ...
    def close(self) -> None: ...


class Listener(Protocol):
    """The supervisor's side."""

    def wait(self, timeout_seconds: float, interrupt: int) -> int:
        """Return how often it rang since the last call.

        Waits up to `timeout_seconds`, or until the file descriptor `interrupt` can be read.
        """

    def close(self) -> None: ...


def make_bell() -> Bell:
    """Return a new bell of the kind that COMMANDS_DOORBELL names."""
    return _module().make_bell()


def make_listener() -> Listener:
    """Return a new listener for it."""
    return _module().make_listener()


def _module() -> "_Kind":
    kind = doorbell()
    if kind not in KINDS:
        raise DoorbellError(f"COMMANDS_DOORBELL is {kind!r}. It can be: {', '.join(KINDS)}.")
    return cast("_Kind", import_module(KINDS[kind]))


class _Kind(Protocol):
    def make_bell(self) -> Bell: ...
    def make_listener(self) -> Listener: ...
