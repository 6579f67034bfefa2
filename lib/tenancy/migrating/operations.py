"""Which operations of migrations are the same SQL for every tenant, and which have to be run for each."""

from typing import Any

from django.contrib.postgres.operations import CreateExtension

# Those that Django ships ask the database only for what follows from the migrations before them.
_DJANGOS = ("django.db.migrations.", "django.contrib.postgres.")


def runs_for_each_tenant(operation: Any) -> bool:
    """Return whether the operation is code, as RunPython, or depends on the database as a whole."""
    return not operation.reduces_to_sql or isinstance(operation, CreateExtension)


def has_parts_for_each_tenant(operation: Any) -> bool:
    """Return whether one of the operations that `operation` is made of runs for each tenant."""
    parts = getattr(operation, "database_operations", ())
    return any(runs_for_each_tenant(part) or has_parts_for_each_tenant(part) for part in parts)


def is_djangos(operation: Any) -> bool:
    """Return whether Django ships this class of operations."""
    return type(operation).__module__.startswith(_DJANGOS)


class Watched:
    """An operation that hands its work to a recording."""

    def __init__(self, operation: Any, perform: Any, *, is_atomic: bool) -> None:
        self._operation = operation
        self._perform = perform
        self._is_atomic = is_atomic

    def __getattr__(self, name: str) -> Any:
        return getattr(self._operation, name)

    def database_forwards(self, *arguments: Any) -> None:
        self._perform("database_forwards", self._operation, self._is_atomic, *arguments)

    def database_backwards(self, *arguments: Any) -> None:
        self._perform("database_backwards", self._operation, self._is_atomic, *arguments)
