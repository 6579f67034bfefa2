"""Apply a plan to one tenant."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from django.db import connections, transaction

from lib.tenancy.conf import TENANT_ALIAS
from lib.tenancy.context import as_owner, tenant_context
from lib.tenancy.migrating.grants import grants_sql
from lib.tenancy.migrating.messages import Messages
from lib.tenancy.migrating.pieces import run_in_pieces
from lib.tenancy.migrating.plans import END_OF_STEP, Call, Plan, Step, joined
from lib.tenancy.tenants import Tenant


def apply_plan(plan: Plan, tenant: Tenant, *, lock_timeout_ms: int, closing: str) -> None:
    """Do all of the plan in one transaction, or in as many as migrations that are none make necessary.

    `closing` is SQL that is sent last, in the same transaction.

    Raises:
        HistoryChangedError: the plan was not made for what the tenant has. Nothing was done.
        RecordedSqlError: the recorded SQL does not fit the tenant's tables.
        Exception: whatever an operation such as RunPython raises.
    """
    with as_owner(), tenant_context(tenant):
        connection = connections[TENANT_ALIAS]
        messages = Messages(connection, tenant.subdomain, lock_timeout_ms)
        if plan.made_tables:
            closing = joined(grants_sql(tenant), closing)
        if plan.message is not None:
            messages.send(plan.message, closing)
        elif plan.is_atomic:
            with transaction.atomic(using=TENANT_ALIAS):
                _run(plan.steps, connection, messages)
                _finish(plan, connection, messages, closing)
        else:
            for is_atomic, steps in groupby(plan.steps, key=lambda step: step.is_atomic):
                if is_atomic:
                    with transaction.atomic(using=TENANT_ALIAS):
                        _run(list(steps), connection, messages)
                        messages.send()
                else:
                    for step in steps:
                        run_in_pieces(step, connection, messages)
            with transaction.atomic(using=TENANT_ALIAS):
                _finish(plan, connection, messages, closing)


def _run(steps: Sequence[Step], connection: Any, messages: Messages) -> None:
    messages.add(steps[0].guard)
    for step in steps:
        # The transaction is ours already; at the end the editor sends what operations left for it.
        with connection.schema_editor(atomic=False) as editor:
            for part in step.parts:
                if isinstance(part, Call):
                    messages.send()
                    part.perform(editor)
                else:
                    messages.add(part.text)
        messages.add(step.history, END_OF_STEP)


def _finish(plan: Plan, connection: Any, messages: Messages, closing: str) -> None:
    messages.add(plan.rows)
    if plan.receivers:
        messages.send()
    for config, receiver in plan.receivers:
        receiver(
            signal=None,
            sender=config,
            app_config=config,
            verbosity=0,
            interactive=False,
            using=connection.alias,
            apps=plan.apps,
            plan=[],
        )
    messages.send(closing)
