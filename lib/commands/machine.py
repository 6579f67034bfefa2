"""Who is alive on this machine."""

import ctypes
import os
import signal
import socket
from functools import lru_cache
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


@lru_cache
def machine_id() -> str:
    """Return a name for this boot of this machine, as seen from this process's namespace.

    Two containers on one machine do not know each other's process ids, so they are two machines here.
    """
    return f"{_BOOT_ID.read_text().strip()}:{Path('/proc/self/ns/pid').readlink()}"[:100]


def host_name() -> str:
    """Return the name of the machine for people."""
    return socket.gethostname()[:100]


def is_alive(pid: int) -> bool:
    """Return whether the process runs. One that has ended and waits for its parent does not."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    # The name before the state is in brackets, and may hold any character.
    return status.rpartition(")")[2].split()[0] not in "ZX" and pid != os.getpid()


def end_with_parent(pid: int, number: signal.Signals) -> None:
    """Have the kernel send us a signal when our parent, which is to be `pid`, ends: even by kill -9."""
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, number)
    if os.getppid() != pid:
        os.kill(os.getpid(), number)  # it ended before we could ask
