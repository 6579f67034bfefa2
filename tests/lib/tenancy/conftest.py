from collections.abc import Iterator

import pytest

from lib.tenancy.resolver import forget_tenant


@pytest.fixture(autouse=True)
def nothing_remembered() -> Iterator[None]:
    """Forget hosts between tests: what the last one made is rolled back, and is remembered for seconds."""
    forget_tenant()
    yield
    forget_tenant()
