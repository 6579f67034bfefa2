"""The last lines a command has logged or printed, kept with its job."""

import logging
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_MAX_LINES = 100
_MAX_CHARACTERS = 8000


_current: ContextVar["LogTail | None"] = ContextVar("log_tail", default=None)


def current_tail() -> "LogTail | None":
    """Return what collects the lines of the job that runs now, or None."""
    return _current.get()


class LogTail(logging.Handler):
    """Keep the last records, whatever their logger."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
        self._lines: deque[str] = deque(maxlen=_MAX_LINES)

    def emit(self, record: logging.LogRecord) -> None:
        self._lines.append(self.format(record))

    def write(self, text: str) -> None:
        """Take what a management command prints, line by line."""
        self._lines.extend(text.splitlines())

    def flush(self) -> None:
        """Nothing waits."""

    def __str__(self) -> str:
        return "\n".join(self._lines)[-_MAX_CHARACTERS:]


@contextmanager
def log_tail() -> Iterator[LogTail]:
    """Yield what collects the lines that are logged inside the block."""
    tail = LogTail()
    token = _current.set(tail)
    logging.root.addHandler(tail)
    try:
        yield tail
    finally:
        logging.root.removeHandler(tail)
        _current.reset(token)
