"""Which subdomains a tenant may have, and what to suggest for a name."""

import re
import unicodedata

from lib.tenancy.exceptions import InvalidSubdomainError
from lib.tenancy.reserved import RESERVED_SUBDOMAINS

MAX_LABEL_CHARACTERS = 63

_LETTERS_DIGITS_HYPHENS = re.compile(r"[a-z0-9-]+", re.ASCII)
_NOT_IN_A_LABEL = re.compile(r"[^a-z0-9]+")
# Letters that decompose into nothing of ASCII, as their languages write them without.
_TRANSLITERATED = str.maketrans(
    {"ß": "ss", "ø": "o", "æ": "ae", "œ": "oe", "đ": "d", "ł": "l", "þ": "th", "ð": "d", "&": " and "}
)


def clean_subdomain(text: str) -> str:
    """Return `text` trimmed and in lower case, if a tenant may have it as its subdomain.

    Raises:
        InvalidSubdomainError: it may not; the error's `reason` is a sentence for the person who typed it.

    Source: RFC 1035 section 2.3.1 for labels, RFC 5891 section 4.2.3.1 for `xn--` and double hyphens.
    """
    subdomain = text.strip().lower()
    for is_wrong, reason in _rules(subdomain):
        if is_wrong:
            raise InvalidSubdomainError(text[:80], reason)
    return subdomain


def _rules(subdomain: str) -> list[tuple[bool, str]]:
    return [
        (not subdomain, "Enter an address of letters, digits and hyphens."),
        (len(subdomain) > MAX_LABEL_CHARACTERS, f"Use at most {MAX_LABEL_CHARACTERS} characters."),
        ("." in subdomain, "Leave out the dot: enter only the first part of the address."),
        ("_" in subdomain, "Use a hyphen in place of the underscore."),
        (not subdomain.isascii(), "Use letters from a to z without accents, digits and hyphens."),
        (not _LETTERS_DIGITS_HYPHENS.fullmatch(subdomain), "Use only letters, digits and hyphens."),
        (subdomain.startswith("-"), "Begin with a letter or a digit, not with a hyphen."),
        (subdomain.endswith("-"), "End with a letter or a digit, not with a hyphen."),
        (
            subdomain.startswith("xn--"),
            "Addresses that begin with xn-- stand for other alphabets; choose another.",
        ),
        ("--" in subdomain, "Use one hyphen at a time."),
        (is_reserved(subdomain), "This address is kept for the platform itself; choose another."),
    ]


def is_reserved(subdomain: str) -> bool:
    """Return whether the platform keeps this name: itself, as a plural, or with a number behind it."""
    stem = subdomain.rstrip("0123456789").rstrip("-")
    names = {subdomain, stem, subdomain.removesuffix("s"), stem.removesuffix("s")}
    return not stem or bool(names & RESERVED_SUBDOMAINS)


def suggest_subdomain(name: str) -> str:
    """Return a subdomain for a name people use, such as `mueller-soehne` for `Müller & Söhne`, or "".

    The suggestion may be taken already; it is never one that `clean_subdomain` refuses.
    """
    text = name.lower().translate(_TRANSLITERATED)
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    label = _NOT_IN_A_LABEL.sub("-", ascii_text)[:MAX_LABEL_CHARACTERS].strip("-")
    try:
        return clean_subdomain(label)
    except InvalidSubdomainError:
        return ""
