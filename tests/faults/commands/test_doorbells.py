"""Doorbells and the worker: woken by them, and not lost without."""

import os
import socket
import time

import pytest

from lib.commands import send_command
from lib.commands.ringing import forget_bell
from lib.commands.states import JobState
from lib.tenancy import tenant_context
from tests.faults.commands.processes import wait_until
from tests.sizes import full_or

JOBS = full_or(200, 20)
SELDOM = "20"  # seconds between two looks: whoever starts sooner was woken


def delays_ms(jobs):
    wait_until(lambda: not jobs.exclude(state=JobState.DONE).exists())
    times = jobs.values_list("created_at", "started_at")
    return sorted((started - sent).total_seconds() * 1000 for sent, started in times)


def send(company):
    with tenant_context(company):
        for _ in range(JOBS):
            send_command("work", 1, seconds=0)
            time.sleep(0.02)


@pytest.mark.parametrize("kind", ["zmq", "notify"])
def test_a_doorbell_wakes_an_idle_worker(kind, start, acme, jobs, settings):
    address = f"ipc://@wake-{os.getpid()}-{kind}"
    settings.COMMANDS_DOORBELL, settings.COMMANDS_BELL_ADDRESSES = kind, [address]
    forget_bell()
    start(COMMANDS_DOORBELL=kind, COMMANDS_BELL_BIND=address, TEST_POLL_SECONDS=SELDOM)
    send(acme)
    delays = delays_ms(jobs)
    print(f"{kind}: sent to started p50 {delays[len(delays) // 2]:.1f} ms, most {delays[-1]:.1f} ms")
    assert delays[-1] < 2000


def test_when_every_ring_is_lost_polling_finds_the_job(start, acme, jobs, settings):
    poll_seconds = 0.5
    settings.COMMANDS_DOORBELL, settings.COMMANDS_BELL_ADDRESSES = "zmq", ["ipc://@nobody-listens-here"]
    forget_bell()
    start(
        COMMANDS_DOORBELL="zmq",
        COMMANDS_BELL_BIND="ipc://@somewhere-else",
        TEST_POLL_SECONDS=str(poll_seconds),
    )
    send(acme)
    assert delays_ms(jobs)[-1] < poll_seconds * 1000 + 500


def test_a_job_for_later_starts_at_its_time(start, acme, jobs):
    from datetime import timedelta

    from lib.commands import sending

    start(TEST_POLL_SECONDS="0.2")
    with tenant_context(acme):
        sending(in_=timedelta(seconds=1)).send_command("note", "later")
    wait_until(lambda: jobs.get().state == JobState.DONE)
    late = (jobs.get().started_at - jobs.get().run_at).total_seconds()
    assert 0 <= late < 1


def test_it_tells_systemd_how_it_is(start, tmp_path, jobs):
    address = tmp_path / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(address))
        systemd.settimeout(20)
        worker = start(NOTIFY_SOCKET=str(address))
        said = [systemd.recv(100)]
        while said[-1] != b"READY=1":
            said.append(systemd.recv(100))
        worker.process.terminate()
        while said[-1] != b"STOPPING=1":
            said.append(systemd.recv(100))
        worker.process.wait(20)
    assert b"WATCHDOG=1" in said
