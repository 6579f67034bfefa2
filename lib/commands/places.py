"""Where jobs work, remembered for a moment: many jobs in a row are one tenant's."""

import time

from lib.commands.tenants import Place, find_place

# So long a tenant that was suspended or removed may still be worked for. A job in the middle is, anyway.
_REMEMBER_SECONDS = 1.0
_MAX_REMEMBERED = 1000

_remembered: dict[str, tuple[float, Place]] = {}


def find_place_soon(schema: str) -> Place | None:
    """Return where jobs of `schema` work, as of a second ago at most, or None if there is no such tenant."""
    now = time.monotonic()
    expires_at, place = _remembered.get(schema, (0.0, None))
    if place is not None and expires_at > now:
        return place
    found = find_place(schema)
    if found is None or not found.is_open:
        _remembered.pop(schema, None)
        return found
    if len(_remembered) >= _MAX_REMEMBERED:
        _remembered.clear()
    _remembered[schema] = now + _REMEMBER_SECONDS, found
    return found


def forget_places() -> None:
    """Ask anew for all."""
    _remembered.clear()
