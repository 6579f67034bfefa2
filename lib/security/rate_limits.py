"""Limits on the public pages, counted in the cache that all processes and all hosts share."""

import hashlib
import time
from collections.abc import Callable, Collection
from functools import wraps
from typing import Concatenate, ParamSpec

from allauth.account.adapter import get_adapter
from django.core.cache import caches
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

P = ParamSpec("P")


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
            if request.method in methods:
                address = get_adapter().get_client_ip(request)
                if is_over_limit(name, address, limit=limit, seconds=seconds):
                    response = render(request, "errors/429.html", status=429)
                    response["Retry-After"] = str(seconds)
                    return response
            return view(request, *args, **kwargs)

        return limited

    return decorate


def is_over_limit(name: str, key: str, *, limit: int, seconds: int) -> bool:
    """Count one use of `name` by `key` and return whether there were more than `limit` in this period."""
    # Fixed periods: one counter in place of a list of times, at worst twice the limit around the turn.
    period = int(time.time()) // seconds
    digest = hashlib.sha256(key.encode(errors="replace")).hexdigest()[:32]
    counter = f"rate:{name}:{digest}:{period}"
    shared = caches["shared"]
    if shared.add(counter, 1, timeout=seconds):
        return limit < 1
    try:
        return shared.incr(counter) > limit
    except ValueError:  # it expired between the two calls: a new period has begun
        return False
