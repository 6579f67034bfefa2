"""Measure what a worker keeps in memory for each company: python -m benchmarks.memory --help."""

import argparse
import json
import os
import platform
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet

from benchmarks.places import PASSWORD, places_for
from benchmarks.superuser import port_of
from lib.postgres.leases import use
from lib.postgres.programs import MAJOR_VERSION
from lib.postgres.server import testing_server

_PROJECT_DIR = Path(__file__).resolve().parents[2]
_REPORT = _PROJECT_DIR / "docs" / "benchmarks" / "memory.md"
_NO_BOUND = 1_000_000
_KEY = Fernet.generate_key().decode()

_PAGE = """# What a worker keeps in memory

Written by `make bench-memory`; do not edit it. {machine}.

A worker of Terrace opens four pages at one company after the other, twice each. "Python" is its own process,
"session" the largest of those with which PostgreSQL serves it. Counted is what a process has for itself
(`RssAnon`), in megabytes, after so many companies; a session's is the most it ever was.

{tables}
"""


@dataclass(frozen=True)
class Case:
    """One table of the result."""

    title: str
    login: str
    isolation: str
    counts: Sequence[int]
    tenants_per_connection: int | None = None


def cases(most: int) -> list[Case]:
    """Return what is measured, with at most so many companies."""
    counts = [count for count in (1, 100, 200, 500, 1000) if count <= most]
    few = [count for count in counts if count <= 200]
    return [
        Case(
            "Schemas, connections never replaced",
            "memory_schema",
            "schema",
            counts,
            _NO_BOUND,
        ),
        Case("Schemas, as the settings are", "memory_schema", "schema", counts),
        Case("Databases of their own, as the settings are", "memory_database", "database", few),
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and write the report."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.memory", description=__doc__)
    parser.add_argument("--companies", type=int, default=500, help="the most there are")
    measured = cases(parser.parse_args(arguments).companies)
    logins = {case.login: case for case in measured}
    lease = use(testing_server(_PROJECT_DIR / "var"))
    try:
        port = port_of(lease.server)
        with places_for(list(logins), lease.server):
            for case in logins.values():
                print(f"Making {max(case.counts)} companies: {case.isolation}.", flush=True)
                _run(case, port, "furnish", max(case.counts))
            tables = [_table(case, json.loads(_run(case, port, "visit", *case.counts))) for case in measured]
    finally:
        lease.release()
    machine = f"PostgreSQL {MAJOR_VERSION}, Python {platform.python_version()}"
    _REPORT.parent.mkdir(exist_ok=True)
    _REPORT.write_text(_PAGE.format(machine=machine, tables="\n\n".join(tables)))
    print(_REPORT.read_text())
    return 0


def _run(case: Case, port: int, order: str, *numbers: int) -> str:
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DATABASE_URL": f"postgres://{case.login}:{PASSWORD}@127.0.0.1:{port}/{case.login}",
        "TENANCY_ISOLATION": case.isolation,
        "TENANCY_KEYS": _KEY,
    }
    if case.tenants_per_connection:
        environment["MAX_TENANTS_PER_CONNECTION"] = str(case.tenants_per_connection)
    command = [sys.executable, "-m", "benchmarks.memory.worker", order, *map(str, numbers)]
    return subprocess.run(  # noqa: S603 - our own words
        command, cwd=_PROJECT_DIR, env=environment, check=True, stdout=subprocess.PIPE, text=True
    ).stdout


def _table(case: Case, found: dict[str, Any]) -> str:
    first = found["lines"][0]
    lines = [
        f"## {case.title}",
        "",
        "| companies | Python | session | both, for each company |",
        "| --- | --- | --- | --- |",
    ]
    for line in found["lines"]:
        grown = line["python"] + line["session"] - first["python"] - first["session"]
        each = f"{grown / (line['companies'] - 1):.2f}" if line["companies"] > 1 else ""
        lines.append(f"| {line['companies']} | {line['python']:.0f} | {line['session']:.0f} | {each} |")
    times = f"{found['first_ms']:.0f} ms at the first visit, {found['second_ms']:.0f} ms at the second"
    return "\n".join([*lines, "", f"Four pages took {times}."])


if __name__ == "__main__":
    sys.exit(main())
