"""Answer 400 to requests that no browser sends, before they become a 500 further in.

Tried on Django 5.2: NUL in the path or in the session cookie reaches the driver, which refuses it with a
ValueError; a multipart body in a charset such as "hex" makes the parser crash. What a form can say at the
field is left to lib.forms.
"""

import re

from django.core.exceptions import BadRequest
from django.http import HttpRequest
from django.utils.deprecation import MiddlewareMixin

MAX_QUERY_BYTES = 8_192
CONTROL = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
NUL_IN_QUERY = re.compile("%00|\x00")
# What a browser can name without lying about the bytes: UTF-8 and its subset.
CHARSETS = frozenset({"utf-8", "utf8", "us-ascii", "ascii"})


class HostileInputMiddleware(MiddlewareMixin):
    """Stands before whatever reads a cookie or the body: sessions, users, the CSRF check."""

    def process_request(self, request: HttpRequest) -> None:
        refuse_hostile_address(request)
        refuse_unknown_charset(request)
        drop_hostile_cookies(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        """Take text that a view handed to the database unchecked for what it is: the sender's fault."""
        if is_refusal_of_text(exception):
            raise BadRequest("The request contains text that cannot be stored.") from exception


def refuse_hostile_address(request: HttpRequest) -> None:
    """Raise BadRequest for a path or query that no page of ours could have asked for."""
    query: str = request.META.get("QUERY_STRING", "")
    if CONTROL.search(request.path_info):
        raise BadRequest("The path contains a control character.")
    if NUL_IN_QUERY.search(query):
        raise BadRequest("The query contains a NUL character.")
    if len(query) > MAX_QUERY_BYTES:
        raise BadRequest(f"The query has {len(query)} bytes; {MAX_QUERY_BYTES} are allowed.")


def refuse_unknown_charset(request: HttpRequest) -> None:
    charset = (request.content_params or {}).get("charset", "utf-8")
    if charset.lower() not in CHARSETS:
        # The page that says so looks for a CSRF token in the body, and must not read it again.
        request.content_type = ""
        raise BadRequest(f"The charset {charset!r} is not supported. Send UTF-8.")


def drop_hostile_cookies(request: HttpRequest) -> None:
    # Not a 400: the browser would send the cookie again with every request and never get out of it.
    for name, value in list(request.COOKIES.items()):
        if CONTROL.search(value):
            del request.COOKIES[name]


def is_refusal_of_text(exception: Exception) -> bool:
    """Tell whether the driver refused to send text: psycopg2 knows two reasons, neither a database error."""
    if isinstance(exception, UnicodeEncodeError):
        return exception.reason == "surrogates not allowed"
    return isinstance(exception, ValueError) and "cannot contain NUL" in str(exception)
