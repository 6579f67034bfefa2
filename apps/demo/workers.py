"""The worker of development: it runs beside the server, with the same code, and ends with it."""

import atexit
import os
import subprocess
import sys

from django.conf import settings


def start_worker() -> None:
    """Start a worker that stops when this process does, however it does: changed code gets a new one."""
    words = [sys.executable, sys.argv[0], "worker", "--concurrency=1", f"--with-process={os.getpid()}"]
    # The port was chosen a moment ago, and mails of the worker name it.
    environment = {**os.environ, "BASE_URL": settings.BASE_URL}
    worker = subprocess.Popen(words, stdin=subprocess.DEVNULL, env=environment)  # noqa: S603 - our own program
    atexit.register(worker.terminate)
