"""A job as Django's Tasks see it."""

import json
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.module_loading import import_string
from django_tasks.base import Task, TaskError, TaskResult, TaskResultStatus

from lib.commands import payloads
from lib.commands.exceptions import UnknownCommandError
from lib.commands.models import Job
from lib.commands.states import JobState

_STATUS = {
    JobState.RUNNING: TaskResultStatus.RUNNING,
    JobState.DONE: TaskResultStatus.SUCCESSFUL,
    JobState.DEAD: TaskResultStatus.FAILED,
    JobState.CANCELLED: TaskResultStatus.FAILED,
}


def find_task(path: str) -> Task[Any, Any]:
    """Return the task at a dotted path.

    Raises:
        UnknownCommandError: there is nothing at the path, or something that is no task.
    """
    try:
        task = import_string(path)
    except ImportError:
        task = None
    if not isinstance(task, Task):
        raise UnknownCommandError(path, ["functions that are decorated with @task"])
    return task


def new_result(task: Task[Any, Any], job: UUID, args: Any, kwargs: Any, alias: str) -> TaskResult[Any]:
    """Return the result of a task that is being enqueued."""
    return TaskResult(
        task=task,
        id=str(job),
        status=TaskResultStatus.READY,
        enqueued_at=timezone.now(),
        started_at=None,
        finished_at=None,
        last_attempted_at=None,
        args=list(args),
        kwargs=dict(kwargs),
        backend=alias,
        errors=[],
        worker_ids=[],
    )


def result_of(job: Job, alias: str) -> TaskResult[Any]:
    """Return the result that the row of a task's job describes."""
    (path, args, kwargs), _ = payloads.load(job.payload)
    state = JobState(job.state)
    result: TaskResult[Any] = TaskResult(
        task=find_task(path),
        id=str(job.pk),
        status=_STATUS.get(state, TaskResultStatus.READY),
        enqueued_at=job.created_at,
        started_at=job.started_at,
        finished_at=job.finished_at,
        last_attempted_at=job.started_at,
        args=args,
        kwargs=kwargs,
        backend=alias,
        errors=[_error_of(job)] if job.error else [],
        # The API counts the tries by the names of those who tried.
        worker_ids=[str(job.worker or "")] * job.attempt,
    )
    object.__setattr__(result, "_return_value", json.loads(job.result) if job.result else None)
    return result


def _error_of(job: Job) -> TaskError:
    last_line = job.error.strip().rpartition("\n")[2]
    name = last_line.partition(":")[0]
    return TaskError(exception_class_path=name if "." in name else f"builtins.{name}", traceback=job.error)
