"""What the contestants share: a clock, the memory of a process, and one line of JSON as the answer."""

import json
import resource
import time
from collections.abc import Callable
from typing import Any


def seconds_of(function: Callable[..., Any], *arguments: Any, **options: Any) -> float:
    """Return how long a call takes."""
    started_at = time.perf_counter()
    function(*arguments, **options)
    return time.perf_counter() - started_at


def answer(**values: Any) -> None:
    """Print what was measured, with the most memory that the process has had, in megabytes."""
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({**values, "peak_mb": peak_mb}), flush=True)
