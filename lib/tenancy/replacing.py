"""Put a function of ours around one of another package."""

from collections.abc import Callable
from typing import Any


def replace(owner: Any, name: str, make: Callable[[Any], Any]) -> None:
    """Set `owner.name` to what `make` returns for the function that is there. Once per process, at the start.

    Raises:
        AttributeError: there is no such function, so that nobody believes in a guard that guards nothing.
    """
    setattr(owner, name, make(getattr(owner, name)))
