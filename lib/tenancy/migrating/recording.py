"""What one migration does: statements that are the same for every tenant, and operations that are not."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from lib.tenancy.migrating.operations import has_parts_for_each_tenant, is_djangos, runs_for_each_tenant
from lib.tenancy.migrating.plans import Call, Lock, Part, Sql


class Recording:
    """Watches one migration at work on the scratch schema."""

    def __init__(self) -> None:
        self.locks: list[Lock] = []
        self._parts: list[Part] = []
        self._calls: list[Call] = []
        # Whether each tenant needs the whole migration run, operation by operation.
        self._is_own = False
        self._is_statement = False
        self._is_paused = False
        self._was_alone = False
        self._questions = 0

    def parts(self, final_state: Any) -> list[Part]:
        """Return what was done, each operation with the states of the models as they were then."""
        calls = self._calls
        if calls and calls[0].direction == "database_forwards":
            # Django goes on to change the state that it handed out as the one after an operation.
            after = [*(call.from_state for call in calls[1:]), final_state]
            calls = [replace(call, to_state=state) for call, state in zip(calls, after, strict=True)]
        final = dict(zip(map(id, self._calls), calls, strict=True))
        parts = calls if self._is_own else [final.get(id(part), part) for part in self._parts]
        for part in parts:
            if isinstance(part, Call):
                _render(part.from_state)
                _render(part.to_state)
        return list(parts)

    def perform(
        self,
        direction: str,
        operation: Any,
        is_atomic: bool,
        app_label: str,
        editor: Any,
        from_state: Any,
        to_state: Any,
    ) -> None:
        """Run an operation, and decide whether its statements say all that it does."""
        call = Call(operation, direction, app_label, from_state, to_state, is_atomic)
        self._calls.append(call)
        if runs_for_each_tenant(operation):
            self._perform_unrecorded(call, editor)
            return
        questions = self._questions
        call.perform(editor)
        asked = self._questions > questions
        self._is_own |= has_parts_for_each_tenant(operation) or (asked and not is_djangos(operation))

    @contextmanager
    def statement(self) -> Iterator[None]:
        """Say that what is sent inside the block is part of the migration, not a question."""
        before, self._is_statement = self._is_statement, True
        try:
            yield
        finally:
            self._is_statement = before

    def needs_each_tenant(self) -> None:
        """Say that something in this migration, such as a default that is made up, is each tenant's own."""
        self._is_own = True

    def watch(self, execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
        """Note a statement that is sent: a wrapper for `connection.execute_wrapper`."""
        self._was_alone = False
        result = execute(sql, params, many, context)
        if self._is_statement and not self._is_paused:
            self._parts.append(Sql(context["cursor"].query.decode(), self._was_alone))
        elif not self._is_paused:
            self._questions += 1
        return result

    def watch_alone(self, run_alone: Callable[..., None]) -> Callable[..., None]:
        """Return a connection's `run_alone`, so that its use is noted."""

        def noting(statement: bytes, prefix: bytes) -> None:
            run_alone(statement, prefix)
            self._was_alone = True

        return noting

    def _perform_unrecorded(self, call: Call, editor: Any) -> None:
        deferred = len(editor.deferred_sql)
        self._is_paused = True
        try:
            call.perform(editor)
        finally:
            self._is_paused = False
        self._parts.append(call)
        # What it leaves for the end of the migration would be recorded there, and done twice.
        self._is_own |= len(editor.deferred_sql) != deferred


def _render(state: Any) -> None:
    """Make the models of a state now: RunPython would make them anew each time while some are delayed."""
    state.clear_delayed_apps_cache()
    state.apps  # noqa: B018 - a cached property
    state.is_delayed = False
