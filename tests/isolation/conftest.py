"""Twins: a row at Acme and one at Globex with the same key, so that only their companies differ."""

from dataclasses import dataclass

import pytest

from apps.companies.models import Company
from apps.contacts.models import Contact, Organisation
from lib.tenancy import tenant_context

PK = 900_007


@dataclass
class Twins:
    acme: Company
    globex: Company
    acmes: Organisation
    globexs: Organisation
    acmes_contact: Contact
    globexs_contact: Contact

    def names(self, company: Company) -> list[tuple[str, str]]:
        """Return all that the tests here could have changed at a company."""
        with tenant_context(company):
            organisations = Organisation.objects.order_by("pk").values_list("name", "city")
            contacts = Contact.objects.order_by("pk").values_list("last_name", "organisation__name")
            return [*organisations, *contacts]


def _make(company: Company) -> tuple[Organisation, Contact]:
    with tenant_context(company):
        organisation = Organisation.objects.create(pk=PK, name=f"Client of {company.company_name}")
        return organisation, Contact.objects.create(pk=PK, last_name="Gibbons", organisation=organisation)


@pytest.fixture
def twins(cast):
    acmes, globexs = _make(cast.acme), _make(cast.globex)
    return Twins(cast.acme, cast.globex, acmes[0], globexs[0], acmes[1], globexs[1])


@pytest.fixture
def nothing_changes(twins):
    """Compare, after the test, both companies with what they were."""
    before = twins.names(twins.acme), twins.names(twins.globex)
    yield
    assert (twins.names(twins.acme), twins.names(twins.globex)) == before
