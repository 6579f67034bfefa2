"""Round trips on the wire, and times in short turns, so that a busy moment hits all contestants alike."""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from statistics import quantiles

from benchmarks.requests.contestants import PLAIN, Contestant
from benchmarks.requests.pages import PAGES, Page
from benchmarks.requests.processes import Worker, worker_of
from lib.postgres.wire import CountingProxy

# In a round each contestant has so many turns of so many requests. The first of a turn find the processor's
# caches full of another contestant, and are not counted.
TURNS, REQUESTS, _WARM_UP = 6, 10, 3

Trips = dict[Page, int]
# Microseconds of a request in each round.
Times = dict[Page, list[float]]


def count_round_trips(contestant: Contestant, port: int) -> Trips:
    """Return how many messages are answered for one request of each page.

    The request is not the first: connections are open, and what a process remembers for seconds is there.
    """
    trips = {}
    with CountingProxy("127.0.0.1", port) as proxy, worker_of(contestant, proxy.port) as worker:
        for page in PAGES:
            worker.visit(page, 2, companies=1)
            proxy.messages.clear()
            worker.visit(page, 1, companies=1)
            trips[page] = len(proxy.messages)
    return trips


def take_times(
    workers: Sequence[Worker], rounds: int, tell: Callable[[int], None]
) -> tuple[dict[str, Times], dict[str, Times]]:
    """Return the times of each contestant, by the clock and of processors.

    The contestants take short turns, in an order that changes.
    """
    titles = [worker.contestant.title for worker in workers]
    by_clock: dict[str, Times] = {title: {page: [] for page in PAGES} for title in titles}
    of_processors: dict[str, Times] = {title: {page: [] for page in PAGES} for title in titles}
    for worker in workers:
        for page in PAGES:
            worker.visit(page, 2 * worker.contestant.companies + 50)
        worker.ask("settle")
    for number in range(rounds):
        tell(number)
        for page in PAGES:
            for worker, lasted, busy in _round(workers, page):
                by_clock[worker.contestant.title][page].append(lasted)
                of_processors[worker.contestant.title][page].append(busy)
    return by_clock, of_processors


def _round(workers: Sequence[Worker], page: Page) -> Iterator[tuple[Worker, float, float]]:
    """Yield each contestant with the microseconds of a request, by the clock and of processors."""
    lasted: dict[Worker, list[int]] = {worker: [] for worker in workers}
    busy: dict[Worker, list[int]] = {worker: [] for worker in workers}
    for _ in range(TURNS):
        for worker in random.sample(workers, len(workers)):
            each, of_all = worker.visit(page, REQUESTS, warm_up=_WARM_UP)
            lasted[worker] += each
            busy[worker].append(of_all)
    for worker in workers:
        # Not the middle: whatever else the machine does makes requests longer, and never shorter.
        yield worker, quantiles(lasted[worker], n=10)[0] / 1000, min(busy[worker]) / REQUESTS / 1000


@dataclass(frozen=True)
class Ratio:
    """A contestant's time against plain Django's of the same round: the median, and the quartiles."""

    middle: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.middle:.2f} ({self.low:.2f}–{self.high:.2f})"  # noqa: RUF001 - a range


def ratio(times: dict[str, Times], title: str, page: Page) -> Ratio:
    """Return how many times as long as plain Django a contestant took, round by round."""
    ours, plain = times[title][page], times[PLAIN.title][page]
    low, middle, high = quantiles([one / other for one, other in zip(ours, plain, strict=True)], n=4)
    return Ratio(middle, low, high)
