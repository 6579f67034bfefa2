"""The request that what happens now belongs to: a context variable that only a `with` can set.

A service is called from pages, commands and tests. It need not hand the request down to record who asked.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from ipaddress import ip_address

from allauth.account.adapter import get_adapter
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

_ID_BYTES = 16


@dataclass(frozen=True)
class Origin:
    """Where a request came from. Nothing is looked up before somebody asks."""

    request: HttpRequest
    request_id: str = field(default_factory=lambda: secrets.token_hex(_ID_BYTES))

    def find_user(self) -> AbstractBaseUser | None:
        """Return who is signed in, or None."""
        user = getattr(self.request, "user", None)
        return user if user is not None and user.is_authenticated else None

    def find_ip(self) -> str | None:
        """Return the network address in front of our own proxies, or None where there is none."""
        try:
            address = ip_address(get_adapter().get_client_ip(self.request))
        except (PermissionDenied, ValueError):
            return None
        # Without the name of a network card, which PostgreSQL does not take.
        return str(address).partition("%")[0]


_current: ContextVar[Origin | None] = ContextVar("origin_of_events", default=None)


def find_origin() -> Origin | None:
    """Return the request at work, or None in commands, threads and jobs."""
    return _current.get()


@contextmanager
def origin_is(origin: Origin) -> Iterator[None]:
    """Record what the block does as done by the request of `origin`."""
    token = _current.set(origin)
    try:
        yield
    finally:
        _current.reset(token)
