"""Whether a subdomain can still be had."""

from apps.companies.models import Company
from lib.tenancy.conf import MASTER_ALIAS
from lib.tenancy.states import State
from lib.tenancy.subdomains import MAX_LABEL_CHARACTERS, clean_subdomain


def is_taken(subdomain: str) -> bool:
    """Return whether a company has `subdomain`. One that failed to be made does not keep it."""
    rows = Company.objects.using(MASTER_ALIAS).filter(subdomain=subdomain)
    return rows.exclude(state=State.FAILED).exists()


def free_alternative(subdomain: str) -> str:
    """Return a free subdomain like the one that is taken, or "" if none is near."""
    # Without a hyphen at the end, which the next one would double.
    stem = clean_subdomain(subdomain)[: MAX_LABEL_CHARACTERS - 2].rstrip("-")
    wanted = [f"{stem}-{number}" for number in range(2, 10)]
    rows = Company.objects.using(MASTER_ALIAS).filter(subdomain__in=wanted)
    taken = set(rows.values_list("subdomain", flat=True))
    return next((name for name in wanted if name not in taken), "")
