"""Which isolation each of the tests' tenants has: all the same, or one of each."""

from collections.abc import Sequence

from lib.tenancy.states import Isolation

MIXED = "mixed"
CHOICES = (Isolation.SCHEMA.value, Isolation.DATABASE.value, MIXED)


def isolations(choice: str, subdomains: Sequence[str]) -> dict[str, Isolation]:
    """Return the isolation of each tenant. With `mixed` they take turns, and the first is a schema.

    Raises:
        ValueError: there is no such choice.
    """
    if choice not in CHOICES:
        raise ValueError(f"{choice!r} is no isolation for tests. Choose one of: {', '.join(CHOICES)}.")
    kinds = list(Isolation) if choice == MIXED else [Isolation(choice)]
    return {subdomain: kinds[number % len(kinds)] for number, subdomain in enumerate(subdomains)}
