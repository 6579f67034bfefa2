"""A company in a database of its own: no transaction holds both its work and the job; none is lost."""

import os
import random
import signal
import threading
from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection, connections, transaction

from apps.companies.models import Company
from apps.contacts.models import Contact, Organisation
from lib.commands import internal, send_command, sending, witnesses
from lib.commands.models import Job
from lib.commands.states import JobState
from lib.commands.witnesses import Witness, ask_witness
from lib.tenancy import tenant_context
from lib.tenancy.provisioning import provisioning
from lib.tenancy.states import Isolation
from tests.faults.commands.processes import wait_until
from tests.lib.commands.workers import run_all
from tests.sizes import full_or

REQUESTS = full_or(600, 40)
POINTS = ("before the row", "after the row", "after the commit", "rolled back", "savepoint", "none")


@pytest.fixture
def initech(jobs, settings):
    settings.COMMANDS_CONFIRM_SECONDS = 0
    company = Company(
        subdomain=f"initech{os.getpid()}",
        company_name="I",
        contact_name="P",
        contact_email="p@x.example",
        isolation=Isolation.DATABASE,
    )
    with provisioning(company):
        pass
    return Company.find_by_subdomain(company.subdomain)


def settle_doubts(company):
    """Do what a supervisor has done when a sender did not confirm."""
    internal.send_confirm(company.schema_name)
    run_all()
    failed = Job.objects.using("master").filter(command=internal.CONFIRM).exclude(state=JobState.DONE)
    assert [job.error for job in failed] == []


def names(company):
    with tenant_context(company):
        return Counter(Contact.objects.values_list("last_name", flat=True))


def tokens(company):
    with tenant_context(company), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM commands_tokens_token")
        return cursor.fetchone()[0]


def test_it_is_ready_when_the_sender_has_committed(initech, jobs):
    with tenant_context(initech), transaction.atomic():
        key = send_command("note_once", "x")
        assert jobs.get(pk=key).state == JobState.UNCONFIRMED
        assert run_all() == 0
    assert jobs.get(pk=key).state == JobState.READY
    assert tokens(initech) == 1
    run_all()
    assert (jobs.get(pk=key).state, names(initech), tokens(initech)) == (JobState.DONE, {"x": 1}, 0)


def test_without_a_transaction_it_is_ready_at_once(initech, jobs):
    with tenant_context(initech):
        send_command("note", "x")
        sending(in_=timedelta(hours=1)).send_command("note", "later")
    assert [job.state for job in jobs] == [JobState.READY, JobState.WAITING]
    run_all()
    assert (names(initech), tokens(initech)) == ({"x": 1}, 1)


def test_what_is_rolled_back_is_dropped(initech, jobs):
    with tenant_context(initech):
        with pytest.raises(ZeroDivisionError), transaction.atomic():  # noqa: PT012 - the first is undone
            send_command("note", "with the transaction")
            raise ZeroDivisionError
        with transaction.atomic():
            _roll_back_a_savepoint()
    assert {job.state for job in jobs} == {JobState.UNCONFIRMED}
    settle_doubts(initech)
    assert not jobs.exists()


def test_an_open_transaction_of_the_platform_does_not_hold_the_row(initech, jobs):
    with pytest.raises(ZeroDivisionError), transaction.atomic(using="master"):  # noqa: PT012
        with tenant_context(initech):
            send_command("note", "x")
        raise ZeroDivisionError
    assert jobs.get().state == JobState.READY


def test_a_sender_that_is_still_at_it_is_waited_for(initech, jobs):
    sent, may_commit = threading.Event(), threading.Event()
    keys = []

    def send():
        with tenant_context(initech), transaction.atomic():
            keys.append(send_command("note", "x"))
            sent.set()
            may_commit.wait(20)
        connections.close_all()

    thread = threading.Thread(target=send)
    thread.start()
    sent.wait(20)
    with tenant_context(initech):
        assert ask_witness(keys[0]) is Witness.OPEN
    settle_doubts(initech)
    assert jobs.get(pk=keys[0]).state == JobState.UNCONFIRMED
    may_commit.set()
    thread.join()
    with tenant_context(initech):
        assert ask_witness(keys[0]) is Witness.COMMITTED
    assert jobs.get(pk=keys[0]).state == JobState.READY


def test_two_with_one_unique_key_become_one(initech, jobs):
    with tenant_context(initech), transaction.atomic():
        send_command("tidy_up", "attic")
        send_command("tidy_up", "attic")
    assert sorted(job.state for job in jobs) == [JobState.CANCELLED, JobState.READY]


# Python 3.12 warns of forks beside threads.
@pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")
def test_senders_killed_anywhere_lose_nothing_and_leave_no_phantoms(initech, jobs):
    dice = random.Random(5)
    for number in range(REQUESTS):
        request(initech, f"request {number}", dice.choice(POINTS))
    with tenant_context(initech):
        committed = set(Organisation.objects.values_list("name", flat=True))
    settle_doubts(initech)
    assert not jobs.filter(state=JobState.UNCONFIRMED).exists()
    run_all()
    for _ in range(2):  # everything is delivered three times
        jobs.filter(command="note_once").update(state=JobState.READY, finished_at=None)
        run_all()
    assert {job.state for job in jobs} == {JobState.DONE}
    assert names(initech) == {f"effect of {name}": 1 for name in committed}
    assert 0 < len(committed) < REQUESTS


def request(company, name, point):
    """Do one request in a process of its own, which is killed at `point`."""
    connections.close_all()
    pid = os.fork()
    if pid:
        os.waitpid(pid, 0)
        return
    try:
        _work(company, name, point)
    finally:
        os.kill(os.getpid(), signal.SIGKILL)


def _work(company, name, point):
    def die(*args):
        os.kill(os.getpid(), signal.SIGKILL)

    if point == "before the row":
        witnesses.insert_with = die
    elif point == "after the commit":
        witnesses.confirm = die
    with tenant_context(company), transaction.atomic():
        Organisation.objects.create(name=name)
        if point == "savepoint":
            _roll_back_a_savepoint()
        send_command("note_once", f"effect of {name}")
        if point == "after the row":
            die()
        if point == "rolled back":
            transaction.set_rollback(True)


def _roll_back_a_savepoint():
    with transaction.atomic():
        send_command("note_once", "never")
        transaction.set_rollback(True)


def test_a_worker_finds_out_by_itself(start, initech, jobs, monkeypatch, settings):
    monkeypatch.setattr(witnesses, "confirm", lambda job: None)
    with tenant_context(initech):
        key = send_command("note_once", "x")
        assert jobs.get(pk=key).state == JobState.UNCONFIRMED
    start(concurrency=1, TENANCY_KEYS=settings.TENANCY_KEYS[0])
    wait_until(lambda: jobs.get(pk=key).state == JobState.DONE)
    assert names(initech) == {"x": 1}
