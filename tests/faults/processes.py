"""Processes of ours that are killed at a random moment."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


class Program:
    """Starts `manage.py` or a script on one database, with one release of the code."""

    def __init__(self, url, releases=None, **environment):
        self.environment = {
            **os.environ,
            "DATABASE_URL": url,
            "DJANGO_SETTINGS_MODULE": "tests.faults.settings",
            "PYTHONUNBUFFERED": "1",
            **environment,
        }
        if releases is not None:
            self.environment |= {
                "CONTACTS_OF_TOMORROW": releases.package,
                "PYTHONPATH": str(releases.folder.parent),
            }

    def start(self, *words):
        return subprocess.Popen(
            [sys.executable, *words],
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, *words):
        """Run to the end, and return the status and what was printed."""
        process = self.start(*words)
        printed, _ = process.communicate(timeout=300)
        return process.returncode, printed


def kill_at_a_random_moment(process, *, lines, sign=signal.SIGKILL, seconds=0.05):
    """Kill the process after a random number of lines and a little while; return what it printed.

    A process that ended before is left as it is.
    """
    printed = ""
    for _ in range(random.randint(0, lines)):
        line = process.stdout.readline()
        if not line:
            break
        printed += line
    time.sleep(random.uniform(0, seconds))
    process.send_signal(sign)
    rest, _ = process.communicate(timeout=60)
    return printed + rest
