"""The psycopg2 connection: it owes a BEGIN until the first statement, and knows whose statements it sends."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import lru_cache
from typing import Any
from weakref import WeakSet

import psycopg2
from psycopg2 import extensions

from lib.tenancy.postgresql.cursor import PrefixedCursor
from lib.tenancy.postgresql.server_cursor import ServerSideCursor

_plain_cursor = extensions.connection.cursor
_plain_execute = extensions.cursor.execute


class PrefixedConnection(extensions.connection):
    """Put the tenant in front of each message.

    The physical connection stays in autocommit. A transaction is a BEGIN that travels with its first
    statement and a COMMIT of its own, which saves the round trip that a separate BEGIN costs.
    """

    # Returns what to put in front of a statement, or raises NoTenantError before anything is sent.
    prefix: Callable[[], bytes] = staticmethod(lambda: b"")
    owed_begin: bytes = b""
    # Sends a statement that refuses to follow a prefix: past a pooler, on a connection of its own.
    run_alone: Callable[[bytes, bytes], None]
    # What was sent last, and all there was: PostgreSQL keeps what it has learnt of each tenant's tables.
    last_prefix: bytes = b""
    prefixes_sent: set[bytes]
    max_prefixes: int
    # Whether open cursors count as being busy: only where connections may be closed to make room.
    watches_cursors = False

    def cursor(self, name: Any = None, cursor_factory: Any = None, *args: Any, **kwargs: Any) -> Any:
        """Return a cursor that carries the tenant, whatever class was asked for."""
        factory = cursor_factory or self.cursor_factory
        if name is not None:
            cursor: Any = ServerSideCursor(self, name, *args, **kwargs)
        elif factory is PrefixedCursor:
            cursor = _plain_cursor(self, None, factory)
        else:
            cursor = _plain_cursor(self, None, with_prefix(factory))
        if self.watches_cursors:
            self.__dict__.setdefault("cursors", WeakSet()).add(cursor)
        return cursor

    def is_busy(self) -> bool:
        """Return whether a transaction is open, or a cursor from which somebody may still read."""
        return self.in_transaction() or any(not cursor.closed for cursor in self.__dict__.get("cursors", ()))

    def head(self) -> bytes:
        """Return the current tenant's prefix, noting that this connection has served it."""
        prefix = self.prefix()
        if prefix is not self.last_prefix and prefix:
            self.last_prefix = prefix
            self.prefixes_sent.add(prefix)
        return prefix

    def is_worn(self) -> bool:
        """Return whether it has served as many tenants as one connection may."""
        return len(self.prefixes_sent) >= self.max_prefixes

    def in_transaction(self) -> bool:
        """Return whether a transaction block is open, sound or failed. Asks libpq, not the server."""
        return self.get_transaction_status() in (
            extensions.TRANSACTION_STATUS_INTRANS,
            extensions.TRANSACTION_STATUS_INERROR,
        )

    @contextmanager
    def sending_behind(self, prefix: Callable[[], bytes]) -> Iterator[None]:
        """Put what `prefix` returns in front of the statements of the block."""
        before, self.prefix = self.prefix, prefix
        try:
            yield
        finally:
            self.prefix = before

    def bare(self) -> AbstractContextManager[None]:
        """Send statements as they are inside the block: health checks and session set-up have no tenant."""
        return self.sending_behind(lambda: b"")

    def send(self, sql: str) -> None:
        """Send `sql` with nothing in front of it."""
        _plain_execute(_plain_cursor(self, cursor_factory=extensions.cursor), sql)

    def commit(self) -> None:
        self._end("COMMIT")

    def rollback(self) -> None:
        self._end("ROLLBACK")

    def _end(self, verb: str) -> None:
        if self.closed:
            raise psycopg2.InterfaceError("connection already closed")
        # Nothing was sent since the BEGIN that is owed: there is nothing to end.
        if self.in_transaction():
            self.send(verb)

    def enter_failed_transaction(self) -> None:
        """Bring the server into the failed transaction that Django believes it is in.

        A syntax error in the first message of a transaction means that not even its BEGIN ran. Left alone,
        the later statements of the atomic block would run, and commit, one by one.
        """
        if self.closed or self.in_transaction():
            return
        try:
            self.send("BEGIN; ROLLBACK TO SAVEPOINT there_is_no_such_savepoint")
        except psycopg2.Error:
            return


@lru_cache
def with_prefix(factory: type[extensions.cursor]) -> type[extensions.cursor]:
    """Return `factory` so that its statements carry the tenant: DictCursor gets our class below it."""
    if issubclass(factory, PrefixedCursor):
        return factory
    if factory is extensions.cursor:
        return PrefixedCursor
    return type(factory.__name__, (factory, PrefixedCursor), {})
