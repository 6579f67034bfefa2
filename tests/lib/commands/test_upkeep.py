"""What is done beside the jobs: old ones go, and dead neighbours are noticed."""

import os
import subprocess
import sys
from datetime import timedelta
from uuid import uuid4

from django.utils import timezone

from lib.commands import internal, send_command
from lib.commands.machine import is_alive, machine_id
from lib.commands.models import Worker
from lib.commands.states import JobState
from lib.commands.upkeep import forget_dead_neighbours, register_workers, release_orphans
from lib.tenancy import tenant_context


def test_old_jobs_are_deleted_and_failed_ones_later(acme, jobs):
    ages = {"done": 6, "done ": 8, "dead": 8, "dead ": 31, "cancelled": 8}
    for state, days in ages.items():
        with tenant_context(acme):
            key = send_command("note", state)
        jobs.filter(pk=key).update(state=state.strip(), finished_at=timezone.now() - timedelta(days=days))
    assert internal.prune() == 3
    assert [job.payload for job in jobs] == ['[["done"],{}]', '[["dead"],{}]']


def test_jobs_of_a_supervisor_that_was_killed_here_do_not_wait_for_its_lease(acme, jobs):
    with tenant_context(acme):
        send_command("note", "x")
    gone = subprocess.Popen([sys.executable, "-c", "pass"])
    gone.wait()
    for pid, is_there in ((gone.pid, False), (os.getppid(), True)):
        [worker] = register_workers(1, supervisor=uuid4(), pid=pid)
        jobs.update(state=JobState.RUNNING, attempt=1, worker=worker)
        forget_dead_neighbours(uuid4())
        release_orphans()
        assert Worker.objects.using("master").filter(pk=worker).exists() is is_there
        assert jobs.get().state == (JobState.RUNNING if is_there else JobState.READY)


def test_supervisors_of_other_machines_are_left_alone(jobs):
    register_workers(1, supervisor=uuid4(), pid=999_999_999)
    Worker.objects.using("master").update(machine="another")
    forget_dead_neighbours(uuid4())
    assert Worker.objects.using("master").count() == 1


def test_a_process_that_waits_for_its_parent_is_dead():
    zombie = subprocess.Popen([sys.executable, "-c", "pass"])
    os.waitid(os.P_PID, zombie.pid, os.WEXITED | os.WNOWAIT)
    assert not is_alive(zombie.pid)
    zombie.wait()
    assert is_alive(os.getppid())
    assert len(machine_id()) > 36
