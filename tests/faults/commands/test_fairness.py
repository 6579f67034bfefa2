"""One company has sent more than can be done in an hour: the others do not notice."""

import time

from lib.commands import registry, send_command
from lib.commands.jobs_to_be import make_job
from lib.commands.rows import insert_many
from lib.commands.states import JobState
from lib.tenancy import tenant_context
from tests.faults.commands.processes import wait_until
from tests.sizes import IS_FULL_SIZE, full_or

BACKLOG = full_or(100_000, 5_000)
JOBS = full_or(200, 40)
P99_MS = 100 if IS_FULL_SIZE else 500  # beside other tests on two cores


def test_a_backlog_of_one_company_delays_nobody_else(start, acme, globex, jobs):
    with tenant_context(acme):
        command = registry.get("work")
        insert_many([make_job(command, [number], {"seconds": 0.005}) for number in range(BACKLOG)])
    start(concurrency=2)
    wait_until(lambda: jobs.filter(state=JobState.DONE).exists())
    keys = []
    with tenant_context(globex):
        for number in range(JOBS):
            keys.append(send_command("work", number, seconds=0.005))
            time.sleep(0.02)
    wait_until(lambda: not jobs.filter(pk__in=keys).exclude(state=JobState.DONE).exists())
    delays_ms = sorted(
        (started - sent).total_seconds() * 1000
        for sent, started in jobs.filter(pk__in=keys).values_list("created_at", "started_at")
    )
    p50, p99 = delays_ms[len(delays_ms) // 2], delays_ms[len(delays_ms) * 99 // 100]
    print(f"start of the quiet company's jobs: p50 {p50:.1f} ms, p99 {p99:.1f} ms, backlog {BACKLOG}")
    assert p99 < P99_MS
    assert jobs.filter(
        tenant=acme.schema_name, state=JobState.READY
    ).exists()  # there was a backlog all the time
