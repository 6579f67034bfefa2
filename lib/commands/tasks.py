"""Django's Tasks over our table: a `TASKS` backend, so that apps which do not know us use the same workers.

The package django-tasks brings the API to Django 5.2; from Django 6 on it is `django.tasks`.
"""

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.utils import timezone
from django_tasks.backends.base import BaseTaskBackend
from django_tasks.base import Task, TaskResult
from django_tasks.exceptions import InvalidTaskError, TaskResultDoesNotExist
from django_tasks.signals import task_enqueued
from django_tasks.utils import normalize_json

from lib.commands import registry
from lib.commands.exceptions import PayloadError
from lib.commands.jobs_to_be import make_job
from lib.commands.models import Job
from lib.commands.sending import send_job
from lib.commands.task_results import new_result, result_of
from lib.commands.task_runner import FOR_PLATFORM, FOR_TENANT
from lib.commands.tenants import MASTER_ALIAS, PLATFORM, find_current_tenant, schema_of


class CommandsBackend(BaseTaskBackend):
    """Keep tasks with the commands: for the tenant that is current when they are enqueued, or for none.

    The API knows no retries, so a task is tried once. `OPTIONS: {"RETRIES": 3}` tries it again, as a command.
    """

    supports_defer = True
    supports_async_task = True
    supports_get_result = True
    supports_priority = True

    def enqueue(self, task: Task[Any, Any], args: Any, kwargs: Any) -> TaskResult[Any]:
        """Send the task as a job of the current tenant, in the transaction that is open."""
        self.validate_task(task)
        command = registry.get(FOR_TENANT if find_current_tenant() else FOR_PLATFORM)
        try:
            arguments = [task.module_path, normalize_json(args), normalize_json(kwargs)]
            job = make_job(
                command,
                arguments,
                {},
                run_at=task.run_after if task.run_after and task.run_after > timezone.now() else None,
                priority=task.priority,
                queue=task.queue_name,
            )
        except PayloadError as error:
            raise InvalidTaskError(str(error)) from error
        result = new_result(task, job.id, args, kwargs, self.alias)
        task_enqueued.send(type(self), task_result=result)
        send_job(replace(job, max_attempts=int(self.options.get("RETRIES", 0)) + 1))
        return result

    def get_result(self, result_id: str) -> TaskResult[Any]:
        """Return what became of a task of the current tenant, or of the platform's if none is current.

        Raises:
            TaskResultDoesNotExist: there is none, it is another tenant's, or it ended long ago.
        """
        tenant = find_current_tenant()
        whose = schema_of(tenant) if tenant else PLATFORM
        try:
            job = Job.objects.using(MASTER_ALIAS).get(pk=UUID(result_id), tenant=whose)
        except (Job.DoesNotExist, ValueError) as error:
            raise TaskResultDoesNotExist(result_id) from error
        if job.command not in (FOR_TENANT, FOR_PLATFORM):
            raise TaskResultDoesNotExist(result_id)
        return result_of(job, self.alias)
