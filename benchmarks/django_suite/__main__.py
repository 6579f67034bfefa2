"""Compare our backend with Django's own: python -m benchmarks.django_suite --help."""

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.django_suite.backends import (
    BACKENDS,
    STOCK,
    TENANT_SCHEMA,
    Backend,
    clean_up,
    describe,
    prepare,
)
from benchmarks.django_suite.labels import MEASURE_TIME, PARTS, STOCK_ALONE_FAILS
from benchmarks.django_suite.source import ensure_tests
from lib.postgres.leases import use
from lib.postgres.server import EmbeddedServer, testing_server

PROJECT_DIR = Path(__file__).resolve().parents[2]
SUITE_DIR = PROJECT_DIR / "var" / "django-suite"


@dataclass(frozen=True)
class Outcome:
    backend: Backend
    tests: int
    skipped: int
    failed: frozenset[str]
    tables: dict[str, int]
    seconds: float

    def __str__(self) -> str:
        places = ", ".join(f"{count} tables in {schema}" for schema, count in sorted(self.tables.items()))
        return (
            f"{self.backend.name:6} {self.tests:6,} tests  {self.skipped:4} skipped  "
            f"{len(self.failed):3} failed  {self.seconds:4.0f} s  {places}"
        )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the suite through the backends and return 0 when the same tests failed."""
    options = _parser().parse_args(arguments)
    labels = options.labels or PARTS[options.part]
    tests = ensure_tests(SUITE_DIR)
    lease = use(testing_server(PROJECT_DIR / "var"))
    try:
        outcomes = _run_side_by_side(
            [BACKENDS[name] for name in options.backends], lease.server, tests, labels
        )
    finally:
        lease.release()
    return _compare(outcomes)


def _run_side_by_side(
    backends: Sequence[Backend], server: EmbeddedServer, tests: Path, labels: Sequence[str]
) -> list[Outcome]:
    for backend in backends:
        prepare(backend, server)
    started_at = time.monotonic()
    running = [(backend, _start(backend, server, tests, labels)) for backend in backends]
    try:
        return [_outcome(backend, process, started_at) for backend, process in running]
    finally:
        for backend, process in running:
            process.kill()
            process.wait()
            clean_up(backend, server)


def _start(
    backend: Backend, server: EmbeddedServer, tests: Path, labels: Sequence[str]
) -> subprocess.Popen[bytes]:
    _file(backend, "json").unlink(missing_ok=True)
    print(f"{backend.name}: {len(labels)} labels; follow it in {_file(backend, 'log')}", flush=True)
    with _file(backend, "log").open("wb") as log:
        return subprocess.Popen(  # noqa: S603 - our own words
            [
                *(sys.executable, "runtests.py", "--noinput", "--parallel=1"),
                *("--settings=benchmarks.django_suite.settings", *labels),
            ],
            cwd=tests,
            env={
                **os.environ,
                "PYTHONPATH": str(PROJECT_DIR),
                "DJANGO_SUITE_BACKEND": json.dumps(describe(backend, server)),
                "DJANGO_SUITE_OUTCOME": str(_file(backend, "json")),
            },
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )


def _outcome(backend: Backend, process: subprocess.Popen[bytes], started_at: float) -> Outcome:
    process.wait()
    if not _file(backend, "json").exists():
        log = _file(backend, "log").read_text(errors="replace")
        sys.exit(
            f"{log[-4000:]}\n{backend.name}: the suite ended before its end; the whole log is beside it."
        )
    found = json.loads(_file(backend, "json").read_text())
    # A subtest's name goes on behind a space, with its parameters.
    found["failed"] = frozenset(name for name in found["failed"] if name.split()[0] not in MEASURE_TIME)
    return Outcome(backend, **found, seconds=time.monotonic() - started_at)


def _compare(outcomes: Sequence[Outcome]) -> int:
    """Say what differs from the first, and return the exit status."""
    control, *others = outcomes
    print(*outcomes, sep="\n")
    known = control.failed & STOCK_ALONE_FAILS if control.backend is STOCK else frozenset()
    if known:
        print(f"{len(known)} of stock are the NOT NULL constraints of PostgreSQL 18, which ours leaves out.")
    differences = [line for outcome in others for line in _differences(control, outcome, known)]
    print(*differences or ["The same tests fail through each."], sep="\n")
    return 1 if differences else 0


def _differences(control: Outcome, outcome: Outcome, known: frozenset[str]) -> list[str]:
    ours, theirs = outcome.backend.name, control.backend.name
    more, fewer = outcome.failed - (control.failed - known), control.failed - known - outcome.failed
    lines = [f"Fails through {ours} and not through {theirs}: {name}" for name in sorted(more)]
    lines += [f"Fails through {theirs} and not through {ours}: {name}" for name in sorted(fewer)]
    if outcome.tests != control.tests or outcome.skipped != control.skipped:
        lines.append(f"{ours} did not run the same tests as {theirs}.")
    if outcome.backend.has_tenant and set(outcome.tables) != {TENANT_SCHEMA}:
        lines.append(f"{ours} made tables outside of {TENANT_SCHEMA}: its tenant was not active.")
    return lines


def _file(backend: Backend, suffix: str) -> Path:
    return SUITE_DIR / f"{backend.name}.{suffix}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.django_suite", description=__doc__)
    parser.add_argument("labels", nargs="*", help="labels of Django's tests, in place of a part")
    parser.add_argument("--part", choices=PARTS, default="whole")
    parser.add_argument(
        "--backends",
        nargs="+",
        choices=BACKENDS,
        default=[STOCK.name, "roles"],
        metavar="NAME",
        help=f"those to compare, the first is the measure: {', '.join(BACKENDS)}",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
