"""Two companies to look at, with a few contacts each."""

from dataclasses import dataclass

from apps.accounts.members import create_verified_member
from apps.accounts.models import User
from apps.companies.directory import add_member
from apps.companies.models import Company
from apps.demo.contacts import create_demo_contacts
from apps.demo.events import create_demo_events
from lib.tenancy.exceptions import SubdomainTakenError
from lib.tenancy.provisioning import provisioning

DEMO_PASSWORD = "let-me-in-2026"  # noqa: S105 - shown on purpose, in development only


@dataclass(frozen=True)
class DemoCompany:
    subdomain: str
    company_name: str
    members: tuple[tuple[str, str], ...]  # full name and e-mail address; the first is the owner


DEMO_COMPANIES = (
    DemoCompany("acme", "Acme", (("Alice Archer", "alice@acme.example"), ("Bob Baker", "bob@acme.example"))),
    DemoCompany("globex", "Globex", (("Charlie Cole", "charlie@globex.example"),)),
)


def ensure_demo_company(demo: DemoCompany) -> Company:
    """Return the company of this description, made first if it is missing."""
    if company := Company.find_by_subdomain(demo.subdomain):
        return company
    try:
        return _create(demo)
    except SubdomainTakenError:
        # Another `make run` of this checkout was quicker.
        return Company.objects.get(subdomain=demo.subdomain)


def _create(demo: DemoCompany) -> Company:
    owner_name, owner_email = demo.members[0]
    company = Company(
        subdomain=demo.subdomain,
        company_name=demo.company_name,
        contact_name=owner_name,
        contact_email=owner_email,
    )
    with provisioning(company):
        users = [_join(company, name, email) for name, email in demo.members]
        create_demo_contacts(demo.subdomain, users[0])
        create_demo_events(demo.company_name, users)
    return company


def _join(company: Company, full_name: str, email: str) -> User:
    add_member(company, email)
    is_owner = email == company.contact_email
    return create_verified_member(full_name=full_name, email=email, password=DEMO_PASSWORD, is_owner=is_owner)
