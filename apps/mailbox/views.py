"""Mail that was "sent" in development, to be read in the browser."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from apps.mailbox.messages import StoredMessage, find_message, list_messages
from lib.security.csp import CSP, build_policy

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]

# The mail's own styles and nothing else: no script, no picture from elsewhere, no form.
HTML_POLICY = build_policy(
    {
        "sandbox": True,
        "default-src": CSP.NONE,
        "style-src": CSP.UNSAFE_INLINE,
        "img-src": "data:",
        "form-action": CSP.NONE,
        "base-uri": CSP.NONE,
        "frame-ancestors": CSP.SELF,
    }
)


def development_only(view: View[P]) -> View[P]:
    """Answer 404 where DEBUG is off, whatever the URLs say: these mails carry links that sign people in."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not settings.DEBUG:
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


@development_only
@require_safe
@never_cache
def index(request: HttpRequest) -> HttpResponse:
    return render(request, "mailbox/index.html", {"messages_found": list_messages()})


@development_only
@require_safe
@never_cache
def message(request: HttpRequest, name: str) -> HttpResponse:
    return render(request, "mailbox/message.html", {"message": get_message(name)})


@development_only
@require_safe
@never_cache
@xframe_options_sameorigin
def html(request: HttpRequest, name: str) -> HttpResponse:
    """Return the HTML part alone, for the frame in the message's page."""
    response = HttpResponse(get_message(name).html)
    response.headers[str(CSP.HEADER_ENFORCE)] = HTML_POLICY
    return response


def get_message(name: str) -> StoredMessage:
    found = find_message(name)
    if found is None:
        raise Http404(f"There is no mail called {name!r}.")
    return found
