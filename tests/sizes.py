"""How much the longest tests do: a little with the others, all of it in `make stress` and `make faults`."""

import os

IS_FULL_SIZE = bool(os.environ.get("FULL_SIZE"))


def full_or(full: int, small: int) -> int:
    """Return the number for this run."""
    return full if IS_FULL_SIZE else small
