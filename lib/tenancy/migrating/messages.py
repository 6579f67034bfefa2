"""Send what a plan holds to one tenant: statements that follow each other travel as one message."""

from typing import Any

from django.db import DatabaseError, InterfaceError

from lib.tenancy.migrating.exceptions import HistoryChangedError, RecordedSqlError
from lib.tenancy.migrating.failures import is_passing, sqlstate
from lib.tenancy.migrating.plans import HISTORY_CHANGED, joined


class Messages:
    """Holds statements back until something has to happen between them."""

    def __init__(self, connection: Any, subdomain: str, lock_timeout_ms: int) -> None:
        self._connection = connection
        self._subdomain = subdomain
        self._timeout = f"SET LOCAL lock_timeout = {lock_timeout_ms}"
        self._held: list[str] = []

    def add(self, *statements: str) -> None:
        """Hold statements for the next message."""
        self._held += statements

    def send(self, *statements: str) -> None:
        """Send what is held, and `statements` behind it, as one message: a transaction unless one is open.

        Raises:
            HistoryChangedError: the tenant has other migrations than were planned for.
            RecordedSqlError: the statements do not fit the tenant's tables.
            DatabaseError: what is worth another try, such as a lock that others hold.
        """
        text = joined(*self._held, *statements)
        self._held.clear()
        if not text.strip("\n;"):
            return
        try:
            with self._connection.cursor() as cursor:
                cursor.execute(joined(self._timeout) + text)
        except (DatabaseError, InterfaceError) as error:
            if sqlstate(error) == HISTORY_CHANGED:
                raise HistoryChangedError(self._subdomain) from error
            if is_passing(error):
                raise
            raise RecordedSqlError(f"{type(error).__name__}: {error}") from error
