"""The psycopg2 cursor: prefix and statement leave as one message."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import psycopg2
from psycopg2 import errors, extensions

from lib.tenancy.postgresql.alone import is_one_statement
from lib.tenancy.postgresql.errors import without_prefix

if TYPE_CHECKING:
    from lib.tenancy.postgresql.connection import PrefixedConnection

_REFUSES_A_TRANSACTION_BLOCK = (errors.ActiveSqlTransaction, errors.InvalidTransactionTermination)

# The methods of the class in C, taken once: `super()` is looked up anew for each statement.
_execute = extensions.cursor.execute
_copy_expert = extensions.cursor.copy_expert
_mogrify = extensions.cursor.mogrify

Send = Callable[..., Any]


class PrefixedCursor(extensions.cursor):
    """Send each statement behind the prefix of the current tenant."""

    connection: "PrefixedConnection"
    _head_bytes = 0
    _total_rows: int | None = None

    @property
    def query(self) -> bytes | None:
        """The statement as it was asked for: what Django logs, explains and shows."""
        sent: bytes | None = super().query
        return sent[self._head_bytes :] if sent else sent

    @property
    def rowcount(self) -> int:
        return super().rowcount if self._total_rows is None else self._total_rows

    def execute(self, query: Any, vars: Any = None) -> None:  # noqa: A002 - psycopg2's own name for it
        body = _mogrify(self, query, vars)
        if not body or body.isspace():
            self._head_bytes = 0
            _execute(self, query, vars)  # raises what psycopg2 raises for an empty query
        else:
            self._send(body, _execute)

    def executemany(self, query: Any, vars_list: Iterable[Any]) -> None:
        # psycopg2 composes these in C, past our execute().
        total = 0
        for parameters in vars_list:
            self.execute(query, parameters)
            rows = super().rowcount
            total = -1 if rows < 0 or total < 0 else total + rows
        self._total_rows = total

    def callproc(self, procname: Any, parameters: Any = None) -> Any:
        names = list(parameters) if isinstance(parameters, dict) else None
        values = list(parameters.values() if isinstance(parameters, dict) else parameters or ())
        if names is None:
            arguments = ", ".join(["%s"] * len(values))
        else:
            arguments = ", ".join(f"{self._quoted(name)} := %s" for name in names)
        self.execute(f"SELECT * FROM {procname.replace('%', '%%')}({arguments})", values)
        return parameters

    def copy_expert(self, sql: Any, file: Any, size: int = 8192) -> None:
        self._send(_mogrify(self, sql), _copy_expert, file, size)

    def copy_from(
        self,
        file: Any,
        table: str,
        sep: str = "\t",
        null: str = "\\N",
        size: int = 8192,
        columns: Iterable[str] | None = None,
    ) -> None:
        self.copy_expert(self._copy_statement(table, columns, "FROM STDIN", sep, null), file, size)

    def copy_to(
        self,
        file: Any,
        table: str,
        sep: str = "\t",
        null: str = "\\N",
        columns: Iterable[str] | None = None,
    ) -> None:
        self.copy_expert(self._copy_statement(table, columns, "TO STDOUT", sep, null), file)

    def _copy_statement(
        self, table: str, columns: Iterable[str] | None, direction: str, sep: str, null: str
    ) -> bytes:
        listed = " ({})".format(", ".join(map(self._quoted, columns))) if columns else ""
        copy = f"COPY {self._quoted(table)}{listed} {direction} WITH DELIMITER AS %s NULL AS %s"
        return _mogrify(self, copy, (sep, null))

    def _quoted(self, name: str) -> str:
        return extensions.quote_ident(name, self)

    def _send(self, body: bytes, send: Send, *arguments: Any) -> None:
        """Send `body` behind what the transaction's state asks for: BEGIN and prefix, prefix, or nothing."""
        connection = self.connection
        self._total_rows = None
        status = connection.get_transaction_status()
        if status == extensions.TRANSACTION_STATUS_INERROR:
            # Only ROLLBACK works now, and SET LOCAL in front of it would make that fail too.
            head = b""
        elif status == extensions.TRANSACTION_STATUS_IDLE:
            head = connection.owed_begin + connection.head()
        else:
            # Always, also inside a transaction: a savepoint rolled back undoes SET LOCAL.
            head = connection.head()
        self._head_bytes = len(head)
        try:
            send(self, head + body, *arguments)
        except psycopg2.Error as error:
            self._handle(error, status, head, body)

    def _handle(self, error: psycopg2.Error, status: int, head: bytes, body: bytes) -> None:
        connection = self.connection
        if status == extensions.TRANSACTION_STATUS_IDLE:
            if connection.owed_begin:
                connection.enter_failed_transaction()
            elif head and isinstance(error, _REFUSES_A_TRANSACTION_BLOCK) and not connection.in_transaction():
                self._run_alone(error, head, body)
                return
        raise without_prefix(error, head)

    def _run_alone(self, error: psycopg2.Error, head: bytes, body: bytes) -> None:
        # Of one statement nothing has happened: it was refused, or rolled back with the message. Of several,
        # as in "INSERT ...; COMMIT; VACUUM", the first is committed and would be done twice.
        if not is_one_statement(body):
            raise without_prefix(error, head)
        self.connection.run_alone(body, head)
