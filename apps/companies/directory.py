"""Which companies a person is a member of. Master keeps digests of addresses: it knows no people."""

from django.db.models import QuerySet
from django.utils.crypto import salted_hmac

from apps.companies.models import Company, DirectoryEntry
from lib.tenancy.conf import MASTER_ALIAS
from lib.tenancy.states import State


def email_digest(email: str) -> str:
    """Return the keyed digest of an address, in any letter case."""
    return salted_hmac("apps.companies.directory", email.strip().lower(), algorithm="sha256").hexdigest()


def add_member(company: Company, email: str) -> None:
    """Note that the owner of `email` is a member of `company`, on the connection that `company` came from."""
    entries = DirectoryEntry.objects.using(company._state.db)
    entries.get_or_create(company_id=company.pk, email_digest=email_digest(email))


def companies_of(email: str) -> QuerySet[Company]:
    """Return the open companies that the owner of `email` is a member of, by name."""
    rows = Company.objects.using(MASTER_ALIAS).filter(state=State.ACTIVE)
    return rows.filter(directory__email_digest=email_digest(email)).order_by("company_name")
