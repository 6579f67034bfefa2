"""When PostgreSQL is down, restarting or cut the connection: a page that says so, with Retry-After.

Plain Django answers a bare 500. The exception never gets as far as an outer middleware, because Django turns
it into an answer around every layer; but it sends a signal then, with the request. So the signal notes the
cause on the request, and this middleware, outermost but for the headers, swaps the answer.
"""

import re
import sys
from collections.abc import Awaitable
from typing import Any, TypeAlias, cast

import psycopg2
from django.core.signals import got_request_exception
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template import TemplateDoesNotExist
from django.template.loader import render_to_string
from django.utils.deprecation import MiddlewareMixin

Answer: TypeAlias = HttpResponseBase | Awaitable[HttpResponseBase]

RETRY_AFTER_SECONDS = 5
# Class 08 is "connection exception". The others: shut down by the administrator, crashed, still starting,
# idle for too long, too many connections. Source: PostgreSQL documentation, appendix A.
UNAVAILABLE_SQLSTATES = frozenset({"57P01", "57P02", "57P03", "57P05", "53300"})
LOST_CONNECTION = re.compile("connection already closed|closed the connection|no message from the libpq")
PLAIN_PAGE = "The database cannot be reached at the moment. Try again in a few seconds."


class DatabaseUnavailableMiddleware(MiddlewareMixin):
    """Answer 503 to requests that failed because the database could not be reached."""

    def __call__(self, request: HttpRequest) -> Answer:
        if self.async_mode:
            return self.__acall__(request)
        try:
            response = cast(HttpResponseBase, self.get_response(request))
        except Exception as error:
            # An error page that needs the database fails in its turn, all the way out to here.
            return unavailable_page_or_raise(error)
        return answer_for(request, response)

    async def __acall__(self, request: HttpRequest) -> HttpResponseBase:
        try:
            response = await cast(Awaitable[HttpResponseBase], self.get_response(request))
        except Exception as error:
            return unavailable_page_or_raise(error)
        return answer_for(request, response)


@receiver(got_request_exception, dispatch_uid="lib.security.database_unavailable")
def note_unavailable_database(request: HttpRequest | None = None, **kwargs: Any) -> None:
    """Remember on the request that it failed for want of a database."""
    if request is not None and unavailable_cause(sys.exc_info()[1]) is not None:
        request.database_unavailable = True  # type: ignore[attr-defined]


def answer_for(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """Return the 503 page if `response` is the 500 of a request that failed for want of a database."""
    if response.status_code == 500 and getattr(request, "database_unavailable", False):
        return unavailable_page()
    return response


def unavailable_page_or_raise(error: Exception) -> HttpResponse:
    if unavailable_cause(error) is None:
        raise error
    return unavailable_page()


def unavailable_page() -> HttpResponse:
    """Return the 503 page, or its one sentence where even the template cannot be read."""
    # Without the request: context processors would ask for a user, and so for the database.
    try:
        response = HttpResponse(render_to_string("errors/503.html"), status=503)
    except TemplateDoesNotExist:
        response = HttpResponse(PLAIN_PAGE, status=503, content_type="text/plain")
    response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    response.headers["Cache-Control"] = "no-store"
    return response


def unavailable_cause(error: BaseException | None) -> psycopg2.Error | None:
    """Return the driver's error, among what led to `error`, that means there is no database to ask."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        if isinstance(error, psycopg2.Error) and means_unavailable(error):
            return error
        seen.add(id(error))
        error = error.__cause__ or error.__context__
    return None


def means_unavailable(error: psycopg2.Error) -> bool:
    """Tell a lost or refused connection from a statement that failed, such as a lock timeout."""
    if error.pgcode:
        return error.pgcode.startswith("08") or error.pgcode in UNAVAILABLE_SQLSTATES
    # Without an SQLSTATE, the server had no chance to send one: there is no connection, or it broke.
    return isinstance(error, psycopg2.OperationalError) or bool(LOST_CONNECTION.search(str(error)))
