"""One job after the other, as a child of the worker runs them."""

import logging
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connections, transaction

from apps.contacts.models import Contact
from lib.commands import registry, send_command, sending
from lib.commands.claims import Claims, Ending
from lib.commands.exceptions import LostJobError, UnknownCommandError
from lib.commands.executor import execute
from lib.commands.standstill import release_held_jobs
from lib.commands.states import JobState
from lib.commands.upkeep import forget_worker, release_orphans
from lib.tenancy import tenant_context
from lib.tenancy.states import State
from tests.lib.commands.workers import let_be_due, registered_worker, run_all


@pytest.fixture
def notes(acme, globex):
    """Return what commands have noted at a company; it is removed after the test."""

    def names(company):
        with tenant_context(company):
            return sorted(Contact.objects.values_list("last_name", flat=True))

    yield names
    for company in (acme, globex):
        with tenant_context(company):
            Contact.objects.all().delete()


def send(company, *args, **options):
    with tenant_context(company):
        return send_command(*args, **options)


def test_it_runs_under_the_tenant_that_sent_it(acme, globex, jobs, notes):
    send(acme, "note", "by Acme")
    send(globex, "note", "by Globex")
    assert run_all() == 2
    assert (notes(acme), notes(globex)) == (["by Acme"], ["by Globex"])
    assert {job.state for job in jobs} == {JobState.DONE}


def test_the_platforms_run_under_nobody_and_return_something(acme, jobs):
    send(acme, "count", 4, colour="red")
    run_all()
    [job] = jobs
    assert (job.state, job.result) == (JobState.DONE, '{"number":4,"tenant":null,"colour":"red"}')
    assert job.started_at <= job.finished_at


@pytest.mark.parametrize("how", ["ValueError", "exit"])
def test_a_failure_is_tried_again_a_little_later_and_then_no_more(how, acme, jobs):
    send(acme, "fail", how)
    worker = registered_worker()
    for attempt in (1, 2, 3):
        assert run_all(worker) == 1
        assert run_all(worker) == 0
        [job] = jobs
        assert job.attempt == attempt
        if attempt < 3:
            assert job.state == JobState.WAITING
            jobs.update(run_at=job.created_at)
            let_be_due()
    assert job.state == JobState.DEAD
    assert ("SystemExit: 3" if how == "exit" else "ValueError: It failed.") in job.error


def test_a_command_can_give_up(acme, jobs, caplog):
    send(acme, "fail", "give up")
    run_all()
    [job] = jobs
    assert (job.state, job.attempt) == (JobState.DEAD, 1)
    assert [record.levelno for record in caplog.records if "for good" in record.message] == [logging.ERROR]


def test_of_many_failures_of_one_kind_one_is_mailed(acme, jobs, settings, mailoutbox):
    settings.ADMINS = [("Alice", "alice@example.com")]
    for how in ("give up", "give up", "give up"):
        send(acme, "fail", how)
    send(acme, "note_and_fail", "x")
    run_all()
    assert jobs.filter(state=JobState.DEAD).count() == 4
    assert ["GiveUp" in mail.subject for mail in mailoutbox] == [True, False]
    assert all("[acme]" in mail.subject for mail in mailoutbox)


class TestAtomic:
    def test_its_work_and_its_end_are_one(self, acme, jobs, notes):
        send(acme, "note_once", "once")
        run_all()
        assert notes(acme) == ["once"]
        assert jobs.get().state == JobState.DONE

    def test_a_failure_leaves_nothing_of_it(self, acme, jobs, notes):
        send(acme, "note_and_fail", "never")
        run_all()
        assert notes(acme) == []
        assert jobs.get().state == JobState.DEAD

    def test_who_was_taken_for_dead_leaves_nothing_of_it(self, acme, jobs, notes):
        send(acme, "note_once", "once")
        slow, quick = registered_worker(), registered_worker()
        job = Claims(slow).next_job().job
        forget_worker(slow, "It seemed to be dead.")
        with pytest.raises(LostJobError):
            execute(job, slow)
        assert notes(acme) == []
        assert run_all(quick) == 1
        assert notes(acme) == ["once"]


