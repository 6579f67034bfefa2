"""Two processes prepare one database at the same moment, as two servers of a release do when they start."""

import os
import subprocess
import sys
import uuid
from contextlib import closing
from urllib.parse import quote

import psycopg2
import pytest
from django.conf import settings

from lib.tenancy.locks import lock_number

PREPARE = [sys.executable, "manage.py", "prepare"]
PROCESSES = 3


@pytest.fixture
def url(django_db_setup):
    """The address of a database that nobody has prepared."""
    login = settings.DATABASES["master"]
    password = quote(login["PASSWORD"], safe="")
    server = f"postgres://{login['USER']}:{password}@{login['HOST']}:{login['PORT']}"
    name = f"unprepared_{uuid.uuid4().hex[:8]}"
    with closing(psycopg2.connect(f"{server}/{login['NAME']}")) as connection:
        connection.autocommit = True
        cursor = connection.cursor()
        cursor.execute(f"CREATE DATABASE {name} TEMPLATE template0")
        yield f"{server}/{name}"
        cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


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
