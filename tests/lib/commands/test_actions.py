"""What people do to jobs."""

from lib.commands import actions, call_for, send_batch, send_command
from lib.commands.claims import Claims
from lib.commands.executor import execute
from lib.commands.models import Batch
from lib.commands.states import JobState
from lib.tenancy import tenant_context
from tests.lib.commands.workers import registered_worker, run_all


def send(company, *args):
    with tenant_context(company):
        return send_command(*args)


def test_a_job_that_waits_is_cancelled_and_can_be_tried_after_all(acme, jobs):
    key = send(acme, "limited")
    assert actions.cancel([key]) == 1
    assert run_all() == 0
    assert jobs.get().state == JobState.CANCELLED
    assert actions.retry([key]) == 1
    run_all()
    assert jobs.get().state == JobState.DONE


def test_a_job_that_runs_is_asked_to_stop(acme, jobs):
    key = send(acme, "progress", 3)
    claims = Claims(registered_worker())
    job = claims.next_job().job
    assert actions.cancel([key]) == 1
    claims.settle(execute(job, claims.worker))
    assert jobs.get().state == JobState.CANCELLED


def test_a_failed_job_is_tried_once_more_and_can_be_discarded(acme, jobs):
    key = send(acme, "fail", "give up")
    run_all()
    for attempt in (2, 3):
        assert actions.retry([key]) == 1
        run_all()
        assert (jobs.get().state, jobs.get().attempt) == (JobState.DEAD, attempt)
    assert actions.discard([key]) == 1
    assert not jobs.exists()


def test_what_has_not_ended_is_not_discarded_and_what_is_done_not_tried_again(acme, jobs):
    key = send(acme, "limited")
    assert (actions.discard([key]), actions.retry([key])) == (0, 0)
    run_all()
    assert (actions.cancel([key]), actions.retry([key])) == (0, 0)


def test_a_batch_counts_what_is_cancelled_and_what_is_tried_again(acme, globex, jobs):
    batch = send_batch(
        "Two", [call_for(acme, "limited"), call_for(globex, "limited")], then="batch_has_ended"
    )
    counts = lambda: Batch.objects.using("master").values_list("pending", "failed").get(pk=batch)  # noqa: E731
    [one, _] = jobs.filter(batch=batch)
    actions.cancel([one.pk])
    assert counts() == (1, 1)
    actions.retry([one.pk])
    assert counts() == (2, 0)
    assert run_all() == 3
    assert counts() == (0, 0)
