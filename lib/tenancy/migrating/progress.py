"""How far a run is: a bar for people at a terminal, a line for each tenant in a file."""

import time
from typing import Any

from lib.tenancy.migrating.results import Report

_BAR_CHARACTERS = 24


class Lines:
    """Writes a line for each tenant."""

    def __init__(self, out: Any) -> None:
        self._out = out

    def show(self, report: Report, done: int, total: int) -> None:
        """Say that `report` was the one with the number `done` of `total`."""
        if report.error is None:
            self._out.write(f"{report.subdomain}: {report.outcome.label}")

    def end(self) -> None:
        """Leave room for what comes after."""


class Bar:
    """Draws a bar with the rate and the time that is left, on one line of a terminal."""

    def __init__(self, out: Any) -> None:
        self._out = out
        self._started_at = time.monotonic()

    def show(self, report: Report, done: int, total: int) -> None:
        """Say that `report` was the one with the number `done` of `total`."""
        rate = done / max(time.monotonic() - self._started_at, 0.001)
        self._draw(progress_line(done, total, rate))

    def end(self) -> None:
        """Take the bar away."""
        self._draw("")

    def _draw(self, text: str) -> None:
        # To the beginning of the line, and clear it.
        self._out.write(f"\r\x1b[2K{text}", ending="")
        self._out.flush()


def progress_line(done: int, total: int, per_second: float) -> str:
    """Return the line that says how far a run is, e.g. `[######......] 500/1000  83/s  6 s left`."""
    total = max(done, total)
    full = round(_BAR_CHARACTERS * done / total) if total else _BAR_CHARACTERS
    bar = "#" * full + "." * (_BAR_CHARACTERS - full)
    return f"[{bar}] {done}/{total}  {per_second:.0f}/s  {duration((total - done) / per_second)} left"


def duration(seconds: float) -> str:
    """Return a length of time as people say it: `8 s`, `3 min 20 s`, `2 h 5 min`."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"
