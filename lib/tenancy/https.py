"""The redirect to HTTPS, for hosts there are."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.middleware.security import SecurityMiddleware


def redirect_to_https(request: HttpRequest) -> HttpResponsePermanentRedirect | None:
    """Return the redirect to the same address with HTTPS where SECURE_SSL_REDIRECT asks for it, or None.

    To be asked when the host is known to be one of ours: Django's middleware stands outside of it all, and
    sends whoever asks for somebody else's host to that host.
    """
    if not settings.SECURE_SSL_REDIRECT or request.is_secure():
        return None
    # Made anew for each request: it reads five settings, and a kept one would not see them change in tests.
    return SecurityMiddleware(_nothing).process_request(request)


def _nothing(request: HttpRequest) -> HttpResponse:
    raise NotImplementedError
