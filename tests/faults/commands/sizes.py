"""How much the fault tests do: a little in `make test`, all of it in `make faults`."""

import os

IS_FULL_SIZE = bool(os.environ.get("FULL_SIZE"))


def full_or(full: int, small: int) -> int:
    """Return the number for this run."""
    return full if IS_FULL_SIZE else small
