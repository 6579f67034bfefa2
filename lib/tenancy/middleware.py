"""Give every request its tenant, or the page that says why it has none."""

from collections.abc import Awaitable, Callable
from typing import TypeAlias, cast

from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.http.response import HttpResponseBase
from django.utils.deprecation import MiddlewareMixin

from lib.tenancy.conf import base_domain, tenant_urlconf
from lib.tenancy.context import tenant_context
from lib.tenancy.exceptions import HostError
from lib.tenancy.hosts import PUBLIC_LABEL, host_name
from lib.tenancy.https import redirect_to_https
from lib.tenancy.locale import LocaleOfRequest
from lib.tenancy.models import TenantModel
from lib.tenancy.refusals import bare_domain_refusal, host_refusal, state_refusal
from lib.tenancy.resolver import find_tenant
from lib.tenancy.streaming import keep_tenant_while_streaming
from lib.tenancy.urls import tenant_origin

Answer: TypeAlias = HttpResponseBase | Awaitable[HttpResponseBase]


class TenantMiddleware(MiddlewareMixin):
    """Set `request.tenant`: the tenant's row on its own host, None on the public site.

    Stands after the middleware that adds security headers, so that refusals carry them, and before
    sessions, which are rows of a tenant.
    """

    def __call__(self, request: HttpRequest) -> Answer:
        if self.async_mode:
            return self.__acall__(request)
        with LocaleOfRequest():
            return admit(request) or self._answer(request)

    async def __acall__(self, request: HttpRequest) -> HttpResponseBase:
        with LocaleOfRequest():
            return await sync_to_async(admit)(request) or await self._async_answer(request)

    def _answer(self, request: HttpRequest) -> HttpResponseBase:
        tenant = request_tenant(request)
        get_response = cast(Callable[[HttpRequest], HttpResponseBase], self.get_response)
        if tenant is None:
            return get_response(request)
        with tenant_context(tenant) as active:
            return keep_tenant_while_streaming(get_response(request), active)

    async def _async_answer(self, request: HttpRequest) -> HttpResponseBase:
        tenant = request_tenant(request)
        get_response = cast(Callable[[HttpRequest], Awaitable[HttpResponseBase]], self.get_response)
        if tenant is None:
            return await get_response(request)
        with tenant_context(tenant) as active:
            return keep_tenant_while_streaming(await get_response(request), active)


def admit(request: HttpRequest) -> HttpResponse | None:
    """Set the request's tenant and URLs by its Host header, or return the page that refuses it."""
    # Never SERVER_NAME: that is what this server calls itself, not what the client asked for.
    host = request.META.get("HTTP_HOST", "")
    try:
        tenant = find_tenant(host)
    except HostError as error:
        return host_refusal(request, host, error)
    request.tenant = tenant  # type: ignore[attr-defined]
    # Before www: browsers preload HTTPS only for a domain whose bare form redirects to itself first.
    if (redirect := redirect_to_https(request)) is not None:
        return redirect
    if tenant is None:
        return _lead_to_www(request, host)
    request.urlconf = tenant_urlconf()
    return state_refusal(tenant)


def request_tenant(request: HttpRequest) -> TenantModel | None:
    """Return the tenant that the middleware found for `request`, or None on the public site."""
    return cast(TenantModel | None, getattr(request, "tenant", None))


def _lead_to_www(request: HttpRequest, host: str) -> HttpResponse | None:
    # One public site, one address: cookies are host-only, so the bare domain would be a second site.
    if host_name(host) != base_domain():
        return None
    if request.method in ("GET", "HEAD"):
        return HttpResponsePermanentRedirect(tenant_origin(PUBLIC_LABEL) + request.get_full_path())
    return bare_domain_refusal()
