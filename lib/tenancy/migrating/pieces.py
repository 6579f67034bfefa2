"""Migrations that are no transaction (`atomic = False`): done part by part, and taken up where they stopped.

How far one is stands in the tenant's own history, written in the transaction of the part it tells of.
"""

import re
from typing import Any

from django.db import transaction

from lib.tenancy.conf import TENANT_ALIAS
from lib.tenancy.migrating.histories import PART_MARK
from lib.tenancy.migrating.messages import Messages
from lib.tenancy.migrating.plans import Call, Part, Sql, Step

_NEW_INDEX = re.compile(
    r'^\s*CREATE\s+(?:UNIQUE\s+)?INDEX\s+CONCURRENTLY\s+("(?:[^"]|"")+"|\w+)', re.IGNORECASE
)


def run_in_pieces(step: Step, connection: Any, messages: Messages) -> None:
    """Do the parts that are not done yet, then note the whole migration."""
    done = _parts_done(step, connection)
    for number, part in enumerate(step.parts, start=1):
        if number > done:
            _run_part(step, part, number, connection, messages)
    messages.send(step.guard, _forget_parts(step), step.history)


def _run_part(step: Step, part: Part, number: int, connection: Any, messages: Messages) -> None:
    mark = f"{_forget_parts(step)};\n{_note_part(step, number)}"
    if isinstance(part, Call):
        if part.is_atomic:
            with transaction.atomic(using=TENANT_ALIAS):
                messages.send(step.guard)
                _perform(part, connection)
                messages.send(mark)
        else:
            # It may be interrupted between itself and its mark, and is then run again.
            _perform(part, connection)
            messages.send(mark)
    elif part.is_alone:
        _send_alone(part, connection)
        messages.send(mark)
    else:
        messages.send(step.guard, part.text, mark)


def _perform(call: Call, connection: Any) -> None:
    with connection.schema_editor(atomic=False) as editor:
        call.perform(editor)


def _send_alone(part: Sql, connection: Any) -> None:
    index = _NEW_INDEX.match(part.text)
    with connection.cursor() as cursor:
        if index:
            # The migration is not done, so this is what an attempt left that was interrupted or failed.
            cursor.execute("SELECT to_regclass(%s)", [index[1]])
            if cursor.fetchone() != (None,):
                cursor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {index[1]}")
        cursor.execute(part.text)


def _parts_done(step: Step, connection: Any) -> int:
    app, _, name = step.name.partition(".")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name FROM django_migrations WHERE app = %s AND starts_with(name, %s)",
            [app, name + PART_MARK],
        )
        return max((int(mark.rpartition(PART_MARK)[2]) for (mark,) in cursor.fetchall()), default=0)


def _note_part(step: Step, number: int) -> str:
    app, _, name = step.name.partition(".")
    row = f"('{app}', '{name}{PART_MARK}{number}', now())"
    return f"INSERT INTO django_migrations (app, name, applied) VALUES {row}"


def _forget_parts(step: Step) -> str:
    app, _, name = step.name.partition(".")
    return f"DELETE FROM django_migrations WHERE app = '{app}' AND starts_with(name, '{name}{PART_MARK}')"
