"""All tenants at once."""

import pytest

from apps.companies.models import Company
from lib.tenancy.exceptions import TenantDoesNotExistError
from lib.tenancy.fleet import get_tenant, provisioned_tenants
from lib.tenancy.provisioning import provisioning
from lib.tenancy.states import State

pytestmark = pytest.mark.usefixtures("real_transactions")


@pytest.fixture
def found():
    """`found("initech")` makes a company that is there until the test is over."""

    def make(subdomain):
        company = Company(
            subdomain=subdomain, company_name=subdomain, contact_name="Peter", contact_email="p@x.example"
        )
        with provisioning(company):
            pass
        return company

    return make


def test_a_tenant_is_got_by_its_subdomain(found):
    initech = found("initech")
    assert get_tenant("initech") == get_tenant("INITECH") == initech


def test_a_name_that_nobody_has_is_an_error_that_says_where_to_look():
    with pytest.raises(TenantDoesNotExistError, match=r"manage\.py tenants"):
        get_tenant("nobody")


@pytest.mark.parametrize(
    ("state", "is_there"),
    [
        (State.ACTIVE, True),
        (State.SUSPENDED, True),
        (State.RESERVED, False),
        (State.PROVISIONING, False),
        (State.FAILED, False),
    ],
)
def test_the_fleet_is_who_has_a_schema(found, state, is_there):
    initech = found("initech")
    initech.state = state
    initech.save()
    assert (initech in provisioned_tenants()) is is_there
