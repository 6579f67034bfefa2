"""Processes killed at any moment: every job is run, and none is lost or stuck."""

import random
import signal
import time
from collections import Counter

import pytest
from django.db import connections

from apps.contacts.models import Contact
from lib.commands import registry, send_command
from lib.commands.jobs_to_be import make_job
from lib.commands.models import Worker
from lib.commands.rows import insert_many
from lib.commands.states import JobState
from lib.tenancy import tenant_context
from tests.databases import database_url
from tests.faults.commands.processes import wait_until
from tests.isolation.pooler import pgbouncer
from tests.sizes import full_or

STORMS = full_or(20, 1)
JOBS = full_or(1000, 300)
KILLS = full_or(15, 6)
SECONDS = 0.005
# Nothing here waits until a lease has run out: who was killed on this machine is known to be dead.
LONG_LEASE = {"TEST_LEASE_SECONDS": "1000"}


def send_many(company, name, number, **options):
    with tenant_context(company):
        command = registry.get(name)
        insert_many([make_job(command, [f"{name} {index}"], options) for index in range(number)])


def all_done(jobs):
    return lambda: not jobs.exclude(state=JobState.DONE).exists()


def states(jobs):
    return Counter(jobs.values_list("state", flat=True))


@pytest.mark.parametrize("way", ["directly", "through PgBouncer"])
def test_a_storm_of_kills_loses_nothing(way, start, acme, jobs):
    if way == "directly":
        _storms(start, acme, jobs, database_url())
    else:
        with pgbouncer(connections.settings["default"]) as port:
            _storms(start, acme, jobs, database_url(PORT=port))


def _storms(start, acme, jobs, url):
    dice = random.Random(7)
    for _ in range(STORMS):
        jobs.all().delete()
        send_many(acme, "work", JOBS, seconds=SECONDS)
        worker = start(concurrency=2, DATABASE_URL=url, **LONG_LEASE)
        for number in range(KILLS):
            time.sleep(dice.uniform(0.05, 0.3))
            worker.kill_a_child(number)
        worker.kill()
        worker.start()
        worker.wait_until_ready()
        wait_until(all_done(jobs))
        assert states(jobs) == {JobState.DONE: JOBS}
        assert sum(jobs.values_list("attempt", flat=True)) <= JOBS + 2 * KILLS + 2
        worker.stop()
        assert not Worker.objects.using("master").exists()


def test_atomic_commands_have_exactly_one_effect_whatever_is_killed(start, acme, jobs):
    dice = random.Random(11)
    send_many(acme, "note_in_time", JOBS, seconds=SECONDS)
    worker = start(concurrency=2)
    for number in range(KILLS):
        time.sleep(dice.uniform(0.05, 0.3))
        worker.kill_a_child(number)
    wait_until(all_done(jobs))
    with tenant_context(acme):
        names = Counter(Contact.objects.values_list("last_name", flat=True))
    assert (len(names), set(names.values())) == (JOBS, {1})


def test_jobs_of_two_companies_write_each_at_home_whatever_is_killed(start, acme, globex, jobs):
    """Failures, retries and kills in between, on the same children and connections."""
    for company in (acme, globex):
        with tenant_context(company):
            for index in range(JOBS // 4):
                send_command("note", f"{company.subdomain} {index}")
                if index % 10 == 0:
                    send_command("note_and_fail", f"{company.subdomain} never")
    worker = start(concurrency=3)
    for number in range(KILLS // 2):
        time.sleep(0.1)
        worker.kill_a_child(number)
    wait_until(lambda: not jobs.exclude(state__in=[JobState.DONE, JobState.DEAD]).exists())
    for company in (acme, globex):
        with tenant_context(company):
            names = set(Contact.objects.values_list("last_name", flat=True))
        assert names == {f"{company.subdomain} {index}" for index in range(JOBS // 4)}


def test_one_of_two_supervisors_is_killed_and_everything_runs(start, acme, jobs):
    send_many(acme, "work", JOBS, seconds=SECONDS)
    one, another = start(**LONG_LEASE), start(**LONG_LEASE)
    wait_until(lambda: jobs.filter(state=JobState.DONE).count() > JOBS // 10)
    one.kill()
    wait_until(all_done(jobs))
    assert states(jobs) == {JobState.DONE: JOBS}
    another.stop()


def test_a_worker_that_was_paused_longer_than_its_lease_ends_nothing_any_more(start, acme, jobs):
    """A zombie: it goes on as if nothing had been, when its job is long another's."""
    with tenant_context(acme):
        key = send_command("limited", 1.0)
    lease = {"TEST_LEASE_SECONDS": "1"}
    zombie = start(concurrency=1, **lease)
    wait_until(lambda: jobs.get(pk=key).state == JobState.RUNNING)
    zombie.send_to_all(signal.SIGSTOP)
    start(concurrency=1, **lease)
    wait_until(lambda: jobs.get(pk=key).state == JobState.DONE)
    finished_at = jobs.get(pk=key).finished_at
    time.sleep(0.5)
    zombie.send_to_all(signal.SIGCONT)
    wait_until(lambda: "ended too late" in zombie.log.read_text())
    job = jobs.get(pk=key)
    assert (job.state, job.attempt, job.finished_at) == (JobState.DONE, 2, finished_at)
    send_many(acme, "work", 20, seconds=SECONDS)
    wait_until(all_done(jobs))  # and both work on


def test_restarts_while_there_is_work_lose_and_repeat_nothing(start, acme, jobs):
    send_many(acme, "work", JOBS, seconds=SECONDS)
    worker = start(concurrency=2)
    for _ in range(full_or(6, 2)):
        time.sleep(0.3)
        assert worker.stop() == 0
        worker.start()
        worker.wait_until_ready()
    wait_until(all_done(jobs))
    assert states(jobs) == {JobState.DONE: JOBS}
    assert set(jobs.values_list("attempt", flat=True)) == {1}
