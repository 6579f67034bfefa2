"""Take a person who signed up at www over to their company's own host, signed in.

Cookies are host-only, so www cannot sign anybody in there. It passes a token instead, whose digest is a
row of the company's schema: no other company can know it. It works once, for HANDOVER_SECONDS.
"""

import hashlib
import secrets
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from apps.accounts.models import Handover, User


def issue_handover(user: User) -> str:
    """Return a token that signs `user` in once. To be called under the user's company."""
    token = secrets.token_urlsafe(32)
    expires_at = timezone.now() + timedelta(seconds=settings.HANDOVER_SECONDS)
    Handover.objects.create(user=user, token_digest=_digest(token), expires_at=expires_at)
    return token


def redeem_handover(token: str) -> User | None:
    """Return the user the token was issued for, and make it worthless; None if it is already, or not ours."""
    handover = Handover.objects.select_related("user").filter(token_digest=_digest(token)).first()
    if handover is None:
        return None
    deleted, _ = Handover.objects.filter(pk=handover.pk).delete()
    is_ours_alone = deleted == 1  # of two who come at once, one deletes the row
    if is_ours_alone and handover.expires_at > timezone.now() and handover.user.is_active:
        return handover.user
    return None


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()
