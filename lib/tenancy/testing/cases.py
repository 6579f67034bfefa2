"""Make the test cases of Django, which pytest-django uses too, cover all databases of the alias `default`.

Around a test Django opens a transaction on each alias; here each tenant's own database gets one as well.
After a test that commits Django flushes every table, what the tenants were made of included; here what
has changed is put back.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from django.test import TestCase, TransactionTestCase

from lib.tenancy.conf import MASTER_ALIAS, TENANT_ALIAS
from lib.tenancy.testing.stage import Stage
from lib.tenancy.testing.transactions import captured_on_commit, rolled_back

# Beside the aliases, in the dict of the transactions that a test case has open.
_OF_TENANTS = "databases of tenants"

_enter_atomics: Callable[..., dict[str, Any]] = TestCase._enter_atomics.__func__  # type: ignore[attr-defined]
_rollback_atomics: Callable[..., None] = TestCase._rollback_atomics.__func__  # type: ignore[attr-defined]
_fixture_setup: Callable[..., None] = TransactionTestCase._fixture_setup.__func__  # type: ignore[attr-defined]
_reset_sequences: Callable[[str], None] = TransactionTestCase._reset_sequences  # type: ignore[attr-defined]

_stage: Stage | None = None
_wanted = ""


def cover_tenants(stage: Stage) -> None:
    """Let the test cases of this process work with the tenants of `stage`, from now on."""
    global _stage
    _stage = stage
    TestCase._enter_atomics = classmethod(_enter)  # type: ignore[attr-defined]
    TestCase._rollback_atomics = classmethod(_leave)  # type: ignore[attr-defined]
    TestCase.captureOnCommitCallbacks = classmethod(_capture_everywhere)  # type: ignore[assignment,method-assign]
    TransactionTestCase._fixture_setup = classmethod(_set_up)  # type: ignore[attr-defined]
    TransactionTestCase._fixture_teardown = _tear_down  # type: ignore[attr-defined]
    TransactionTestCase._reset_sequences = staticmethod(_reset)  # type: ignore[attr-defined]


def ask_for(isolation: str) -> None:
    """Say which isolation the next test wants. It is put up before the test's transactions begin."""
    global _wanted
    _wanted = isolation


def get_stage() -> Stage:
    """Return the tenants of this process."""
    assert _stage, "The tenants are made by the fixture django_db_setup, which has not run."
    return _stage


def show_wanted() -> None:
    """Put up the tenants in the isolation that the test wants."""
    get_stage().show(_wanted or get_stage().default)


def _enter(cls: type[TestCase]) -> dict[str, Any]:
    with _all_databases_allowed(cls):
        show_wanted()
    atomics = _enter_atomics(cls)
    if TENANT_ALIAS in atomics:
        stack = atomics[_OF_TENANTS] = ExitStack()
        stack.enter_context(rolled_back(get_stage().tenants()))
    return atomics


def _leave(cls: type[TestCase], atomics: dict[str, Any]) -> None:
    try:
        if _OF_TENANTS in atomics:
            atomics.pop(_OF_TENANTS).close()
    finally:
        _rollback_atomics(cls, atomics)


@contextmanager
def _capture_everywhere(
    cls: type[TestCase], *, using: str = TENANT_ALIAS, execute: bool = False
) -> Iterator[list[Callable[[], Any]]]:
    with captured_on_commit(using, execute=execute) as callbacks:
        yield callbacks


def _set_up(cls: type[TransactionTestCase]) -> None:
    with _all_databases_allowed(cls):
        show_wanted()
    _fixture_setup(cls)


def _tear_down(case: TransactionTestCase) -> None:
    with _all_databases_allowed(type(case)):
        get_stage().restore()


def _reset(alias: str) -> None:
    if alias in (TENANT_ALIAS, MASTER_ALIAS):
        get_stage().reset_sequences()  # of both; repeating it changes nothing
    else:
        _reset_sequences(alias)


@contextmanager
def _all_databases_allowed(cls: Any) -> Iterator[None]:
    """Lift, inside the block, Django's refusal of the aliases that a test has not named."""
    cls._remove_databases_failures()
    try:
        yield
    finally:
        cls._add_databases_failures()
