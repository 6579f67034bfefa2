"""Tell somebody by mail where their workspaces are."""

import logging

from django.core.mail import send_mail
from django.template.loader import render_to_string

from apps.companies.directory import companies_of
from lib.security.rate_limits import is_over_limit
from lib.tenancy.urls import tenant_url, www_url

logger = logging.getLogger(__name__)


def mail_workspaces(email: str) -> None:
    """Mail `email` its workspaces, or that it has none: either way one mail, so that time tells nothing."""
    if is_over_limit("finder-mail", email.lower(), limit=3, seconds=3600):
        return
    workspaces = [
        {"name": company.company_name, "url": tenant_url(company)} for company in companies_of(email)
    ]
    template = "emails/finder_found.txt" if workspaces else "emails/finder_none.txt"
    context = {"workspaces": workspaces, "email": email, "signup_url": www_url("signup:signup")}
    try:
        send_mail("Your Terrace workspaces", render_to_string(template, context), None, [email])
    except (OSError, ValueError):  # all of smtplib's, and an address that cannot be written
        logger.exception("The list of workspaces could not be mailed")
