"""PostgreSQL itself dies, with all it had not written yet: the worker goes on when it is back."""

import json
import os
import signal
import subprocess
import sys
import time

import psycopg2

from lib.postgres.processes import find_postmaster, is_alive
from lib.postgres.server import development_server
from tests.faults.commands.processes import ROOT, wait_until, worker_process
from tests.sizes import full_or

JOBS_OF_EACH_KIND = full_or(2000, 150)
CRASHES = full_or(3, 1)
CHILDREN = 2


def test_after_crashes_every_job_is_done_and_atomic_ones_had_one_effect_each(tmp_path):
    # Not the server of the tests: that one need not survive a crash.
    server = development_server(tmp_path)
    url = server.ensure_running()
    try:
        ask(url, "send", JOBS_OF_EACH_KIND)
        with worker_process(tmp_path / "worker", concurrency=CHILDREN, DATABASE_URL=url) as worker:
            for crash in range(1, CRASHES + 1):
                wait_until(lambda crash=crash: done(url) > JOBS_OF_EACH_KIND * 2 * crash // (CRASHES + 2))
                crash_at_once(server)
                time.sleep(0.5)
                assert server.ensure_running() == url
            wait_until(lambda: done(url) == 2 * JOBS_OF_EACH_KIND)
            assert worker.stop() == 0
        counted = ask(url, "count")
    finally:
        server.stop()
    assert counted["states"] == {"done": 2 * JOBS_OF_EACH_KIND}
    assert (counted["effects"], counted["most_effects"]) == (JOBS_OF_EACH_KIND, 1)
    assert counted["tries"] <= 2 * JOBS_OF_EACH_KIND + CHILDREN * CRASHES


def crash_at_once(server):
    postmaster = find_postmaster(server.data_dir)
    os.kill(postmaster.pid, signal.SIGQUIT)
    wait_until(lambda: not is_alive(postmaster.pid))


def done(url):
    connection = psycopg2.connect(url)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(
                'SET ROLE "terrace:owner"; SELECT count(*) FROM master.commands_job WHERE state = %s',
                ["done"],
            )
            return cursor.fetchone()[0]
    finally:
        connection.close()


def ask(url, *words):
    environment = {
        **os.environ,
        "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "tests.faults.commands.settings",
    }
    result = subprocess.run(
        [sys.executable, "-m", "tests.faults.commands.another_database", *map(str, words)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)
