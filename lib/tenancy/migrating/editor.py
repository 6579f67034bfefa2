"""A schema editor, and a connection, that tell a recording what they send."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from lib.tenancy.migrating.recording import Recording
from lib.tenancy.migrating.table_locks import read_locks, read_tables
from lib.tenancy.postgresql.schema import DatabaseSchemaEditor


@contextmanager
def watched(connection: Any, recording: Recording) -> Iterator[None]:
    """Let `recording` see, inside the block, what is sent on `connection`."""
    physical, ordinary = connection.connection, connection.connection.run_alone
    physical.run_alone = recording.watch_alone(ordinary)
    connection.SchemaEditorClass = type("Editor", (RecordingEditor,), {"recording": recording})
    try:
        with connection.execute_wrapper(recording.watch):
            yield
    finally:
        del connection.SchemaEditorClass
        physical.run_alone = ordinary


class RecordingEditor(DatabaseSchemaEditor):
    """The schema editor of a migration that is being recorded."""

    recording: Recording
    deferred_sql: list[Any]

    def __enter__(self) -> Any:
        editor = super().__enter__()
        self._tables = read_tables(self.connection)
        return editor

    def __exit__(self, kind: Any, error: Any, traceback: Any) -> None:
        if kind is None:
            # What super() would send at the end, so that its locks are seen while they are held.
            for sql in self.deferred_sql:
                self.execute(sql, None)
            self.deferred_sql = []
            if self.atomic_migration:
                self.recording.locks = read_locks(self.connection, self._tables)
        super().__exit__(kind, error, traceback)

    def execute(self, sql: Any, params: Any = ()) -> None:
        with self.recording.statement():
            super().execute(sql, params)

    def effective_default(self, field: Any) -> Any:
        # Such as a random key or the time: other tenants must not get this one's.
        if field.has_default() and callable(field.default) and field.get_default() != field.get_default():
            self.recording.needs_each_tenant()
        return super().effective_default(field)
