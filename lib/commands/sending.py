"""Send commands: now or later, once or often, for the tenant that is current."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from lib.commands import inline, registry, witnesses
from lib.commands.conf import engine
from lib.commands.jobs_to_be import make_job
from lib.commands.ringing import ring_after_commit
from lib.commands.rows import NewJob, insert


def send_command(name: str, /, *args: Any, **options: Any) -> UUID:
    """Have a command run elsewhere, when the open transaction has committed; return the key of its job.

    The arguments travel as JSON. The job belongs to the current tenant, in whose transaction it is written.

    Raises:
        UnknownCommandError: nobody has registered it.
        PayloadError: the arguments are no JSON, or too long.
        NoTenantError: it works for a tenant, and none is active.
    """
    return Sending().send_command(name, *args, **options)


def sending(
    *,
    at: datetime | None = None,
    in_: timedelta | None = None,
    priority: int | None = None,
    queue: str | None = None,
    unique: str | None = None,
) -> "Sending":
    """Say how a command is sent: `sending(in_=timedelta(hours=1)).send_command("remind", contact.pk)`.

    Apart from the command's own arguments, which may have any name.

    `at` is an aware time, `in_` counts from now. `priority`, -100 to 100, orders the jobs of one tenant.
    `unique` is a text: while a job of this command and text has not been begun, it stands for this one too.

    Raises:
        ValueError: both times are given, or one without a time zone.
    """
    return Sending(at=at, in_=in_, priority=priority, queue=queue, unique=unique)


@dataclass(frozen=True, kw_only=True)
class Sending:
    """How a command is sent. Can be kept and used again."""

    at: datetime | None = None
    in_: timedelta | None = None
    priority: int | None = None
    queue: str | None = None
    unique: str | None = None

    def send_command(self, name: str, /, *args: Any, **options: Any) -> UUID:
        """Send like the function `send_command`, in this way."""
        job = make_job(
            registry.get(name),
            args,
            options,
            run_at=self._run_at(),
            priority=self.priority,
            queue=self.queue,
            unique=self.unique,
        )
        return send_job(job)

    def __post_init__(self) -> None:
        if self.at is not None and self.in_ is not None:
            raise ValueError("Say `at` or `in_`: a job has one time.")
        if self.at is not None and timezone.is_naive(self.at):
            raise ValueError(f"`at` is {self.at}, whose time zone nobody knows. Use django.utils.timezone.")

    def _run_at(self) -> datetime | None:
        run_at = self.at if self.in_ is None else timezone.now() + self.in_
        return run_at if run_at is None or run_at > timezone.now() else None


def send_job(job: NewJob) -> UUID:
    """Write a job that was made for the current tenant, or for the platform, and ring after the commit."""
    if engine() == "inline":
        return inline.run_after_commit(job)
    if job.witness:
        return witnesses.insert_with_token(job)
    written = insert(job)
    ring_after_commit()
    return written
