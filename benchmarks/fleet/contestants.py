"""Start the contestants' processes, each on its own database of one server."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


class Contestant:
    """A Django project: ours or that of django-tenants."""

    def __init__(self, name: str, python: Path | str, url: str, migrations: Path) -> None:
        self._name = name
        self._python = python
        self._environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": f"benchmarks.fleet.{name.removesuffix('s')}_settings",
            "FLEET_URL": url,
            "PYTHONPATH": f"{ROOT}{os.pathsep}{migrations}",
        }

    def do(self, command: str, *numbers: int, release: str) -> dict[str, Any]:
        """Run a command with the code of a release in a new process, and return its answer."""
        words = [self._python, "-m", f"benchmarks.fleet.{self._name}", command, *map(str, numbers)]
        done = subprocess.run(  # noqa: S603 - our own modules
            words,
            env={**self._environment, "FLEET_MIGRATIONS": release},
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return answer


def ours(url: str, migrations: Path) -> Contestant:
    return Contestant("ours", sys.executable, url, migrations)


def theirs(python: Path, url: str, migrations: Path) -> Contestant:
    return Contestant("theirs", python, url, migrations)
