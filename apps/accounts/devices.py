"""Browsers in which a member has signed in before, so that guessing elsewhere does not lock their owner out.

Source: OWASP, "Slow Down Online Guessing Attacks with Device Cookies".
"""

import secrets

from django.conf import settings
from django.core.signing import BadSignature
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.crypto import salted_hmac

from apps.accounts.models import User
from lib.tenancy import signing

_SALT = "apps.accounts.devices"
_MAX_AGE_SECONDS = 180 * 24 * 60 * 60


def remember_device(response: HttpResponseBase, user: User) -> None:
    """Mark the browser that gets `response` as one of this member's. It signs nobody in."""
    # Each sign-in makes a new name, which is all that attempts are counted by.
    known = {"name": secrets.token_urlsafe(16), "owner": _digest(user.email)}
    response.set_cookie(
        settings.DEVICE_COOKIE_NAME,
        signing.dumps(known, salt=_SALT),
        max_age=_MAX_AGE_SECONDS,
        secure=settings.HTTPS,
        httponly=True,
        samesite="Lax",
    )


def find_device(request: HttpRequest, login: str) -> str | None:
    """Return the name of the browser if the member with the address `login` has signed in there, or None."""
    try:
        known = signing.loads(
            request.COOKIES.get(settings.DEVICE_COOKIE_NAME, ""), salt=_SALT, max_age_seconds=_MAX_AGE_SECONDS
        )
    except BadSignature:
        return None
    return str(known["name"]) if known["owner"] == _digest(login) else None


def _digest(email: str) -> str:
    # Keyed, so that who finds the cookie cannot try addresses.
    return salted_hmac(_SALT, email.strip().lower(), algorithm="sha256").hexdigest()
