"""Who asks: refuse to guess it where the settings and what the server passes on do not fit."""

import ipaddress
import logging
from threading import Event

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest
from django.utils.deprecation import MiddlewareMixin

logger = logging.getLogger(__name__)

_has_warned = Event()


class ClientAddressMiddleware(MiddlewareMixin):
    """Check that the client's address can be told, before any limit is counted by it.

    Raises:
        ImproperlyConfigured: the server listens on a Unix socket, so a proxy stands in front, and the
            settings declare none: everybody would be the same client.
    """

    def process_request(self, request: HttpRequest) -> None:
        if settings.ALLAUTH_TRUSTED_PROXY_COUNT:
            return
        peer: str = request.META.get("REMOTE_ADDR", "")
        if not _is_address(peer):
            raise ImproperlyConfigured(
                f"The server passes on {peer!r} for the client's address, as it does on a Unix socket: a "
                "proxy stands in front. Set TRUSTED_PROXY_COUNT in .env to their number, usually 1."
            )
        if "X-Forwarded-For" in request.headers:
            _warn_once(peer)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _warn_once(peer: str) -> None:
    # Once: anybody can send the header, and a log that fills up is a way to hide something.
    if not _has_warned.is_set():
        _has_warned.set()
        logger.warning(
            "X-Forwarded-For came from %s and is not believed. If that is a proxy of yours, all its clients "
            "count as one: set TRUSTED_PROXY_COUNT. If not, somebody sends it by hand, to no effect.",
            peer,
        )
