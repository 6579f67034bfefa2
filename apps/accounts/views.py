"""The way in after sign-up, and the way to the code that proves an address."""

from allauth.account.internal.flows.email_verification_by_code import EmailVerificationProcess
from allauth.account.models import EmailAddress
from django.contrib.auth import login
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from apps.accounts.devices import remember_device
from apps.accounts.handovers import redeem_handover
from apps.accounts.models import User
from apps.events.recording import record
from apps.events.verbs import Verb
from lib.tenancy.middleware import request_tenant

MODEL_BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@require_safe
@never_cache
def welcome(request: HttpRequest, token: str) -> HttpResponse:
    """Sign in the person who has just signed up at www."""
    user = redeem_handover(token)
    if user is None:
        return render(request, "accounts/welcome_expired.html", status=410)
    with transaction.atomic():
        login(request, user, backend=MODEL_BACKEND)
        record(Verb.MEMBER_SIGNED_IN, user, actor=user)
    company = request_tenant(request)
    request.session["provisioned_ms"] = company.provisioned_ms if company else None
    send_code(request, user)
    response = redirect("dashboard:dashboard")
    remember_device(response, user)
    return response


@login_required
@require_safe
def confirm_email(request: HttpRequest) -> HttpResponse:
    """Lead to the page that asks for the code, sending a new one when the last has run out."""
    assert isinstance(request.user, User)
    if EmailAddress.objects.is_verified(request.user.email):
        return redirect("dashboard:dashboard")
    if EmailVerificationProcess.resume(request) is None:
        send_code(request, request.user)
    return redirect("account_email_verification_sent")


def send_code(request: HttpRequest, user: User) -> None:
    """Mail `user` a code for their address, which the next page asks for."""
    EmailVerificationProcess.initiate(request=request, user=user, email=user.email)
