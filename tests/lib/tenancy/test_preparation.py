"""Two processes prepare one database at the same moment, as two servers of a release do when they start."""

import os
import subprocess
import sys
from contextlib import closing

import psycopg2
import pytest
from django.conf import settings

from lib.tenancy.locks import lock_number
from tests.databases import new_database

PREPARE = [sys.executable, "manage.py", "prepare"]
PROCESSES = 3


@pytest.fixture
def url(django_db_setup):
    """The address of a database that nobody has prepared."""
    with new_database("unprepared") as url:
        yield url


def start(url):
    environment = {**os.environ, "DATABASE_URL": url}
    return subprocess.Popen(
        PREPARE,
        cwd=settings.BASE_DIR,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_one_prepares_and_the_others_find_it_done(url):
    processes = [start(url) for _ in range(PROCESSES)]
    printed = [process.communicate(timeout=120) for process in processes]
    assert [process.returncode for process in processes] == [0] * PROCESSES, printed
    assert sorted("template was made" in out for out, _ in printed) == [False, False, True]
    assert sum("template was up to date" in out for out, _ in printed) == PROCESSES - 1


def test_who_dies_at_it_keeps_nobody_waiting(url):
    with closing(psycopg2.connect(url)) as holder:
        holder.cursor().execute("SELECT pg_advisory_lock(%s)", [lock_number("prepare")])
        waiting = start(url)
        for line in waiting.stderr:
            if "Somebody else prepares this database" in line:
                break
        assert waiting.poll() is None
    out, err = waiting.communicate(timeout=60)
    assert waiting.returncode == 0, err
    assert "template was made" in out
