"""Django's own executor at work on the scratch schema, with a recording that watches."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor

from lib.tenancy.migrating.editor import watched
from lib.tenancy.migrating.histories import of_tenants
from lib.tenancy.migrating.operations import Watched
from lib.tenancy.migrating.plans import Step
from lib.tenancy.migrating.recording import Recording


class RecordingExecutor(MigrationExecutor):
    """Run migrations, and keep what each of them did in `steps`."""

    def __init__(self, connection: Any) -> None:
        super().__init__(connection)
        self.steps: list[Step] = []
        self.known = self.history()

    def history(self) -> frozenset[str]:
        """Return the migrations that the schema has now, also those of apps that tenants do not have."""
        return frozenset(f"{app}.{name}" for app, name in self.recorder.applied_migrations())

    def history_sql(self) -> str:
        """Return the SQL for what the history has won and lost since this was asked before."""
        before, self.known = self.known, self.history()
        return history_sql(self.known - before, before - self.known)

    def apply_migration(self, state: Any, migration: Migration, *args: Any, **options: Any) -> Any:
        with self._recorded(migration) as recording:
            state = super().apply_migration(state, migration, *args, **options)
        self._keep(migration, recording, state.clone())
        return state

    def unapply_migration(self, state: Any, migration: Migration, *args: Any, **options: Any) -> Any:
        with self._recorded(migration) as recording:
            after = super().unapply_migration(state, migration, *args, **options)
        self._keep(migration, recording, state)
        return after

    @contextmanager
    def _recorded(self, migration: Migration) -> Iterator[Recording]:
        recording = Recording()
        owner: Any = migration
        operations = owner.operations
        owner.operations = [
            Watched(operation, recording.perform, is_atomic=_is_atomic(operation, migration))
            for operation in operations
        ]
        try:
            with watched(self.connection, recording):
                yield recording
        finally:
            owner.operations = operations

    def _keep(self, migration: Migration, recording: Recording, final_state: Any) -> None:
        before = of_tenants(self.known)
        self.steps.append(
            Step(
                name=f"{migration.app_label}.{migration.name}",
                is_atomic=migration.atomic,
                parts=recording.parts(final_state),
                before=before,
                history=self.history_sql(),
                locks=recording.locks,
            )
        )


def history_sql(won: frozenset[str], lost: frozenset[str]) -> str:
    """Return the SQL that adds migrations to the current tenant's history and takes others from it."""
    statements = []
    if won:
        rows = ", ".join(f"({_literals(name)})" for name in sorted(won))
        statements.append(
            "INSERT INTO django_migrations (app, name, applied) SELECT app, name, now() "
            f"FROM (VALUES {rows}) AS new (app, name) WHERE NOT EXISTS (SELECT FROM django_migrations AS old "
            "WHERE (old.app, old.name) = (new.app, new.name))"
        )
    if lost:
        rows = ", ".join(f"({_literals(name)})" for name in sorted(lost))
        statements.append(f"DELETE FROM django_migrations WHERE (app, name) IN ({rows})")
    return ";\n".join(statements)


def _literals(name: str) -> str:
    app, _, migration = name.replace("'", "''").partition(".")
    return f"'{app}', '{migration}'"


def _is_atomic(operation: Any, migration: Migration) -> bool:
    # As Django decides it for an operation of a migration that is no transaction.
    return bool(operation.atomic or (migration.atomic and operation.atomic is not False))
