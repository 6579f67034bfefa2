"""Errors whose positions are those of the statement as its author wrote it, without our prefix."""

import re
from functools import cache
from typing import Any

import psycopg2

_LINE = re.compile(r"^LINE (\d+):", re.MULTILINE)


def without_prefix(error: psycopg2.Error, head: bytes) -> psycopg2.Error:
    """Return `error` with `LINE n:` and positions counted from the end of `head`."""
    if not head or error.diag.statement_position is None:
        return error
    lines = head.count(b"\n")
    if error.args and isinstance(error.args[0], str):
        error.args = (_moved(error.args[0], lines), *error.args[1:])
    moved: Any = error
    kind: Any = type(error)
    # The attributes of psycopg2's classes cannot be written, so the object gets a class that can.
    moved.__class__ = _with_moved_positions(kind)
    moved.head_lines, moved.head_characters = lines, len(head.decode())
    return error


def _moved(message: str, lines: int) -> str:
    return _LINE.sub(lambda match: f"LINE {int(match[1]) - lines}:", message, count=1)


class _MovedDiagnostics:
    """psycopg2's diagnostics, but for the position."""

    def __init__(self, diagnostics: Any, characters: int) -> None:
        self._diagnostics = diagnostics
        self._characters = characters

    @property
    def statement_position(self) -> str:
        return str(int(self._diagnostics.statement_position) - self._characters)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._diagnostics, name)


@cache
def _with_moved_positions(kind: Any) -> type[Any]:
    """Return a class of the same name that knows by how much to move."""

    def pgerror(self: Any) -> str | None:
        text: str | None = kind.pgerror.__get__(self)
        return text and _moved(text, self.head_lines)

    def diag(self: Any) -> _MovedDiagnostics:
        return _MovedDiagnostics(kind.diag.__get__(self), self.head_characters)

    def reduce(self: Any) -> tuple[Any, ...]:
        # What arrives elsewhere is an error of psycopg2 itself, as without us.
        return kind, self.args, {"pgerror": self.pgerror, "pgcode": self.pgcode}

    members = {"pgerror": property(pgerror), "diag": property(diag), "__reduce__": reduce}
    return type(kind.__name__, (kind,), {**members, "__module__": kind.__module__})