class TestFence:
    def test_a_late_end_is_refused(self, acme, jobs):
        key = send(acme, "note", "x")
        slow, quick = Claims(registered_worker()), Claims(registered_worker())
        late = slow.next_job().job
        forget_worker(slow.worker, "It seemed to be dead.")
        assert quick.next_job().job.attempt == 2
        assert not slow.settle(Ending(job=late, state=JobState.DEAD, error="too late"))
        assert quick.settle(Ending(job=replace(late, attempt=2), state=JobState.DONE))
        job = jobs.get(pk=key)
        assert (job.state, job.error) == (JobState.DONE, "")

    def test_a_worker_without_a_row_gets_nothing(self, acme, jobs):
        send(acme, "note", "x")
        claims = Claims(registered_worker())
        forget_worker(claims.worker, "")
        taken = claims.next_job()
        assert (taken.is_known, taken.job) == (False, None)

    def test_a_claim_that_is_committed_after_its_workers_end_is_released(self, acme, jobs):
        """The trap of orphans: released by the name of its worker alone, this job would run for ever."""
        send(acme, "note", "x")
        claims = Claims(registered_worker())
        with transaction.atomic(using="master"):
            claims.next_job()
            # As the supervisor sees it, over another connection: nothing is running yet.
            another = connections.create_connection("master")
            with another.cursor() as cursor:
                cursor.execute("DELETE FROM commands_worker WHERE id = %s", [claims.worker])
            another.close()
        assert jobs.get().state == JobState.RUNNING
        release_orphans()
        assert jobs.get().state == JobState.READY


class TestForeignRows:
    @pytest.mark.parametrize(
        "change",
        [
            {"command": "note_once"},
            {"payload": '[["another"],{}]'},
            {"signature": "0" * 64},
            {"witness": "acme_123456"},
        ],
    )
    def test_an_altered_row_is_not_run(self, change, acme, jobs, notes, caplog):
        send(acme, "note", "x")
        jobs.update(**change)
        run_all()
        [job] = jobs
        assert job.state == JobState.DEAD
        assert "signature" in job.error
        assert notes(acme) == []
        assert any(record.levelno == logging.ERROR for record in caplog.records)

    def test_a_row_given_to_another_tenant_is_not_run(self, acme, globex, jobs, notes):
        send(acme, "note", "x")
        jobs.update(tenant=globex.schema_name)
        run_all()
        assert jobs.get().state == JobState.DEAD
        assert notes(globex) == []

    def test_a_row_written_by_hand_is_not_run(self, acme, jobs):
        key = send(acme, "note", "x")
        row = jobs.get(pk=key)
        row.pk, row.command = "00000000-0000-7000-8000-000000000000", "shell"
        row.save(using="master", force_insert=True)
        run_all()
        assert jobs.get(command="shell").state == JobState.DEAD

    def test_a_command_that_is_no_longer_registered_is_not_run(self, acme, jobs, monkeypatch):
        send(acme, "note", "x")
        monkeypatch.setattr(registry, "_commands", {})
        with pytest.raises(UnknownCommandError):
            registry.get("note")
        run_all()
        assert "not a command" in jobs.get().error

    def test_an_old_key_still_counts_while_it_is_named(self, acme, jobs, settings):
        send(acme, "count")
        settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
        settings.SECRET_KEY = "another"
        run_all()
        assert jobs.get().state == JobState.DONE


class TestTenantsThatAreNotOpen:
    def test_a_suspended_tenants_jobs_are_held_until_it_is_open_again(self, acme, globex, jobs):
        for number in range(3):
            send(acme, "note_and_fail", str(number))
        send(globex, "limited")
        set_state(acme, State.SUSPENDED)
        try:
            run_all()
            assert [job.state for job in jobs] == [JobState.HELD] * 3 + [JobState.DONE]
            release_held_jobs()
            assert jobs.filter(state=JobState.HELD).count() == 3
        finally:
            set_state(acme, State.ACTIVE)
        release_held_jobs()
        assert jobs.filter(state=JobState.READY).count() == 3
        run_all()
        assert jobs.filter(state=JobState.DEAD).count() == 3  # to be held had counted as no try

    def test_a_removed_tenants_jobs_are_cancelled(self, acme, jobs):
        keys = [send(acme, "note", str(number)) for number in range(3)]
        with tenant_context(acme):
            keys.append(sending(in_=timedelta(days=1)).send_command("note", "later"))
        rows = type(acme)._default_manager.using("master").filter(pk=acme.pk)
        rows.update(schema_name="gone_123456")
        try:
            run_all()
            assert {job.state for job in jobs} == {JobState.CANCELLED}
        finally:
            rows.update(schema_name=acme.schema_name)


def set_state(company, state):
    type(company)._default_manager.using("master").filter(pk=company.pk).update(state=state)


class TestProgress:
    def test_it_can_be_seen(self, acme, jobs):
        key = send(acme, "progress", 3)
        run_all()
        job = jobs.get(pk=key)
        assert (job.progress, job.progress_total, job.progress_text) == (0, 3, "step 0")
        assert job.result == f'"{key}"'

    def test_a_job_that_was_cancelled_stops_where_it_reports(self, acme, jobs):
        send(acme, "progress", 3)
        claims = Claims(registered_worker())
        job = claims.next_job().job
        jobs.update(cancel_requested=True)
        claims.settle(execute(job, claims.worker))
        assert jobs.get().state == JobState.CANCELLED


def test_what_it_logs_is_kept_with_it(acme, jobs):
    send(acme, "say", "look here")
    run_all()
    assert "WARNING tests.lib.commands.orders: look here" in jobs.get().log_tail
