"""Who is next: tenant after tenant, each in the order of its own priorities, within exact limits."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections, transaction

from lib.commands import registry, sending
from lib.commands.claims import Claims, Ending
from lib.commands.jobs_to_be import job_for
from lib.commands.rows import insert_many
from lib.commands.states import JobState
from lib.commands.upkeep import look, register_workers
from lib.tenancy import tenant_context
from tests.lib.commands.workers import registered_worker
from tests.sizes import full_or

OBSERVATIONS = full_or(40_000, 1_500)
WORKERS = 8
LIMIT = 2


def send(company, *args, how=None, **options):
    with tenant_context(company):
        return (how or sending()).send_command(*args, **options)


def claimed(claims, number):
    """Claim so many jobs, end each, and return them."""
    found, ending = [], None
    for _ in range(number):
        job = claims.next_job(ending).job
        if job is None:
            break
        found.append(job)
        ending = Ending(job=job, state=JobState.DONE)
    if ending:
        claims.settle(ending)
    return found


def insert_for(tenant, number, command="note", **options):
    insert_many([job_for(tenant, registry.get(command), '[["x"],{}]', **options) for _ in range(number)])


def test_tenants_take_turns_however_much_one_has_sent(jobs):
    for tenant, number in (("acme_1", 50), ("globex_1", 3), ("initech_1", 2)):
        insert_for(tenant, number)
    turns = [job.tenant for job in claimed(Claims(registered_worker()), 8)]
    assert turns == ["acme_1", "globex_1", "initech_1"] * 2 + ["acme_1", "globex_1"]


def test_a_tenants_jobs_come_by_priority_and_then_by_age(acme, jobs):
    keys = [send(acme, "note", "x", how=sending(priority=priority)) for priority in (0, 5, 0, -5, 5)]
    order = [job.id for job in claimed(Claims(registered_worker()), 5)]
    assert order == [keys[1], keys[4], keys[0], keys[2], keys[3]]


def test_no_priority_stands_in_another_tenants_way(jobs):
    insert_for("acme_1", 20, priority=100)
    insert_for("globex_1", 1, priority=-100)
    assert "globex_1" in [job.tenant for job in claimed(Claims(registered_worker()), 2)]


def test_only_the_queues_that_are_served_are_looked_at(jobs):
    insert_for("acme_1", 2, queue="mail")
    insert_for("acme_1", 2, queue="default")
    assert [job.queue for job in claimed(Claims(registered_worker(), ["mail"]), 9)] == ["mail"] * 2
    insert_for("acme_1", 2, queue="mail")
    turns = [job.queue for job in claimed(Claims(registered_worker(), ["mail", "default"]), 9)]
    assert sorted(turns) == ["default", "default", "mail", "mail"]


def test_a_limited_command_leaves_the_way_to_others(acme, jobs):
    for _ in range(4):
        send(acme, "limited")
    send(acme, "note", "x")
    names = [Claims(registered_worker()).next_job().job for _ in range(4)]
    assert [job and job.command for job in names] == ["limited", "limited", "note", None]


def test_the_limit_is_each_tenants_own(acme, globex, jobs):
    for company in (acme, globex):
        for _ in range(3):
            send(company, "limited")
    found = [Claims(registered_worker()).next_job().job for _ in range(6)]
    assert sorted(job.tenant for job in found if job) == sorted([acme.schema_name, globex.schema_name] * 2)


def test_all_commands_of_a_tenant_can_be_limited_together(jobs, settings):
    settings.COMMANDS_TENANT_LIMIT = 1
    insert_for("acme_1", 3)
    insert_for("globex_1", 1)
    insert_for("-", 2)  # the platform is no tenant
    found = [Claims(registered_worker()).next_job().job for _ in range(5)]
    assert [job and job.tenant for job in found] == ["-", "-", "acme_1", "globex_1", None]


@pytest.mark.parametrize("kind", ["of a command", "of a tenant"])
def test_a_limit_is_never_passed(kind, jobs, settings):
    """Many claim and end at once, while somebody counts."""
    name = "limited" if kind == "of a command" else "note"
    settings.COMMANDS_TENANT_LIMIT = LIMIT if kind == "of a tenant" else 0
    insert_for("acme_1", OBSERVATIONS, name)
    ended, most, observations = threading.Event(), 0, 0

    def work(_):
        claims, ending = Claims(registered_worker()), None
        while not ended.is_set():
            job = claims.next_job(ending).job
            ending = Ending(job=job, state=JobState.READY) if job else None
        connections.close_all()

    with ThreadPoolExecutor(WORKERS) as executor:
        done = [executor.submit(work, number) for number in range(WORKERS)]
        with connections["master"].cursor() as cursor:
            while observations < OBSERVATIONS:
                cursor.execute("SELECT count(*) FROM commands_job WHERE state = 'running'")
                most = max(most, cursor.fetchone()[0])
                observations += 1
        ended.set()
    assert [future.result() for future in done] == [None] * WORKERS
    assert most == LIMIT


def test_who_claims_last_counts_what_the_others_have_just_claimed(acme, jobs):
    for _ in range(3):
        send(acme, "limited")
    assert Claims(registered_worker()).next_job().job
    last, found = Claims(registered_worker()), []

    def claim():
        found.append(last.next_job().job)
        connections.close_all()

    with transaction.atomic(using="master"):
        assert Claims(registered_worker()).next_job().job
        thread = threading.Thread(target=claim)
        thread.start()
        thread.join(0.3)
        assert found == []  # it waits for this transaction
    thread.join(20)
    assert found == [None]


def test_looking_does_what_is_due_and_counts_what_is_ready(acme, jobs):
    from datetime import timedelta
    from uuid import uuid4

    send(acme, "note", "now")
    send(acme, "note", "soon", how=sending(in_=timedelta(hours=1)))
    seen = look(uuid4(), most=10)
    assert seen.ready_count == 1
    assert 3500 < seen.next_due_seconds < 3700
    jobs.filter(state=JobState.WAITING).update(run_at=jobs.first().created_at)
    assert look(uuid4(), most=10).ready_count == 2
    assert look(uuid4(), most=1).ready_count == 1


def test_who_gives_no_sign_of_life_loses_its_place(jobs, settings):
    from uuid import uuid4

    supervisor = uuid4()
    register_workers(1, supervisor=supervisor, pid=1)
    settings.COMMANDS_LEASE_SECONDS = 1000
    look(supervisor, most=0)
    from lib.commands.models import Worker

    Worker.objects.using("master").update(seen_at="2000-01-01T00:00:00Z")
    look(supervisor, most=0)
    assert Worker.objects.using("master").count() == 1  # it has just given one
    Worker.objects.using("master").update(seen_at="2000-01-01T00:00:00Z")
    look(uuid4(), most=0)
    assert not Worker.objects.using("master").exists()
