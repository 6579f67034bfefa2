"""Running PostgreSQL, which refuses to be root, when we are root.

Three ways, the first that works is taken. None changes the permissions of a folder above ours.

1. A user namespace that shows root to PostgreSQL as `nobody`. On the disk everything still belongs to root,
   so a checkout in /root (mode 0700) is fine. Many containers refuse to make namespaces.
2. The account `nobody` that keeps one of root's powers, CAP_DAC_OVERRIDE, to get through closed folders.
   Works in Docker and Podman as they come.
3. The bare account `nobody`: enough where every user may enter the checkout.

Data that belongs to an ordinary user is served under that user, so that it stays theirs.
"""

import os
import pwd
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lib.postgres.exceptions import ForeignDataError, NoAccountError
from lib.postgres.programs import program

_DAC_OVERRIDE = (
    "--inh-caps=+dac_override",
    "--ambient-caps=+dac_override",
    # Without it access(2), with which PostgreSQL looks for its own programs, forgets the power.
    "--securebits=+no_setuid_fixup",
)


@dataclass(frozen=True)
class Account:
    """Who runs PostgreSQL: the owner its data must have, and the words to put before a command."""

    uid: int
    gid: int
    prefix: tuple[str, ...] = ()

    def give(self, path: Path) -> None:
        """Make the account the owner of a file, or of a folder and all inside."""
        if path.stat().st_uid == self.uid:
            return
        os.chown(path, self.uid, self.gid)
        for inner in path.rglob("*"):
            os.chown(inner, self.uid, self.gid, follow_symlinks=False)


def choose_account(server_dir: Path, data_dir: Path) -> Account:
    """Return the account that may run PostgreSQL on `data_dir`, which need not exist yet.

    Raises:
        ForeignDataError: we are an ordinary user and the data is somebody else's.
        NoAccountError: we are root and no way leads to the data.
    """
    if os.geteuid() != 0:
        refuse_foreign_data(server_dir, data_dir)
        return Account(os.geteuid(), os.getegid())
    tried = []
    for account in _accounts_for_root(server_dir, data_dir):
        if failure := _failure_to_reach(server_dir, account):
            tried.append(f"{' '.join(account.prefix)}: {failure}")
        else:
            return account
    raise NoAccountError(server_dir, tried)


def refuse_foreign_data(server_dir: Path, data_dir: Path) -> None:
    """Raise if an ordinary user may not write in `server_dir`, or is not the owner of the data."""
    nearest = next(path for path in (server_dir, *server_dir.parents) if path.exists())
    if not os.access(nearest, os.W_OK):
        raise _foreign(nearest, server_dir)
    if data_dir.exists() and os.geteuid() not in (0, data_dir.stat().st_uid):
        raise _foreign(data_dir, server_dir)


def _foreign(path: Path, server_dir: Path) -> ForeignDataError:
    owner, me = _name_of(path.stat().st_uid), _name_of(os.geteuid())
    return ForeignDataError(path, owner, me, checkout=server_dir.parent.parent)


def _accounts_for_root(server_dir: Path, data_dir: Path) -> Iterator[Account]:
    nobody = pwd.getpwnam("nobody")
    uid, gid = nobody.pw_uid, nobody.pw_gid
    owner = (data_dir if data_dir.exists() else server_dir).stat()
    # initdb looks its user up, so an owner without a name, as of a folder mounted into a container,
    # can only be served later.
    is_ordinary_user = owner.st_uid not in (0, uid) and (data_dir.exists() or _has_name(owner.st_uid))
    if is_ordinary_user:
        uid, gid = owner.st_uid, owner.st_gid
    else:
        yield Account(0, 0, ("unshare", "--user", f"--map-user={uid}", f"--map-group={gid}"))
    become = ("setpriv", f"--reuid={uid}", f"--regid={gid}", "--clear-groups")
    yield Account(uid, gid, (*become, *_DAC_OVERRIDE))
    yield Account(uid, gid, become)


def _failure_to_reach(server_dir: Path, account: Account) -> str | None:
    # `cd` proves that the folder can be entered, --version that the program can be executed.
    probe: list[str | Path] = [
        "/bin/sh",
        "-c",
        'cd "$1" && exec "$2" --version',
        "sh",
        server_dir,
        program("postgres"),
    ]
    try:
        result = subprocess.run(  # noqa: S603 - the words are ours
            [*account.prefix, *probe], capture_output=True, text=True, check=False
        )
    except FileNotFoundError as error:
        return str(error)
    return None if result.returncode == 0 else result.stderr.strip() or f"exit status {result.returncode}"


def _has_name(uid: int) -> bool:
    return any(entry.pw_uid == uid for entry in pwd.getpwall())


def _name_of(uid: int) -> str:
    return pwd.getpwuid(uid).pw_name if _has_name(uid) else f"user {uid}"
