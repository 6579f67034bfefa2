"""Compare what a request costs: python -m benchmarks.requests --help."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.places import places_for
from benchmarks.requests.contestants import OURS, PLAIN, Contestant, django_tenants
from benchmarks.requests.environment import NotInstallableError, ensure_environment
from benchmarks.requests.measuring import Trips, count_round_trips, take_times
from benchmarks.requests.pages import PAGES
from benchmarks.requests.processes import worker_of, workers_of
from benchmarks.requests.report import report
from benchmarks.superuser import port_of
from lib.postgres.leases import use
from lib.postgres.server import testing_server

_PROJECT_DIR = Path(__file__).resolve().parents[2]
_VAR_DIR = _PROJECT_DIR / "var"
_REPORT = _PROJECT_DIR / "docs" / "benchmarks" / "requests.md"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, write the report, and return 0 when our round trips are those of plain Django."""
    options = _parser().parse_args(arguments)
    contestants = [PLAIN, *OURS, *([] if options.quick else _others())]
    lease = use(testing_server(_VAR_DIR))
    try:
        port = port_of(lease.server)
        with places_for([contestant.login for contestant in contestants], lease.server):
            trips = _count(contestants, port)
            if not options.quick:
                _compare_times(contestants, port, options.rounds, trips)
    finally:
        lease.release()
    return _judge(trips)


def _count(contestants: Sequence[Contestant], port: int) -> dict[str, Trips]:
    trips = {}
    for contestant in contestants:
        _say(f"Furnishing {contestant.title}.")
        with worker_of(contestant, port) as worker:
            worker.ask("furnish", companies=contestant.companies)
        trips[contestant.title] = count_round_trips(contestant, port)
        for page in PAGES:
            _say(f"  {page.title}: {trips[contestant.title][page]} round trips")
    return trips


def _compare_times(
    contestants: Sequence[Contestant], port: int, rounds: int, trips: dict[str, Trips]
) -> None:
    with workers_of(contestants, port) as workers:
        by_clock, busy = take_times(workers, rounds, lambda number: _say(f"Round {number + 1} of {rounds}"))
    _REPORT.parent.mkdir(exist_ok=True)
    _REPORT.write_text(report(contestants, trips, by_clock, busy, rounds))
    _say(_REPORT.read_text())


def _judge(trips: dict[str, Trips]) -> int:
    """Say which of ours needs more round trips than plain Django, and return the exit status."""
    worse = [ours.title for ours in OURS if trips[ours.title] != trips[PLAIN.title]]
    for title in worse:
        _say(f"{title} needs {trips[title]}, plain Django {trips[PLAIN.title]}.")
    if not worse:
        _say("Terrace sends what plain Django sends, and no message more.")
    return 1 if worse else 0


def _others() -> list[Contestant]:
    try:
        return [django_tenants(ensure_environment(_VAR_DIR / "benchmark-requests"))]
    except NotInstallableError as error:
        _say(f"django-tenants is left out, because it could not be installed: {error}")
        return []


def _say(text: str) -> None:
    print(text, flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.requests", description=__doc__)
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument(
        "--quick", action="store_true", help="count the round trips only, without django-tenants"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
