"""Headers of every answer. These stand outermost, so that refusals of inner middleware carry them too."""

from collections.abc import Collection, Mapping

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware import security
from django.utils.deprecation import MiddlewareMixin

from lib.security.csp import CSP, Policy, build_policy

# Django's own error pages for developers bring inline styles and scripts.
DEBUG_PAGE_SENTENCE = b"because you have <code>DEBUG = True</code>"


class SecurityMiddleware(security.SecurityMiddleware):
    """Django's without its redirect to HTTPS, which is for who knows the hosts there are.

    Out here it would promise an HTTPS site to whatever host a request names.
    """

    def process_request(self, request: HttpRequest) -> None:
        return None


class ContentSecurityPolicyMiddleware(MiddlewareMixin):
    """Add the policies of SECURE_CSP and SECURE_CSP_REPORT_ONLY; a view may have set its own header."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if is_debug_page(response):
            return response
        enforced: Policy = getattr(settings, "SECURE_CSP", {})
        reported: Policy = getattr(settings, "SECURE_CSP_REPORT_ONLY", {})
        for header, config in ((CSP.HEADER_ENFORCE, enforced), (CSP.HEADER_REPORT_ONLY, reported)):
            if config:
                response.headers.setdefault(str(header), build_policy(config))
        return response


class PermissionsPolicyMiddleware(MiddlewareMixin):
    """Add the header of PERMISSIONS_POLICY, a dict of feature to the origins that may use it."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        config: Mapping[str, Collection[str]] = getattr(settings, "PERMISSIONS_POLICY", {})
        if config:
            response.headers.setdefault("Permissions-Policy", build_permissions_policy(config))
        return response


class PrivateCacheMiddleware(MiddlewareMixin):
    """Forbid storing pages of a tenant, unless the view says otherwise: they are for one person's eyes.

    Stands inside the tenancy middleware, which sets `request.tenant`.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if getattr(request, "tenant", None) is not None:
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response


def build_permissions_policy(config: Mapping[str, Collection[str]]) -> str:
    """Return the header's value: `self` and `*` are keywords, other origins are quoted, no origin is `()`."""
    return ", ".join(
        f"{feature}=({' '.join(_quoted(origin) for origin in origins)})"
        for feature, origins in config.items()
    )


def _quoted(origin: str) -> str:
    return origin if origin in ("self", "*") else f'"{origin}"'


def is_debug_page(response: HttpResponseBase) -> bool:
    """Tell whether Django made this answer to show an error to a developer."""
    return (
        settings.DEBUG
        and response.status_code >= 400
        and isinstance(response, HttpResponse)
        and DEBUG_PAGE_SENTENCE in response.content
    )
