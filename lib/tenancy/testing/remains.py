"""What a block of code may leave behind in its process: nothing that the next tenant would meet."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connections

from lib.tenancy.context import find_current_tenant

_SESSION = "SELECT current_setting('search_path'), current_user::text, session_user::text"
# How PostgreSQL writes a path that is empty.
_EMPTY_PATHS = ("", '""')


@contextmanager
def nothing_remains() -> Iterator[None]:
    """Assert that the block leaves no tenant, transaction, role or search_path that was not there before.

    Looks at all connections of this thread. What was set inside a transaction that is still open, as that
    of a test is, ends with it and is not looked at.

    Raises:
        AssertionError: says what remains, and on which connection.
    """
    tenant, depths = find_current_tenant(), _depths()
    yield
    assert find_current_tenant() == tenant, f"The tenant {find_current_tenant()} is still active."
    for connection in connections.all(initialized_only=True):
        deeper = _depth(connection) != depths.get(connection, (0, False))
        assert not deeper, f"A transaction is still open, or was closed, on {_name(connection)}."
        _assert_clean(connection)


def _depths() -> dict[Any, tuple[int, bool]]:
    return {connection: _depth(connection) for connection in connections.all(initialized_only=True)}


def _depth(connection: Any) -> tuple[int, bool]:
    is_open = connection.connection is not None and connection.connection.in_transaction()
    return len(connection.atomic_blocks), is_open and not connection.in_atomic_block


def _assert_clean(connection: Any) -> None:
    if connection.connection is None or connection.connection.in_transaction() or connection.in_atomic_block:
        return
    with connection.connection.bare(), connection.cursor() as cursor:
        cursor.execute(_SESSION)
        path, user, login = cursor.fetchone()
    assert path in _EMPTY_PATHS, f"The search_path {path} remains on {_name(connection)}."
    assert user == login, f"The role {user} remains on {_name(connection)}."


def _name(connection: Any) -> str:
    return f"the connection of {connection.alias!r} to the database {connection.settings_dict['NAME']!r}"
