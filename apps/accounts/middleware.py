"""When a session ends while a page is open."""

from urllib.parse import urlsplit

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.deprecation import MiddlewareMixin
from django_htmx.http import HttpResponseClientRefresh

from lib.tenancy.middleware import request_tenant


class SignedOutFragmentMiddleware(MiddlewareMixin):
    """Reload the page where htmx would put the sign-in page into a corner of it.

    The reloaded page is then led to sign-in, and back to where it was.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if "HX-Request" not in request.headers or request_tenant(request) is None:
            return response
        leads_to = urlsplit(response.headers.get("Location", "")).path
        return HttpResponseClientRefresh() if leads_to == reverse("account_login") else response
