"""A server-side cursor whose DECLARE carries the tenant."""

from collections.abc import Iterator
from typing import Any

from psycopg2 import extensions

from lib.tenancy.postgresql.cursor import PrefixedCursor

_execute = extensions.cursor.execute
_SCROLL = {None: "", True: "SCROLL ", False: "NO SCROLL "}


class ServerSideCursor(PrefixedCursor):
    """Send DECLARE, FETCH and CLOSE as ordinary statements.

    psycopg2's own named cursor writes DECLARE in front of our prefix, which is a syntax error. Names are
    resolved at DECLARE, so the fetches that follow need no tenant and stay with the one that began.
    """

    itersize = 2000

    def __init__(
        self, connection: Any, name: str, scrollable: bool | None = None, withhold: bool = False
    ) -> None:
        super().__init__(connection)
        self._cursor_name = self._quoted(name)
        self._declare = f"{_SCROLL[scrollable]}CURSOR {'WITH' if withhold else 'WITHOUT'} HOLD FOR "
        self._declared: bytes | None = None

    @property
    def query(self) -> bytes | None:
        return self._declared

    def execute(self, query: Any, vars: Any = None) -> None:  # noqa: A002 - psycopg2's own name for it
        body = f"DECLARE {self._cursor_name} {self._declare}".encode() + self.mogrify(query, vars)
        self._send(body, _execute)
        self._declared = body

    def fetchone(self) -> Any:
        rows = self._fetch("1")
        return rows[0] if rows else None

    def fetchmany(self, size: int | None = None) -> list[Any]:
        return self._fetch(str(self.arraysize if size is None else size))

    def fetchall(self) -> list[Any]:
        return self._fetch("ALL")

    def __iter__(self) -> Iterator[Any]:  # type: ignore[override]
        while rows := self.fetchmany(self.itersize):
            yield from rows

    def close(self) -> None:
        gone = (extensions.TRANSACTION_STATUS_UNKNOWN, extensions.TRANSACTION_STATUS_INERROR)
        if self._declared and not self.closed and self.connection.get_transaction_status() not in gone:
            self._declared = None
            _execute(self, f"CLOSE {self._cursor_name}")
        super().close()

    def _fetch(self, count: str) -> list[Any]:
        _execute(self, f"FETCH FORWARD {count} FROM {self._cursor_name}")
        return super().fetchall()
