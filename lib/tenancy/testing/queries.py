"""Count the queries of the alias `default`, in whichever databases it stands for."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TypeAlias

from django.test.utils import CaptureQueriesContext

from lib.tenancy.conf import TENANT_ALIAS
from lib.tenancy.testing.transactions import connections_of

# As Django records them: of each its `sql`, and the `time` it took in seconds.
Queries: TypeAlias = list[dict[str, str]]


@contextmanager
def captured_queries(using: str = TENANT_ALIAS) -> Iterator[Queries]:
    """Yield a list that holds, after the block, what it has sent to the tenants, or to another alias."""
    queries: Queries = []
    with ExitStack() as stack:
        captures = [stack.enter_context(CaptureQueriesContext(each)) for each in connections_of(using)]
        yield queries
    for capture in captures:
        queries += capture.captured_queries


@contextmanager
def exactly_queries(number: int, *, using: str = TENANT_ALIAS, info: str = "") -> Iterator[Queries]:
    """Assert that the block sends this many queries, to the tenants unless another alias is named."""
    with captured_queries(using) as queries:
        yield queries
    assert len(queries) == number, _listed(queries, f"{number} were expected", info)


@contextmanager
def at_most_queries(number: int, *, using: str = TENANT_ALIAS, info: str = "") -> Iterator[Queries]:
    """Assert that the block sends no more queries than this."""
    with captured_queries(using) as queries:
        yield queries
    assert len(queries) <= number, _listed(queries, f"{number} at most were expected", info)


def _listed(queries: Queries, expected: str, info: str) -> str:
    return "\n".join(
        [
            f"{len(queries)} queries were sent, {expected}. {info}".rstrip(),
            *(query["sql"] for query in queries),
        ]
    )
