"""NOTIFY, after the commit: for platforms where web and worker share nothing but the database.

Not in the sender's transaction: commits that notify wait for each other, all over the server.
"""

import logging
import select
from contextlib import ExitStack
from typing import Any

import psycopg2
from django.db import connections

from lib.commands.tenants import MASTER_ALIAS, listening_cursor

logger = logging.getLogger(__name__)

CHANNEL = "commands_doorbell"
_NOTIFY = "SET LOCAL synchronous_commit = off; SELECT pg_notify(%s, '')"


class NotifyBell:
    def ring(self) -> None:
        with connections[MASTER_ALIAS].cursor() as cursor:
            cursor.execute(_NOTIFY, [CHANNEL])

    def close(self) -> None:
        """The connection is everybody's."""


class NotifyListener:
    """A connection of its own, past a pooler, which would not pass notices on. Opened anew when it breaks."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._connection: Any = None

    def wait(self, timeout_seconds: float, interrupt: int) -> int:
        try:
            connection = self._connection or self._open()
        except psycopg2.Error:
            select.select([interrupt], [], [], timeout_seconds)
            return 0
        select.select([connection, interrupt], [], [], timeout_seconds)
        return self._heard(connection)

    def close(self) -> None:
        self._connection = None
        try:
            self._stack.close()
        except psycopg2.Error:
            logger.info("The connection that listened was broken already")

    def _open(self) -> Any:
        cursor = self._stack.enter_context(listening_cursor())
        cursor.execute(f"LISTEN {CHANNEL}")
        self._connection = cursor.connection
        return self._connection

    def _heard(self, connection: Any) -> int:
        try:
            connection.poll()
        except psycopg2.Error:
            self.close()
            return 0
        heard = len(connection.notifies)
        connection.notifies.clear()
        return heard


make_bell = NotifyBell
make_listener = NotifyListener
