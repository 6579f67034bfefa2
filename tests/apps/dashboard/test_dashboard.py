import pytest
from allauth.account.models import EmailAddress

from apps.contacts.models import Contact, Organisation
from lib.tenancy import tenant_context


@pytest.fixture
def dashboard(cast, at):
    """Alice's dashboard, as it is when it is asked for."""
    alice = at(cast.acme, as_=cast.alice)
    return lambda: alice.get("/")


def test_it_asks_strangers_to_sign_in(cast, at):
    response = at(cast.acme).get("/")
    assert response.status_code == 302
    assert response.url.startswith("/accounts/login/")


def test_it_counts_contacts_and_organisations_of_this_company_alone(cast, dashboard):
    with tenant_context(cast.acme):
        northwind = Organisation.objects.create(name="Northwind")
        Contact.objects.create(first_name="Ann", organisation=northwind)
        Contact.objects.create(first_name="Bill")
    with tenant_context(cast.globex):
        Contact.objects.create(first_name="Greta")
    context = dashboard().context
    assert (context["contact_count"], context["organisation_count"]) == (2, 1)


def test_it_shows_the_five_newest_contacts(cast, dashboard):
    with tenant_context(cast.acme):
        for name in ("Ann", "Bill", "Cleo", "Dan", "Eve", "Fay"):
            Contact.objects.create(first_name=name)
    newest = [contact.first_name for contact in dashboard().context["recent_contacts"]]
    assert newest == ["Fay", "Eve", "Dan", "Cleo", "Bill"]


def test_it_tells_once_how_long_the_workspace_took_to_build(cast, at):
    alice = at(cast.acme, as_=cast.alice)
    with tenant_context(cast.acme):
        session = alice.session
        session["provisioned_ms"] = 32
        session.save()
    assert alice.get("/").context["provisioned_ms"] == 32
    assert alice.get("/").context["provisioned_ms"] is None


@pytest.mark.parametrize("verified", [True, False])
def test_it_knows_whether_the_address_is_verified(cast, dashboard, verified):
    with tenant_context(cast.acme):
        EmailAddress.objects.update_or_create(
            user=cast.alice, email=cast.alice.email, defaults={"verified": verified, "primary": True}
        )
    assert dashboard().context["email_verified"] is verified


def test_it_takes_the_same_few_queries_however_many_contacts(cast, dashboard, django_assert_num_queries):
    with tenant_context(cast.acme):
        for number in range(20):
            organisation = Organisation.objects.create(name=f"Northwind {number}")
            Contact.objects.create(first_name=f"Ann {number}", organisation=organisation)
    # session, user, two counts, the newest contacts, the address
    with django_assert_num_queries(6):
        dashboard()
