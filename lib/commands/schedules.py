"""Scheduled commands: sent once for each minute they are due, by whichever supervisor is first."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connections, transaction
from django.utils import timezone

from lib.commands import internal, payloads, registry
from lib.commands.conf import queues, schedule
from lib.commands.cron import Cron, latest_match, parse_cron
from lib.commands.jobs_to_be import job_for
from lib.commands.registry import Scope
from lib.commands.rows import insert_many
from lib.commands.tenants import MASTER_ALIAS, PLATFORM, active_tenants, hold_lock

# Who inserts the row sends the command; the next one finds it there.
_CLAIM = """
    INSERT INTO commands_tick (entry, minute) SELECT %(entry)s, %(minute)s
    WHERE NOT EXISTS (SELECT FROM commands_tick WHERE entry = %(entry)s AND minute >= %(minute)s)
    ON CONFLICT DO NOTHING
"""
_LAST = "SELECT max(minute) FROM commands_tick WHERE entry = %s"
_FORGET_OLD = "DELETE FROM commands_tick WHERE entry = %s AND minute < %s"

# The minute that this process has looked at last.
_looked_at_minute = 0


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One line of COMMANDS_SCHEDULE. A command for tenants is sent for every one that is open."""

    name: str
    cron: Cron
    command: str
    args: list[Any] = field(default_factory=list)
    options: dict[str, Any] = field(default_factory=dict)
    queue: str = ""


def entries() -> Iterator[Entry]:
    """Yield the entries of the settings, and our own.

    Raises:
        ValueError, TypeError: an entry is not as it should be; `check` says so before.
    """
    yield Entry(
        name=internal.PRUNE, cron=parse_cron(internal.PRUNE_AT), command=internal.PRUNE, queue=queues()[0]
    )
    for name, options in schedule().items():
        yield Entry(name=name, **{**options, "cron": parse_cron(options["cron"])})


def send_due() -> None:
    """Send what became due since it was last sent. Looks once a minute, however often it is called."""
    global _looked_at_minute
    minute = int(time.time() // 60)
    if minute == _looked_at_minute:
        return
    now = timezone.localtime()
    for entry in entries():
        send_if_due(entry, now)
    _looked_at_minute = minute


def send_if_due(entry: Entry, now: datetime) -> bool:
    """Send the entry's command if a minute of its cron has passed since the last; return whether it was.

    After a pause of all supervisors it is sent once, not once for each minute it was missed. An entry that is
    new waits for its next minute.
    """
    with transaction.atomic(using=MASTER_ALIAS), connections[MASTER_ALIAS].cursor() as cursor:
        # One after the other: who comes second sees what the first has sent, and swept up.
        hold_lock(f"commands-schedule:{entry.name}", using=MASTER_ALIAS)
        cursor.execute(_LAST, [entry.name])
        (last,) = cursor.fetchone()
        if last is None:
            this_minute = now.replace(second=0, microsecond=0)
            cursor.execute(_CLAIM, {"entry": entry.name, "minute": this_minute})
            return False
        due = latest_match(entry.cron, after=last.astimezone(now.tzinfo), until=now)
        if due is None:
            return False
        cursor.execute(_CLAIM, {"entry": entry.name, "minute": due})
        if not cursor.rowcount:
            return False
        _send(entry)
        cursor.execute(_FORGET_OLD, [entry.name, due])
        return True


def _send(entry: Entry) -> None:
    command = registry.get(entry.command)
    payload = payloads.dump(command.name, entry.args, entry.options)
    tenants = [PLATFORM] if command.scope is Scope.PLATFORM else list(active_tenants())
    insert_many([job_for(tenant, command, payload, queue=entry.queue) for tenant in tenants])
