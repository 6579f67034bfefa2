"""Jobs that belong together: one child for each tenant, say, and a command that follows when all ended."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connections, transaction

from lib.commands import payloads, registry
from lib.commands.exceptions import CommandsError
from lib.commands.identifiers import new_job_id
from lib.commands.jobs_to_be import job_for
from lib.commands.registry import Command, Scope
from lib.commands.ringing import ring
from lib.commands.rows import NewJob, insert, insert_many
from lib.commands.states import JobState
from lib.commands.tenants import MASTER_ALIAS, PLATFORM, find_current_tenant, schema_of

_INSERT = """
    INSERT INTO commands_batch (id, title, total, pending, callback, finished_at)
    VALUES (%s, %s, %s, %s, %s, CASE WHEN %s THEN now() END)
"""


@dataclass(frozen=True)
class Call:
    """One child of a batch: a command, its arguments and the schema of the tenant it is for."""

    command: Command
    payload: str
    tenant: str


def call_for(tenant: Any, name: str, /, *args: Any, **options: Any) -> Call:
    """Return a call of a command for `tenant`, or for the platform if that is None.

    Raises:
        UnknownCommandError, PayloadError: see `send_command`.
    """
    command = registry.get(name)
    if (tenant is None) != (command.scope is Scope.PLATFORM):
        raise CommandsError(
            f"{name!r} works for {'no tenant' if tenant else 'a tenant'}: pass "
            f"{'None in place of one' if tenant else 'it'} to call_for()."
        )
    return Call(
        command, payloads.dump(name, args, options), PLATFORM if tenant is None else schema_of(tenant)
    )


def send_batch(title: str, calls: Iterable[Call], *, then: str = "") -> UUID:
    """Send all calls as one batch, in one transaction of the platform, and return its key.

    `then` names a command of the platform, which is sent with that key when the last child has ended, however
    it did. A child that fails keeps no other from going on.

    Raises:
        CommandsError: a tenant is current; a batch is the platform's.
    """
    if find_current_tenant() is not None:
        raise CommandsError("A batch is the platform's: leave the tenant's context before sending one.")
    key = new_job_id()
    children = [job_for(call.tenant, call.command, call.payload, batch=key) for call in calls]
    follower = _follower(key, then, has_children=bool(children)) if then else None
    with transaction.atomic(using=MASTER_ALIAS):
        with connections[MASTER_ALIAS].cursor() as cursor:
            total, callback = len(children), follower.id if follower else None
            cursor.execute(_INSERT, [key, title[:200], total, total, callback, not total])
        insert_many(children)
        if follower:
            insert(follower)
        for _ in range(max(total, 1)):
            transaction.on_commit(ring, using=MASTER_ALIAS)
    return key


def _follower(batch: UUID, name: str, *, has_children: bool) -> NewJob:
    """Return the job that waits, with no time of its own, until the last child makes it ready."""
    payload = payloads.dump(name, [str(batch)], {})
    state = JobState.WAITING if has_children else JobState.READY
    return job_for(PLATFORM, registry.get(name), payload, state=state)
