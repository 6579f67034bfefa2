"""Say which request the events of a view belong to."""

from collections.abc import Awaitable, Callable
from typing import TypeAlias, cast

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from apps.events.origins import Origin, origin_is

Answer: TypeAlias = HttpResponseBase | Awaitable[HttpResponseBase]


class OriginMiddleware:
    """Stands after the middleware that knows the user. Asks the database nothing."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Answer]) -> None:
        self.get_response = get_response
        self.is_async = iscoroutinefunction(get_response)
        if self.is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> Answer:
        if self.is_async:
            return self.acall(request)
        with origin_is(Origin(request)):
            return self.get_response(request)

    async def acall(self, request: HttpRequest) -> HttpResponseBase:
        with origin_is(Origin(request)):
            return await cast(Awaitable[HttpResponseBase], self.get_response(request))
