"""Say which request the events of a view belong to."""

from collections.abc import Awaitable
from typing import TypeAlias, cast

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.deprecation import MiddlewareMixin

from apps.events.origins import Origin, origin_is

Answer: TypeAlias = HttpResponseBase | Awaitable[HttpResponseBase]


class OriginMiddleware(MiddlewareMixin):
    """Stands after the middleware that knows the user. Asks the database nothing."""

    def __call__(self, request: HttpRequest) -> Answer:
        if self.async_mode:
            return self.__acall__(request)
        with origin_is(Origin(request)):
            return self.get_response(request)

    async def __acall__(self, request: HttpRequest) -> HttpResponseBase:
        with origin_is(Origin(request)):
            return await cast(Awaitable[HttpResponseBase], self.get_response(request))
