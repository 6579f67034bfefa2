import logging

from django.conf import settings
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_safe

from apps.signup.availability import is_taken
from apps.signup.forms import SignupForm, taken_message
from apps.signup.services import sign_up
from lib.security.csp import CSP, build_policy
from lib.security.database_unavailable import unavailable_cause
from lib.security.rate_limits import rate_limited
from lib.tenancy.exceptions import (
    InvalidSubdomainError,
    ProvisioningError,
    SubdomainTakenError,
    TemplateMissingError,
)
from lib.tenancy.subdomains import MAX_LABEL_CHARACTERS, clean_subdomain
from lib.tenancy.urls import tenant_origin

logger = logging.getLogger(__name__)

NOT_MADE = (
    "We could not prepare your workspace. Nothing was kept of the attempt: please try again in a minute."
)


@sensitive_post_parameters("password")
@never_cache
@rate_limited("signup", limit=20, seconds=3600, methods=["POST"])
def signup(request: HttpRequest) -> HttpResponse:
    """Found a company and take its owner there."""
    form = SignupForm(
        request.POST if request.method == "POST" else None,
        initial={"subdomain": request.GET.get("subdomain", "")[:MAX_LABEL_CHARACTERS]},
    )
    if form.is_valid():
        try:
            return redirect(
                sign_up(
                    company_name=form.company_name(),
                    subdomain=form.subdomain(),
                    contact_name=form.contact_name(),
                    email=form.email(),
                    password=form.password(),
                )
            )
        except SubdomainTakenError:
            form.say_taken()
        except (ProvisioningError, TemplateMissingError, OperationalError) as error:
            if unavailable_cause(error):
                raise  # there is a page for a database that is away
            logger.exception("Sign-up of a company failed")
            form.add_error(None, str(error) if isinstance(error, TemplateMissingError) else NOT_MADE)
    page = render(request, "signup/signup.html", {"form": form}, status=422 if form.errors else 200)
    # The form's answer leads to another host, and browsers hold that against form-action too.
    policy = {**settings.SECURE_CSP, "form-action": ["'self'", tenant_origin("*")]}
    page.headers[str(CSP.HEADER_ENFORCE)] = build_policy(policy)
    return page


@require_safe
@rate_limited("availability", limit=60, seconds=60)
def availability(request: HttpRequest) -> HttpResponse:
    """Say, while somebody types, whether the subdomain can be had."""
    try:
        subdomain = clean_subdomain(request.GET.get("subdomain", ""))
    except InvalidSubdomainError as error:
        context = {"available": False, "message": error.reason}
    else:
        taken = is_taken(subdomain)
        message = taken_message(subdomain) if taken else f"{subdomain} is free."
        context = {"subdomain": subdomain, "available": not taken, "message": message}
    return render(request, "signup/_availability.html", context)
