"""The worker as a process: what it runs, and how it starts and ends."""

import signal

from apps.contacts.models import Contact
from lib.commands import send_command
from lib.commands.models import Worker
from lib.commands.states import JobState
from lib.tenancy import tenant_context
from tests.faults.commands.processes import wait_until


def send(company, *args, **options):
    with tenant_context(company):
        return send_command(*args, **options)


def all_finished(jobs):
    return lambda: not jobs.exclude(state__in=[JobState.DONE, JobState.DEAD, JobState.CANCELLED]).exists()


def test_it_runs_what_was_sent_before_and_after_it_started(start, acme, jobs):
    send(acme, "note", "before")
    worker = start()
    send(acme, "note", "after")
    wait_until(all_finished(jobs))
    with tenant_context(acme):
        assert sorted(Contact.objects.values_list("last_name", flat=True)) == ["after", "before"]
    assert worker.stop() == 0
    assert not Worker.objects.using("master").exists()
    assert "Traceback" not in worker.log.read_text()


def test_a_job_that_takes_too_long_is_killed_and_tried_again(start, acme, jobs):
    key = send(acme, "sleep", 60)
    quick = send(acme, "note", "meanwhile")
    start(concurrency=2)
    wait_until(all_finished(jobs))
    job = jobs.get(pk=key)
    assert (job.state, job.attempt) == (JobState.DEAD, 2)
    assert "timeout" in job.error
    assert jobs.get(pk=quick).state == JobState.DONE


def test_a_poison_job_is_tried_as_often_as_it_may_and_hurts_nobody(start, acme, jobs):
    poison = send(acme, "fail", "die")
    others = [send(acme, "note", str(number)) for number in range(50)]
    start(concurrency=2)
    wait_until(all_finished(jobs))
    job = jobs.get(pk=poison)
    assert (job.state, job.attempt) == (JobState.DEAD, 3)
    assert "SIGKILL" in job.error
    assert {job.attempt for job in jobs.filter(pk__in=others, state=JobState.DONE)} <= {1}
    assert jobs.filter(pk__in=others, state=JobState.DONE).count() == 50


def test_told_to_stop_it_lets_the_job_end(start, acme, jobs):
    key = send(acme, "limited", 0.5)
    waiting = send(acme, "limited", 0.0)
    worker = start(concurrency=1)
    wait_until(lambda: jobs.get(pk=key).state == JobState.RUNNING)
    assert worker.stop() == 0
    assert [jobs.get(pk=pk).state for pk in (key, waiting)] == [JobState.DONE, JobState.READY]
    assert jobs.get(pk=key).attempt == 1


def test_ctrl_c_twice_ends_it_at_once_and_nothing_is_lost(start, acme, jobs):
    key = send(acme, "limited", 30)
    worker = start(concurrency=1)
    wait_until(lambda: jobs.get(pk=key).state == JobState.RUNNING)
    worker.send_to_all(signal.SIGINT)
    wait_until(lambda: "Stopping" in worker.log.read_text())
    worker.send_to_all(signal.SIGINT)
    worker.process.wait(10)
    wait_until(lambda: jobs.get(pk=key).state == JobState.READY)
