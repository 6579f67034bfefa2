"""What follows when a member has proved an address, or has changed to another."""

from typing import Any

from allauth.account.models import EmailAddress
from django.http import HttpRequest

from apps.accounts.models import User
from apps.companies.directory import add_member
from apps.companies.models import Company
from apps.events.recording import record
from apps.events.verbs import Verb
from lib.tenancy.middleware import request_tenant


def list_in_directory(request: HttpRequest, email_address: EmailAddress, **kwargs: Any) -> None:
    """Let the finder name the company to the owner of the address: proved, since the mail is ours."""
    company = request_tenant(request)
    if isinstance(company, Company):
        add_member(company, email_address.email)


def record_email_change(
    user: User, from_email_address: EmailAddress | None, to_email_address: EmailAddress, **kwargs: Any
) -> None:
    """Record both addresses: the one that was goes with the change."""
    before = from_email_address.email if from_email_address else None
    record(Verb.MEMBER_EMAIL_CHANGED, user, changes={"email": [before, to_email_address.email]})
