"""Django's Tasks API over our table."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from django_tasks import TaskResultStatus, default_task_backend
from django_tasks.exceptions import InvalidTaskError, TaskResultDoesNotExist

from lib.commands.states import JobState
from lib.tenancy import tenant_context
from tests.lib.commands import tasks_of_others as tasks
from tests.lib.commands.workers import run_all


def test_a_task_runs_under_the_tenant_that_enqueued_it(acme, globex, jobs):
    with tenant_context(acme):
        result = tasks.add.enqueue(1, two=2)
        assert result.status == TaskResultStatus.READY
    run_all()
    with tenant_context(acme):
        result.refresh()
        assert (result.status, result.return_value) == (
            TaskResultStatus.SUCCESSFUL,
            {"sum": 3, "tenant": "acme"},
        )
        assert tasks.add.get_result(result.id).args == [1]
    with tenant_context(globex), pytest.raises(TaskResultDoesNotExist):
        default_task_backend.get_result(result.id)


def test_without_a_tenant_it_is_the_platforms(jobs):
    result = tasks.add.enqueue(1)
    run_all()
    result.refresh()
    assert result.return_value == {"sum": 1, "tenant": None}


def test_it_is_sent_with_the_transaction(acme, jobs):
    with tenant_context(acme), pytest.raises(ZeroDivisionError), transaction.atomic():  # noqa: PT012
        tasks.add.enqueue(1)
        raise ZeroDivisionError
    assert not jobs.exists()


def test_context_priority_and_time_are_kept(acme, jobs):
    with tenant_context(acme):
        result = tasks.which_try.enqueue()
        later = tasks.add.using(run_after=timezone.now() + timedelta(hours=1)).enqueue(1)
    assert [job.priority for job in jobs] == [5, 0]
    assert jobs.get(pk=later.id).state == JobState.WAITING
    run_all()
    with tenant_context(acme):
        result.refresh()
        assert result.return_value == 1


def test_a_failure_is_told(acme, jobs):
    with tenant_context(acme):
        result = tasks.break_down.enqueue()
    run_all()
    with tenant_context(acme):
        result.refresh()
    assert result.status == TaskResultStatus.FAILED
    assert result.errors[0].exception_class is KeyError
    assert "broken" in result.errors[0].traceback
    assert jobs.get().attempt == 1


def test_what_cannot_travel_is_refused(jobs):
    with pytest.raises(InvalidTaskError, match="bytes"):
        tasks.add.enqueue("x" * 100_000)
    with pytest.raises((InvalidTaskError, TypeError)):
        tasks.add.enqueue(object())


def test_a_path_that_leads_to_no_task_is_not_run(jobs):
    from lib.commands import send_command

    send_command("tasks.run_for_platform", "os.system", ["true"], {})
    run_all()
    assert jobs.get().state in (JobState.WAITING, JobState.DEAD)
    assert "'os.system' is not a command" in jobs.get().error
