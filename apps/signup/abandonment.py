"""Companies that somebody founded and left before anybody proved an address."""

from collections.abc import Iterator
from datetime import timedelta

from allauth.account.models import EmailAddress
from django.conf import settings
from django.utils import timezone

from apps.companies.models import Company
from lib.tenancy.conf import MASTER_ALIAS
from lib.tenancy.context import tenant_context
from lib.tenancy.removal import remove_tenant
from lib.tenancy.states import State


def remove_abandoned() -> Iterator[Company]:
    """Remove each company older than ABANDONED_AFTER_DAYS in which no member has proved an address.

    Yields each as it was. With 0 days none is abandoned.
    """
    days = settings.ABANDONED_AFTER_DAYS
    if not days:
        return
    old = Company.objects.using(MASTER_ALIAS).filter(created_at__lt=timezone.now() - timedelta(days=days))
    for company in old.filter(state=State.ACTIVE).order_by("pk"):
        if _is_unproved(company) and _close(company):
            remove_tenant(company)
            yield company


def _close(company: Company) -> bool:
    """Let nobody in any more, and return whether the address was not proved at the last moment."""
    _set_state(company, State.SUSPENDED)
    if _is_unproved(company):
        return True
    _set_state(company, State.ACTIVE)
    return False


def _set_state(company: Company, state: State) -> None:
    company.state = state
    company.save(using=MASTER_ALIAS, update_fields=["state"])


def _is_unproved(company: Company) -> bool:
    with tenant_context(company):
        return not EmailAddress.objects.filter(verified=True).exists()
