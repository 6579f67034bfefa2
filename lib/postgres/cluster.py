"""Making the data directory ("database cluster") the server works on."""

import shutil
import subprocess
import tempfile
from pathlib import Path

from lib.postgres.accounts import Account
from lib.postgres.exceptions import OtherVersionError, PasswordLostError, StartError
from lib.postgres.files import read_or_make_secret
from lib.postgres.programs import MAJOR_VERSION, program

SUPERUSER = "postgres"

_UNFINISHED = "data.unfinished-"


def ensure_cluster(data_dir: Path, password_file: Path, account: Account) -> None:
    """Make the data directory unless it is there, whole or not at all, and check that we can work on it.

    Raises:
        OtherVersionError: it was made by another major version.
        PasswordLostError: it is there and its superuser's password is not.
    """
    _remove_unfinished(data_dir.parent)
    if not data_dir.exists():
        read_or_make_secret(password_file)
        _make_cluster(data_dir, password_file, account)
    if not password_file.exists():
        raise PasswordLostError(password_file)
    found = (data_dir / "PG_VERSION").read_text().strip()
    if found != MAJOR_VERSION:
        raise OtherVersionError(data_dir, found, MAJOR_VERSION)
    # The way to be somebody else may differ from the last run's, as when the folder moved into a container.
    account.give(data_dir)


def _make_cluster(data_dir: Path, password_file: Path, account: Account) -> None:
    # A name of its own, then a rename: after a kill -9 an orphaned initdb may still write to the last one.
    unfinished = Path(tempfile.mkdtemp(prefix=_UNFINISHED, dir=data_dir.parent))
    account.give(unfinished)
    account.give(password_file)
    log_path = data_dir.parent / "log"
    log_path.unlink(missing_ok=True)  # root may have written it, in a folder that is ours
    with log_path.open("wb") as log:
        status = subprocess.run(  # noqa: S603 - the words are ours
            [*account.prefix, *_initdb(unfinished, password_file)],
            cwd=data_dir.parent,
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            check=False,
        ).returncode
    if status != 0:
        raise StartError(f"initdb ended with status {status}.", log_path)
    unfinished.rename(data_dir)


def _initdb(data_dir: Path, password_file: Path) -> list[str | Path]:
    return [
        program("initdb"),
        f"--pgdata={data_dir}",
        f"--username={SUPERUSER}",
        f"--pwfile={password_file}",
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        # The same order of words on every machine, whatever languages it has installed.
        "--locale=C",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
        "--set=timezone=UTC",
        "--set=log_timezone=UTC",
        "--no-instructions",
    ]


def _remove_unfinished(server_dir: Path) -> None:
    for leftover in server_dir.glob(f"{_UNFINISHED}*"):
        shutil.rmtree(leftover, ignore_errors=True)
