"""Addresses that make a telephone dial. Source: RFC 3966."""

import re


def tel_url(number: str) -> str:
    """Return the address for a phone number as people write it; what stands behind an x is the extension."""
    dialled, _, extension = re.sub(r"[^0-9+x]", "", number).partition("x")
    return f"tel:{dialled};ext={extension}" if extension else f"tel:{dialled}"
