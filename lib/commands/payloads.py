"""A job's arguments as JSON text: what was signed is what is read."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from lib.commands.conf import max_payload_bytes
from lib.commands.exceptions import PayloadError


def dump(command: str, args: Sequence[Any], options: Mapping[str, Any]) -> str:
    """Return the arguments as JSON.

    Raises:
        PayloadError: they hold something that JSON has no word for, or are too long.
    """
    try:
        text = json.dumps([list(args), dict(options)], separators=(",", ":"), allow_nan=False)
    except (TypeError, ValueError) as error:
        raise PayloadError(command, str(error)) from error
    if len(text) > max_payload_bytes():
        raise PayloadError(
            command, f"as JSON they take {len(text)} bytes, and {max_payload_bytes()} are allowed"
        )
    if load(text) != (
        [_plain(value) for value in args],
        {key: _plain(value) for key, value in options.items()},
    ):
        raise PayloadError(command, "they come back from JSON as something else")
    return text


def load(text: str) -> tuple[list[Any], dict[str, Any]]:
    """Return the positional arguments and the options of a payload."""
    args, options = json.loads(text)
    return args, options


def dump_result(value: Any) -> str:
    """Return what a command returned as JSON, or an empty text if it is None or JSON has no word for it."""
    if value is None:
        return ""
    try:
        return json.dumps(value, separators=(",", ":"), allow_nan=False)
    except (TypeError, ValueError):
        return ""


def _plain(value: Any) -> Any:
    """Return the value with tuples as lists, which is the one change that surprises nobody."""
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return value
