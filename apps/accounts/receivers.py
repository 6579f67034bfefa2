"""What follows when a member has proved an address."""

from typing import Any

from allauth.account.models import EmailAddress
from django.http import HttpRequest

from apps.companies.directory import add_member
from apps.companies.models import Company
from lib.tenancy.middleware import request_tenant


def list_in_directory(request: HttpRequest, email_address: EmailAddress, **kwargs: Any) -> None:
    """Let the finder name the company to the owner of the address: proved, since the mail is ours."""
    company = request_tenant(request)
    if isinstance(company, Company):
        add_member(company, email_address.email)
