"""How allauth behaves inside a company."""

import logging
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.http import url_has_allowed_host_and_scheme

from apps.accounts.attempts import count_attempt, forget_attempts
from apps.accounts.devices import remember_device
from apps.accounts.models import User
from apps.events.recording import record
from apps.events.verbs import Verb
from lib.tenancy.middleware import request_tenant

logger = logging.getLogger(__name__)

TOO_MANY_WRONG_PASSWORDS = (
    "Too many failed attempts. Wait a few minutes and try again, or set a new password."
)
NOT_SENT = "We could not send you the mail. Please try again in a while."


class AccountAdapter(DefaultAccountAdapter):
    # allauth has one sentence for three things.
    error_messages = DefaultAccountAdapter.error_messages | {
        "too_many_wrong_passwords": TOO_MANY_WRONG_PASSWORDS,
        "too_many_login_attempts": "Too many wrong codes. Begin again to get a new one.",
    }

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count the attempt before the password is looked at: of many at once, none slips through."""
        # allauth rolls back what this attribute holds when the password was right.
        self._login_failed_rl_usage = count_attempt(request, credentials.get("email", ""))
        if self._login_failed_rl_usage is None:
            raise self.validation_error("too_many_wrong_passwords")

    def _delete_login_attempts_cached_email(self, request: HttpRequest, **credentials: Any) -> None:
        # Called when a new password was set by a code from the mail.
        forget_attempts(request, credentials["email"])

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        response: HttpResponse = super().post_login(request, user, **kwargs)
        remember_device(response, user)
        return response

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Companies are founded at www; nobody joins one from the street."""
        return False

    def is_safe_url(self, url: str) -> bool:
        """Redirect only inside this host: a sibling company is as foreign as any other site."""
        host = self.request.get_host()
        if not url_has_allowed_host_and_scheme(url, {host}, require_https=self.request.is_secure()):
            return False
        parts = urlsplit(url)
        # From the root: what a browser takes for a path here, a proxy may glue to a host.
        return parts.netloc in ("", host) and parts.path.startswith("/") and not parts.path.startswith("//")

    def login(self, request: HttpRequest, user: User) -> None:
        with transaction.atomic():
            super().login(request, user)
            record(Verb.MEMBER_SIGNED_IN, user, actor=user)

    def logout(self, request: HttpRequest) -> None:
        user = request.user
        assert isinstance(user, User)  # allauth asks before
        with transaction.atomic():
            super().logout(request)
            record(Verb.MEMBER_SIGNED_OUT, user, actor=user)

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        # What was typed for an address is one: the form has looked. A password is stored nowhere.
        email = str(credentials.get("email", "")).lower()
        record(Verb.MEMBER_SIGN_IN_FAILED, User.objects.filter(email=email).first(), text=email)

    def set_password(self, user: User, password: str) -> None:
        with transaction.atomic():
            super().set_password(user, password)
            record(Verb.MEMBER_PASSWORD_CHANGED, user, actor=user)

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        with transaction.atomic():
            is_confirmed = bool(super().confirm_email(request, email_address))
            if is_confirmed:
                user = email_address.user
                record(Verb.MEMBER_EMAIL_VERIFIED, user, text=email_address.email, actor=user)
        return is_confirmed

    def format_email_subject(self, subject: str) -> str:
        company = request_tenant(self.request)
        # The address, not the name: a name is anybody's text, and the mail may go to a stranger.
        return f"[{company.subdomain}] {subject}" if company else subject

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send, or say on the page that it could not be sent: a mail server that is away costs no more."""
        try:
            super().send_mail(template_prefix, email, {"company": request_tenant(self.request), **context})
        except (OSError, ValueError):  # all of smtplib's, and an address that cannot be written
            logger.exception("A mail of the kind %s could not be sent", template_prefix)
            messages.error(self.request, NOT_SENT)
