"""Run a suite of tests in a pytest of its own: with other settings, or with another conftest.py."""

import os
import subprocess
import sys
from pathlib import Path

from tests.databases import database_url

ROOT = Path(__file__).parents[1]
TIMEOUT_SECONDS = 240


def run_suite(*arguments: str | Path, database: str) -> str:
    """Return what pytest says of the tests that `arguments` name.

    They have the server of this test, and a database with a name of its own: other workers do the same.

    Raises:
        AssertionError: pytest does not answer that all have passed.
    """
    url = database_url(NAME=f"{database}_{os.getpid()}")
    # What pytest-xdist has told this worker is not for pytest in it.
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")}
    finished = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", ROOT, *arguments],
        cwd=ROOT,
        env={**kept, "DATABASE_URL": url},
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
        check=False,
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr
    return finished.stdout
