"""Found a company: its row, its schema and its first owner, or nothing at all."""

from django.contrib.auth.hashers import make_password

from apps.accounts.handovers import issue_handover
from apps.accounts.members import create_owner
from apps.companies.models import Company
from apps.events.recording import record
from apps.events.verbs import Verb
from lib.commands import send_command
from lib.tenancy.provisioning import provisioning
from lib.tenancy.servers import server_for_new_tenant
from lib.tenancy.urls import tenant_url


def sign_up(*, company_name: str, subdomain: str, contact_name: str, email: str, password: str) -> str:
    """Found the company and return the address that lets its owner in.

    Raises:
        SubdomainTakenError: somebody else has it, or was quicker.
        TemplateMissingError, ProvisioningError: see `lib.tenancy.provisioning`.
    """
    # Before the transaction opens: it takes longer than everything in it, and others may wait for us.
    password_hash = make_password(password)
    company = Company(
        company_name=company_name,
        subdomain=subdomain,
        contact_name=contact_name,
        contact_email=email,
        server=server_for_new_tenant(Company),
    )
    with provisioning(company):
        owner = create_owner(full_name=contact_name, email=email, password_hash=password_hash)
        record(Verb.WORKSPACE_FOUNDED, owner, text=company_name, actor=owner)
        token = issue_handover(owner)
        # Part of the one transaction: no mail without a company, and no company without its mail.
        send_command("mail_welcome", owner.pk)
    return tenant_url(company, "accounts:welcome", token=token)
