"""Workers inside the process of a test: they claim and run as a child does, and no process is needed."""

import os
from uuid import uuid4

from lib.commands.claims import Claims
from lib.commands.exceptions import LostJobError
from lib.commands.executor import execute
from lib.commands.upkeep import look, register_workers


def registered_worker():
    [worker] = register_workers(1, supervisor=uuid4(), pid=os.getpid())
    return worker


def run_all(worker=None):
    """Run all that is ready, one after the other; return how many were."""
    claims, ending, number = Claims(worker or registered_worker()), None, 0
    while True:
        job = claims.next_job(ending).job
        if job is None:
            return number
        number += 1
        try:
            ending = execute(job, claims.worker)
        except LostJobError:
            ending = None
        if ending and ending.is_recorded:
            ending = None


def let_be_due():
    """Let waiting jobs become ready whose time has come."""
    look(uuid4(), most=0)
