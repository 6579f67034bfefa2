"""A company's own domain leads to it once somebody has proved that it is theirs."""

import pytest
from django.db import IntegrityError
from django.utils import timezone

from apps.companies.models import Company, Domain
from lib.tenancy import tenant_context
from lib.tenancy.resolver import forget_tenant
from lib.tenancy.testing import HostClient

pytestmark = pytest.mark.usefixtures("cast")


@pytest.fixture(autouse=True)
def nothing_remembered():
    """What the last test had is rolled back, and the process remembers hosts for some seconds."""
    forget_tenant()
    yield
    forget_tenant()


@pytest.fixture
def crm():
    """`crm(verified=True)`: the domain crm.acme.example, entered by Acme."""

    def enter(*, verified, name="crm.acme.example"):
        return Domain.objects.create(
            company=Company.find_by_subdomain("acme"),
            name=name,
            verified_at=timezone.now() if verified else None,
        )

    return enter


def visit(host, path="/accounts/login/"):
    return HostClient(HTTP_HOST=host).get(path)


@pytest.mark.parametrize("host", ["crm.acme.example", "CRM.Acme.Example", "crm.acme.example:8000"])
def test_a_verified_domain_leads_to_its_company(crm, host):
    crm(verified=True)
    response = visit(host)
    assert response.status_code == 200
    assert "Sign in to Acme" in response.content.decode()


def test_an_unverified_one_leads_nowhere(crm):
    crm(verified=False)
    response = visit("crm.acme.example")
    assert response.status_code == 404
    assert "Acme" not in response.content.decode().replace("crm.acme.example", "")


@pytest.mark.parametrize(
    "host",
    [
        "acme.example",
        "x.crm.acme.example",
        "crm.acme.example.evil.org",
        "crm.acme.example.",
        "crm-acme.example",
    ],
)
def test_nor_does_a_name_that_resembles_it(crm, host):
    crm(verified=True)
    assert visit(host).status_code in (400, 404)


def test_no_domain_takes_the_place_of_a_subdomain(cast, crm):
    crm(verified=True, name="globex.localhost")
    crm(verified=True, name="www.localhost")
    crm(verified=True, name="localhost")
    assert "Sign in to Globex" in visit("globex.localhost").content.decode()
    assert visit("www.localhost", "/").wsgi_request.tenant is None
    assert visit("localhost", "/").status_code == 301


def test_a_domain_belongs_to_one_company(crm):
    crm(verified=False)
    with pytest.raises(IntegrityError):
        Domain.objects.create(company=Company.find_by_subdomain("globex"), name="crm.acme.example")


@pytest.mark.parametrize("name", ["CRM.acme.example", "crm.Acme.example", "CRM.ÄCME.example"])
def test_a_name_in_capitals_is_refused_by_the_database(crm, name):
    crm(verified=False, name=name.lower())
    Domain.objects.all().delete()
    with pytest.raises(IntegrityError, match="domain_name_is_lower_case"):
        crm(verified=False, name=name)


def test_people_work_at_it_as_at_the_other_address(cast, crm):
    crm(verified=True)
    client = HostClient(HTTP_HOST="crm.acme.example")
    with tenant_context(cast.acme):
        client.force_login(cast.alice)
    response = client.get("/contacts/")
    assert response.status_code == 200
    assert response.wsgi_request.tenant == cast.acme


def test_a_suspended_company_is_closed_there_too(crm):
    crm(verified=True)
    Company.objects.filter(subdomain="acme").update(state="suspended")
    assert visit("crm.acme.example").status_code == 403


def test_next_to_the_other_address_of_the_same_company_is_elsewhere(cast, crm):
    crm(verified=True)
    client = HostClient(HTTP_HOST="crm.acme.example")
    with tenant_context(cast.acme):
        client.force_login(cast.alice)
    response = client.post("/accounts/logout/", {"next": "http://acme.localhost:8000/"})
    assert response.url == "/accounts/login/"
