"""The WSGI application, for requests whose Content-Type alone would crash Django's."""

from typing import Any

from django.core import wsgi
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest


class TolerantRequest(WSGIRequest):
    """A request that treats an unreadable Content-Type as none.

    Django reads that header while it makes the request object, outside all middleware, so that
    `Content-Type: text/plain; a*=bogus''x` is a crash of the worker's request, not an answer.
    """

    def _set_content_type_params(self, meta: dict[str, Any]) -> None:
        try:
            super()._set_content_type_params(meta)  # type: ignore[misc]
        except (LookupError, ValueError):
            self.content_type, self.content_params = "", {}


def get_wsgi_application() -> WSGIHandler:
    """Return Django's WSGI application with requests that survive their headers."""
    application = wsgi.get_wsgi_application()
    application.request_class = TolerantRequest
    return application
