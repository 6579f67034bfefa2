"""The result as a page of the documentation, written by the run itself."""

import os
import platform
from collections.abc import Callable, Sequence
from importlib.metadata import version
from statistics import median

import django

from benchmarks.requests.contestants import COMPANIES, DATABASES, Contestant
from benchmarks.requests.environment import WANTED
from benchmarks.requests.measuring import REQUESTS, TURNS, Times, Trips, ratio
from benchmarks.requests.pages import PAGES, Page
from lib.postgres.programs import MAJOR_VERSION

_PAGE = """# What a request costs

Written by `make bench-requests`; do not edit it. {machine}.
The machine's load was {load:.0f}; where that is more than it has cores, others were at work, too.

The same views, the same rows and the middleware of `startproject`, called in process through the whole WSGI
handler. One view gets 1, 5 or 20 articles by key, one query each: the smallest queries there are, so that
what is added to each shows most. The other is a page as applications have them: a list of 25 articles with
their category and reviews, beside all categories and the dearest articles, five ordinary queries in all,
rendered by a template.

Plain Django has one company; the others serve {companies} in turn, and Terrace with databases {databases},
as many as a thread keeps connections for. Connections are open, and not checked at each request. What is
remembered for some seconds, such as the company of a host, is there.

## Round trips to PostgreSQL

Counted on the wire, for one request.

{trips}

## Time

Each contestant is a process of its own; all use one server. In each of {rounds} rounds each has {turns} turns
of {requests} requests, in an order that changes. What counts is the fastest tenth of a round: other work on
the machine makes requests longer, and never shorter. Shown is how many times as long as plain Django in the
same round it took: the median of all rounds and, in brackets, where the middle half of them lies.

{ratios}

The same in microseconds, at the median. They depend on the machine, and on what else it does.

{microseconds}

## Time of processors

What a request keeps processors busy, in the process and in its session of PostgreSQL: the least of a round's
turns. On a machine that does other work it says more than the clock, which counts waiting as well.

{busy_ratios}

{busy}
"""


def report(
    contestants: Sequence[Contestant],
    trips: dict[str, Trips],
    by_clock: dict[str, Times],
    busy: dict[str, Times],
    rounds: int,
) -> str:
    """Return the page for one run."""
    titles = [contestant.title for contestant in contestants]
    return _PAGE.format(
        machine=_machine(with_others="django-tenants" in titles),
        load=os.getloadavg()[1],
        companies=COMPANIES,
        databases=DATABASES,
        rounds=rounds,
        requests=REQUESTS,
        turns=TURNS,
        trips=_table(titles, lambda title, page: trips[title][page]),
        ratios=_table(titles, lambda title, page: ratio(by_clock, title, page)),
        microseconds=_table(titles, lambda title, page: f"{median(by_clock[title][page]):.0f}"),
        busy_ratios=_table(titles, lambda title, page: ratio(busy, title, page)),
        busy=_table(titles, lambda title, page: f"{median(busy[title][page]):.0f}"),
    )


def _table(titles: Sequence[str], cell: Callable[[str, Page], object]) -> str:
    lines = [["queries", *titles], ["---"] * (len(titles) + 1)]
    lines += [[page.title, *(str(cell(title, page)) for title in titles)] for page in PAGES]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _machine(*, with_others: bool) -> str:
    others = f", {WANTED.replace('==', ' ')}" if with_others else ""
    return (
        f"{os.cpu_count()} cores, PostgreSQL {MAJOR_VERSION}, Python {platform.python_version()}, "
        f"Django {django.__version__}, psycopg2 {version('psycopg2-binary')}{others}"
    )
