"""The pages for requests that reach no tenant: rendered before sessions, users and any tenant's rows."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from lib.tenancy.conf import base_domain
from lib.tenancy.exceptions import HostError, MalformedHostError
from lib.tenancy.models import TenantModel
from lib.tenancy.states import State
from lib.tenancy.urls import www_url

RETRY_SECONDS = 5
_LONGER_RETRY_SECONDS = 60
_SHOWN_CHARACTERS = 80


def host_refusal(request: HttpRequest, host: str, error: HostError) -> HttpResponse:
    """Return the 400 page for a host that is none, or the 404 page for one that nobody has."""
    if isinstance(error, MalformedHostError):
        return _page("malformed", 400, {"host": host[:_SHOWN_CHARACTERS]})
    subdomain = host.lower().partition(":")[0].removesuffix(f".{base_domain()}")
    context = {"host": host[:_SHOWN_CHARACTERS], "subdomain": None if "." in subdomain else subdomain}
    return _page("unknown", 404, context)


def bare_domain_refusal() -> HttpResponse:
    """Return the 405 page for what is sent to the bare domain: no page of ours sends there."""
    response = _page("bare", 405, {})
    response["Allow"] = "GET, HEAD"
    return response


def state_refusal(tenant: TenantModel) -> HttpResponse | None:
    """Return the page that says why `tenant` cannot be entered now, or None when it can."""
    context = {"tenant": tenant}
    if tenant.state == State.SUSPENDED:
        return _page("suspended", 403, context)
    if tenant.state in (State.RESERVED, State.PROVISIONING):
        return _page("preparing", 503, context, retry_seconds=RETRY_SECONDS)
    if tenant.state == State.FAILED:
        # To the public there is no such workspace: the next person who wants the name gets it.
        return _page("unknown", 404, {"host": tenant.subdomain, "subdomain": tenant.subdomain})
    if tenant.is_behind:
        return _page("behind", 503, context, retry_seconds=_LONGER_RETRY_SECONDS)
    return None


def _page(
    name: str, status: int, context: dict[str, Any], *, retry_seconds: int | None = None
) -> HttpResponse:
    context |= {
        "www_url": www_url(),
        "signup_url": www_url("signup:signup"),
        "finder_url": www_url("www:finder"),
    }
    # Without the request: context processors would ask for a user, and so for a session.
    response = HttpResponse(render_to_string(f"tenancy/{name}.html", context), status=status)
    response["Cache-Control"] = "no-store"
    if retry_seconds is not None:
        response["Retry-After"] = str(retry_seconds)
    return response
