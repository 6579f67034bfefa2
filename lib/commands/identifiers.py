"""Keys of jobs: they grow with time, so that the oldest job of a tenant is the first in the index."""

import os
import time
from uuid import UUID

_NANOSECONDS_PER_MILLISECOND = 1_000_000


def new_job_id() -> UUID:
    """Return a UUID of version 7 (RFC 9562), which begins with the time, to a quarter of a µs."""
    milliseconds, rest = divmod(time.time_ns(), _NANOSECONDS_PER_MILLISECOND)
    random = int.from_bytes(os.urandom(8), "big") >> 2
    fraction = (rest << 12) // _NANOSECONDS_PER_MILLISECOND
    return UUID(int=milliseconds << 80 | 7 << 76 | fraction << 64 | 2 << 62 | random)
