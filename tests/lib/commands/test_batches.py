"""One child for each tenant, and a command that follows when all have ended."""

import pytest
from django.db import transaction

from lib.commands import call_for, send_batch
from lib.commands.exceptions import CommandsError
from lib.commands.models import Batch
from lib.commands.standstill import cancel_jobs_of
from lib.commands.states import JobState
from lib.tenancy import tenant_context
from tests.lib.commands.workers import run_all


def batch(key):
    return Batch.objects.using("master").get(pk=key)


def test_the_follower_comes_after_the_last_child_however_it_ended(acme, globex, jobs):
    calls = [call_for(acme, "limited"), call_for(globex, "fail", "give up"), call_for(None, "count")]
    key = send_batch("Three things", calls, then="batch_has_ended")
    assert (batch(key).total, batch(key).pending) == (3, 3)
    follower = jobs.get(command="batch_has_ended")
    assert follower.state == JobState.WAITING
    assert run_all() == 4
    assert (batch(key).pending, batch(key).failed) == (0, 1)
    assert batch(key).finished_at
    follower.refresh_from_db()
    assert (follower.state, follower.result) == (JobState.DONE, f'"{key}"')
    assert follower.started_at > max(job.finished_at for job in jobs.filter(batch=key))


def test_children_that_are_cancelled_have_ended_too(acme, globex, jobs):
    key = send_batch("Two", [call_for(acme, "limited"), call_for(globex, "limited")], then="batch_has_ended")
    cancel_jobs_of(acme.schema_name)
    assert (batch(key).pending, batch(key).failed) == (1, 1)
    run_all()
    assert jobs.get(command="batch_has_ended").state == JobState.DONE


def test_an_empty_batch_has_ended(jobs):
    key = send_batch("Nothing", [], then="batch_has_ended")
    assert batch(key).finished_at
    assert run_all() == 1


def test_it_is_sent_as_a_whole_or_not_at_all(acme, jobs):
    with pytest.raises(ZeroDivisionError), transaction.atomic(using="master"):  # noqa: PT012
        send_batch("Never", [call_for(acme, "limited")])
        raise ZeroDivisionError
    assert not jobs.exists()
    assert not Batch.objects.using("master").exists()


def test_it_is_the_platforms(acme, jobs):
    with tenant_context(acme), pytest.raises(CommandsError, match="platform"):
        send_batch("Wrong", [])
    with pytest.raises(CommandsError, match="tenant"):
        call_for(None, "limited")
    with pytest.raises(CommandsError, match="no tenant"):
        call_for(acme, "count")
