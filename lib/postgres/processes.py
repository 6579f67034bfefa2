"""Looking at processes, and starting ones that outlive us."""

import os
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_CLEAN_ENVIRONMENT_NAMES = ("PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")


@dataclass(frozen=True)
class Postmaster:
    """The living main process of a PostgreSQL server, as `postmaster.pid` describes it."""

    pid: int
    port: int | None
    status: str

    @property
    def is_ready(self) -> bool:
        return self.status == "ready" and self.port is not None


def find_postmaster(data_dir: Path) -> Postmaster | None:
    """Return the postmaster that serves `data_dir` at this moment, or None.

    A `postmaster.pid` left behind by kill -9 names a dead process or, once the number has been given out
    again, a stranger; neither is returned.

    Source: PostgreSQL's src/include/utils/pidfile.h for the lines of the file.
    """
    try:
        lines = (data_dir / "postmaster.pid").read_text().splitlines()
        pid = abs(int(lines[0]))
    except (FileNotFoundError, IndexError, ValueError):
        return None
    if not _serves(pid, data_dir):
        return None
    port = int(lines[3]) if len(lines) > 3 and lines[3].isdigit() else None
    return Postmaster(pid=pid, port=port, status=lines[7].strip() if len(lines) > 7 else "starting")


def command_of(pid: int) -> list[str]:
    """Return the command line of a process; empty when it is gone or only waits to be reaped."""
    if Path("/proc/self/cmdline").exists():
        with suppress(OSError):
            return os.fsdecode(Path(f"/proc/{pid}/cmdline").read_bytes()).rstrip("\0").split("\0")
        return []
    ps = subprocess.run(  # noqa: S603 - a fixed program and a number
        ["/bin/ps", "-ww", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return ps.stdout.split()


def is_alive(pid: int) -> bool:
    """Return whether a process exists and does more than wait to be reaped."""
    # Not the command line: that is empty for a moment while one program becomes the next.
    if Path("/proc/self/stat").exists():
        with suppress(OSError):
            # The name before the state is in parentheses and may hold anything, these included.
            return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in ("Z", "X")
        return False
    return any(command_of(pid))


def start_detached(command: Sequence[str | Path], *, output: Path, directory: Path) -> int:
    """Start a program in a session of its own, with its output in a file, and return its process id.

    The shell in between ends at once, so the program is nobody's child: Ctrl-C in our terminal does not reach
    it, and whoever waits for *its* children, as gunicorn does, never meets it.
    """
    output.unlink(missing_ok=True)  # root may have written it, in a folder that is ours
    script = 'output=$1; shift; "$@" </dev/null >"$output" 2>&1 & echo $!'
    shell = subprocess.run(  # noqa: S603 - the words are ours and are not parsed again
        ["/bin/sh", "-c", script, "sh", output, *command],
        cwd=directory,
        env={name: os.environ[name] for name in _CLEAN_ENVIRONMENT_NAMES if name in os.environ},
        start_new_session=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return int(shell.stdout)


def identity_option(data_dir: Path) -> str:
    """Return the option that tells the postmaster of this very folder from every other process.

    It holds the number of the folder, not its name: a renamed checkout finds its server again, a copy does
    not take the original's for its own. A command line can be read everywhere, also in a container that
    hides which folder another account's process works in.
    """
    folder = data_dir.stat()
    return f"--cluster_name=embedded-{folder.st_dev}-{folder.st_ino}"


def _serves(pid: int, data_dir: Path) -> bool:
    program, *options = command_of(pid) or [""]
    return Path(program).name == "postgres" and identity_option(data_dir) in options
