"""The two commands that run Django's tasks: for a tenant, and for the platform."""

from typing import Any

from django_tasks.base import TaskContext, TaskResultStatus
from django_tasks.signals import task_finished, task_started

from lib.commands.current import current_job
from lib.commands.registry import Scope, command

FOR_TENANT, FOR_PLATFORM = "tasks.run_for_tenant", "tasks.run_for_platform"


def run_task(path: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """Call the task at a dotted path, with what signals and context the API promises."""
    # Only when a task runs: models cannot be imported while commands are registered.
    from lib.commands.task_results import find_task, new_result

    task = find_task(path)
    result = new_result(task, current_job().id, args, kwargs, task.backend)
    object.__setattr__(result, "status", TaskResultStatus.RUNNING)
    result.worker_ids.extend([""] * current_job().attempt)
    task_started.send(type(task.get_backend()), task_result=result)
    try:
        returned = task.call(
            *([TaskContext(task_result=result)] if task.takes_context else []), *args, **kwargs
        )
    except Exception:
        object.__setattr__(result, "status", TaskResultStatus.FAILED)
        raise
    else:
        object.__setattr__(result, "status", TaskResultStatus.SUCCESSFUL)
        return returned
    finally:
        task_finished.send(type(task.get_backend()), task_result=result)


command(name=FOR_TENANT)(run_task)
command(name=FOR_PLATFORM, scope=Scope.PLATFORM)(run_task)
