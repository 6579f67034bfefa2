"""Limits on the public pages, counted in the cache that all processes and all hosts share."""

import hashlib
import ipaddress
import time
from collections.abc import Callable, Collection
from functools import wraps
from typing import Concatenate, ParamSpec

from allauth.account.adapter import get_adapter
from django.core.cache import caches
from django.core.cache.backends.db import DatabaseCache
from django.db import connections, router, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

P = ParamSpec("P")

# allauth does not say which of its limits was reached; most of them are by the minute.
_RETRY_SECONDS = 60


def rate_limited(
    name: str, *, limit: int, seconds: int, methods: Collection[str] = ("GET", "POST")
) -> Callable[
    [Callable[Concatenate[HttpRequest, P], HttpResponse]], Callable[Concatenate[HttpRequest, P], HttpResponse]
]:
    """Answer the 429 page when one network address asks for the view more than `limit` times in `seconds`."""

    def decorate(
        view: Callable[Concatenate[HttpRequest, P], HttpResponse],
    ) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
        @wraps(view)
        def limited(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            # HEAD runs the view as GET does, and tells as much by the length it announces.
            method = "GET" if request.method == "HEAD" else request.method
            if method in methods:
                address = network_of(get_adapter().get_client_ip(request))
                if is_over_limit(name, address, limit=limit, seconds=seconds):
                    return too_many_requests(request, retry_seconds=_seconds_left(seconds))
            return view(request, *args, **kwargs)

        return limited

    return decorate


def network_of(address: str) -> str:
    """Return an address, or the /64 of one of IPv6: every home has that many to choose from."""
    ip = ipaddress.ip_address(address)
    return str(ipaddress.ip_network((ip, 64), strict=False)) if ip.version == 6 else str(ip)


def too_many_requests(request: HttpRequest, *, retry_seconds: int = _RETRY_SECONDS) -> HttpResponse:
    """Return the 429 page. As `handler429` of the root URLs it is allauth's, too."""
    response = render(request, "errors/429.html", status=429)
    response["Retry-After"] = str(retry_seconds)
    return response


def is_over_limit(name: str, key: str, *, limit: int, seconds: int) -> bool:
    """Count one use of `name` by `key` and return whether there were more than `limit` in this period."""
    # Fixed periods: one counter in place of a list of times, at worst twice the limit around the turn.
    period = int(time.time()) // seconds
    digest = hashlib.sha256(key.encode(errors="replace")).hexdigest()[:32]
    counter = f"rate:{name}:{digest}:{period}"
    return _count(counter, seconds) > limit


def _count(counter: str, seconds: int) -> int:
    shared = caches["shared"]
    if isinstance(shared, DatabaseCache):
        return _count_in_database(shared, counter, seconds)
    shared.add(counter, 0, timeout=seconds)
    try:
        return int(shared.incr(counter))
    except ValueError:  # it expired between the two calls: a new period has begun
        return 1


def _count_in_database(shared: DatabaseCache, counter: str, seconds: int) -> int:
    # The database cache's own incr() is a get and a set: it loses counts of requests that come at once, and
    # gives the counter the cache's own time-out, after which all is forgotten.
    alias = router.db_for_write(shared.cache_model_class)
    with transaction.atomic(using=alias):
        with connections[alias].cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [counter])
        count = int(shared.get(counter, 0)) + 1
        shared.set(counter, count, timeout=seconds)
    return count


def _seconds_left(period_seconds: int) -> int:
    return period_seconds - int(time.time()) % period_seconds
