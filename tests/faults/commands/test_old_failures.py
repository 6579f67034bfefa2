"""The seven failures of commands over ZeroMQ as they are first thought of: there in the old way, not here."""

import os
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest
import zmq
from django.db import transaction

from lib.commands import registry, send_command
from lib.commands.exceptions import UnknownCommandError
from lib.commands.jobs_to_be import make_job
from lib.commands.ringing import forget_bell, ring
from lib.commands.rows import insert_many
from lib.commands.states import JobState
from lib.tenancy import tenant_context
from tests.databases import database_url
from tests.faults.commands import old_way
from tests.faults.commands.processes import ROOT, wait_until
from tests.lib.commands.workers import run_all
from tests.sizes import full_or

MESSAGES = full_or(1000, 200)
OLD = [sys.executable, "-m", "tests.faults.commands.old_way"]


@pytest.fixture
def address(tmp_path):
    return f"ipc://@old-way-{time.monotonic_ns()}"


@pytest.fixture
def diary(tmp_path):
    path = tmp_path / "diary"
    path.write_text("")
    return path


def write(diary):
    return f"open({str(diary)!r}, 'a').write('x')"


@contextmanager
def old_worker(address):
    with subprocess.Popen(
        [*OLD, "work", address], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as worker:
        worker.stdout.readline()
        try:
            yield worker
        finally:
            worker.kill()


def message(code):
    return {"command": "shell", "args": [], "options": {"command": code, "no_imports": True}}


@contextmanager
def sender(address):
    """A socket of the old way's sender that stays, since one for each message would take minutes."""
    context = zmq.Context()
    socket = context.socket(zmq.PUSH)
    socket.linger = 0
    socket.bind(address)
    yield lambda code: socket.send_json(message(code))
    context.destroy(linger=0)


def test_1_without_a_worker_the_sender_does_not_wait(address, acme, jobs, settings):
    old = subprocess.Popen([*OLD, "send", address, "pass"], cwd=ROOT)
    with pytest.raises(subprocess.TimeoutExpired):
        old.wait(5)
    old.kill()
    old.wait()

    settings.COMMANDS_DOORBELL, settings.COMMANDS_BELL_ADDRESSES = "zmq", [address]
    forget_bell()
    slowest = 0.0
    requests = full_or(300, 50)
    for _ in range(requests):
        started_at = time.perf_counter()
        with tenant_context(acme), transaction.atomic():
            send_command("limited")
        slowest = max(slowest, time.perf_counter() - started_at)
    assert slowest < 0.5
    assert jobs.count() == requests


def test_2_two_may_send_at_once(address, jobs, settings):
    with sender(address), pytest.raises(zmq.ZMQError, match="Address already in use"):
        old_way.send_command(address, "check")

    settings.COMMANDS_DOORBELL, settings.COMMANDS_BELL_ADDRESSES = "zmq", [address]
    forget_bell()
    ring()
    send_command("count")
    other = (
        "import os; os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'config.settings'); "
        "import django; django.setup(); from tests.lib.commands import orders; "
        "from lib.commands import send_command; send_command('count')"
    )
    subprocess.run(
        [sys.executable, "-c", other],
        cwd=ROOT,
        check=True,
        env={**os.environ, "DATABASE_URL": database_url()},
    )
    assert jobs.count() == 2


def test_3_a_worker_that_dies_loses_nothing(address, diary, start, acme, jobs):
    with sender(address) as send:
        with old_worker(address) as worker:
            for _ in range(MESSAGES):
                send(write(diary))
            wait_until(lambda: diary.read_text())
            worker.kill()
        with old_worker(address):
            time.sleep(1)
    assert len(diary.read_text()) < MESSAGES

    with tenant_context(acme):
        command = registry.get("work")
        insert_many([make_job(command, [number], {"seconds": 0.001}) for number in range(MESSAGES)])
    worker = start()
    wait_until(lambda: jobs.filter(state=JobState.DONE).exists())
    worker.kill()
    worker.start()
    wait_until(lambda: not jobs.exclude(state=JobState.DONE).exists())
    assert jobs.count() == MESSAGES


def test_4_a_command_that_exits_does_not_take_the_worker_along(address, diary, start, acme, jobs):
    with sender(address) as send, old_worker(address) as worker:
        send("raise SystemExit(1)")
        send(write(diary))
        assert worker.wait(20) == 1
    assert diary.read_text() == ""

    with tenant_context(acme):
        send_command("fail", "exit")
        key = send_command("note", "after")
    worker = start(concurrency=1)
    wait_until(lambda: jobs.get(pk=key).state == JobState.DONE)
    assert worker.process.poll() is None


def test_5_a_stranger_runs_nothing(address, diary, start, jobs):
    with old_worker(address), sender(address) as stranger:
        stranger(write(diary))
        wait_until(lambda: diary.read_text())  # code of a stranger, run by the worker
    diary.write_text("")

    start(concurrency=1, COMMANDS_DOORBELL="zmq", COMMANDS_BELL_BIND=address, COMMANDS_BELL_ADDRESSES=address)
    context = zmq.Context()
    socket = context.socket(zmq.PUSH)
    socket.connect(address)
    for _ in range(20):
        socket.send_json(message(write(diary)))
    time.sleep(0.5)
    context.destroy(linger=0)
    assert diary.read_text() == ""
    with pytest.raises(UnknownCommandError):
        send_command("shell", command=write(diary))
    assert not jobs.exists()


def test_6_a_send_costs_little(address, acme, jobs, settings):
    with old_worker(address):
        started_at = time.perf_counter()
        for _ in range(5):
            old_way.send_command(address, "check", verbosity=0)
        old_ms = (time.perf_counter() - started_at) * 1000 / 5

    settings.COMMANDS_DOORBELL, settings.COMMANDS_BELL_ADDRESSES = "zmq", [address]
    forget_bell()
    times = []
    for _ in range(100):
        with tenant_context(acme):
            started_at = time.perf_counter()
            send_command("limited")
            times.append((time.perf_counter() - started_at) * 1000)
    ours_ms = sorted(times)[50]
    print(f"a send: {old_ms:.1f} ms in the old way, {ours_ms:.2f} ms here")
    assert ours_ms < old_ms / 2


def test_7_what_is_rolled_back_does_not_run(address, diary, acme, jobs):
    with old_worker(address), tenant_context(acme):
        with transaction.atomic():
            old_way.send_command(address, "shell", command=write(diary), no_imports=True)
            transaction.set_rollback(True)
        wait_until(lambda: diary.read_text())  # it ran all the same

        with transaction.atomic():
            send_command("note", "never")
            transaction.set_rollback(True)
    assert run_all() == 0
