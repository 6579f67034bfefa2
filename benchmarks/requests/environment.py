"""The environment in which django-tenants runs: Terrace does not depend on it."""

import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

WANTED = "django-tenants==4.0.1"


class NotInstallableError(Exception):
    """Raised when the environment cannot be made: there is no network, or no package index."""


def ensure_environment(folder: Path) -> Path:
    """Return the Python of an environment that has django-tenants and our versions of all else.

    Raises:
        NotInstallableError: pip could not; its last line is the reason.
    """
    wanted = [WANTED, *(f"{name}=={version(name)}" for name in ("Django", "psycopg2-binary"))]
    python, stamp = folder / "bin" / "python", folder / "installed"
    if not stamp.exists() or stamp.read_text().split() != wanted:
        print(f"Installing {WANTED} into an environment of its own.", flush=True)
        shutil.rmtree(folder, ignore_errors=True)
        _run([sys.executable, "-m", "venv", folder])
        _run(
            [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input", *wanted]
        )
        stamp.write_text("\n".join(wanted))
    return python


def _run(command: list[str | Path]) -> None:
    result = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own words
    if result.returncode:
        *_, reason = ["no reason given", *result.stderr.strip().splitlines()]
        raise NotInstallableError(reason)
