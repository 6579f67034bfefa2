"""What is sent by the clock: once, by any number of supervisors."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connections
from django.utils import timezone

from lib.commands.checks import check_schedule
from lib.commands.cron import parse_cron
from lib.commands.schedules import Entry, entries, send_if_due

SUPERVISORS = 6


def entry(command="count", **options):
    return Entry(name="every minute", cron=parse_cron("* * * * *"), command=command, **options)


def test_a_new_entry_waits_for_its_next_minute(jobs):
    now = timezone.localtime()
    assert not send_if_due(entry(), now)
    assert not send_if_due(entry(), now)
    assert send_if_due(entry(args=[7]), now + timedelta(minutes=1))
    assert not send_if_due(entry(), now + timedelta(minutes=1))
    assert [job.payload for job in jobs] == ["[[7],{}]"]


def test_after_a_pause_it_is_sent_once(jobs):
    now = timezone.localtime()
    send_if_due(entry(), now)
    assert send_if_due(entry(), now + timedelta(days=2))
    assert not send_if_due(entry(), now + timedelta(days=2))
    assert jobs.count() == 1


def test_of_many_supervisors_one_sends(jobs):
    now = timezone.localtime()
    send_if_due(entry(), now)
    all_are_here = threading.Barrier(SUPERVISORS)

    def tick(_):
        all_are_here.wait(20)
        try:
            return [send_if_due(entry(), now + timedelta(minutes=minute)) for minute in range(1, 6)]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(SUPERVISORS) as executor:
        answers = list(executor.map(tick, range(SUPERVISORS)))
    assert jobs.count() == sum(sum(answer) for answer in answers)
    assert 1 <= jobs.count() <= 5


def test_a_command_for_tenants_is_sent_for_each(acme, globex, jobs):
    now = timezone.localtime()
    each = entry("note", args=["nightly"])
    send_if_due(each, now)
    send_if_due(each, now + timedelta(minutes=1))
    assert {acme.schema_name, globex.schema_name} <= {job.tenant for job in jobs}
    assert len(jobs) == len({job.tenant for job in jobs})


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"cron": "x", "command": "count"}, "fields"),
        ({"command": "count"}, "cron"),
        ({"cron": "* * * * *", "command": "nothing"}, "nothing"),
        ({"cron": "* * * * *", "command": "count", "colour": "red"}, "colour"),
    ],
)
def test_a_wrong_entry_is_said_before(wrong, why, settings):
    settings.COMMANDS_SCHEDULE = {"nightly": wrong}
    [error] = check_schedule(None)
    assert (error.id, why in error.msg) == ("commands.E006", True)


def test_a_right_one_is_read(settings):
    settings.COMMANDS_SCHEDULE = {"nightly": {"cron": "0 3 * * *", "command": "count", "args": [1]}}
    assert check_schedule(None) == []
    assert [entry.name for entry in entries()] == ["commands.prune", "nightly"]
