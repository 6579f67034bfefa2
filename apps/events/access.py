"""Who may read what everybody did."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase

P = ParamSpec("P")
R = TypeVar("R", bound=HttpResponseBase)


def owner_required(
    view: Callable[Concatenate[HttpRequest, P], R],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Let in who owns the workspace: strangers are asked to sign in, other members get the 403 page."""

    @wraps(view)
    def for_owners(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> R:
        if not getattr(request.user, "is_owner", False):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return login_required(for_owners)
