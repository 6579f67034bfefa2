"""Every page of this app, asked by Charlie of Globex for what belongs to Acme."""

import pytest

from apps.contacts.models import Contact, Organisation
from lib.tenancy import tenant_context
from tests.apps.contacts.pages import address_of, contact_form, names_on, shows


@pytest.mark.parametrize("page", ["", "edit/", "delete/", "notes/"])
def test_it_hides_contacts_of_other_companies(alice, charlie, acme_contact, page):
    contact = acme_contact("Ann Lee")
    address = f"{address_of(contact)}{page}"
    assert alice.get(address).status_code == 200
    assert charlie.get(address).status_code == 404
    assert charlie.post(address, contact_form(contact, body="Hello")).status_code in {404, 405}


@pytest.mark.parametrize("page", ["", "edit/", "delete/"])
def test_it_hides_organisations_of_other_companies(alice, charlie, acme_organisation, page):
    address = f"{address_of(acme_organisation('Northwind'))}{page}"
    assert alice.get(address).status_code == 200
    assert charlie.get(address).status_code == 404


def test_it_hides_notes_of_other_companies(cast, alice, charlie, acme_contact, acme_note):
    contact = acme_contact("Ann Lee")
    note = acme_note(contact, author=cast.alice)
    address = f"/contacts/{contact.pk}/notes/{note.pk}/delete/"
    assert alice.get(address).status_code == 200
    assert charlie.post(address).status_code == 404


def test_it_lists_finds_and_exports_nothing_of_other_companies(
    alice, charlie, acme_contact, acme_organisation
):
    acme_contact("Ann Lee", organisation=acme_organisation("Northwind"))
    assert names_on(alice.get("/contacts/")) == ["Ann Lee"]
    for address in ("/contacts/", "/contacts/?q=ann", "/organisations/"):
        assert names_on(charlie.get(address)) == []
    assert b"Ann" in b"".join(alice.get("/contacts/export.csv").streaming_content)
    assert b"Ann" not in b"".join(charlie.get("/contacts/export.csv").streaming_content)


def test_it_refuses_the_organisation_of_another_company(alice, charlie, acme_organisation):
    typed = contact_form(organisation=acme_organisation("Northwind").pk)
    assert list(charlie.post("/contacts/new/", typed).context["form"].errors) == ["organisation"]
    assert alice.post("/contacts/new/", typed).status_code == 302


def test_it_ignores_another_companys_organisation_in_an_address(charlie, acme_organisation):
    northwind = acme_organisation("Northwind")
    for address in ("/contacts/", "/contacts/new/"):
        response = charlie.get(address, {"organisation": northwind.pk})
        assert response.status_code == 200
        assert not shows(response, "Northwind")


def test_two_companies_use_the_same_name_and_number(cast, alice, charlie, acme_contact, acme_organisation):
    contact = acme_contact("Ann Lee", organisation=acme_organisation("Northwind"))
    with tenant_context(cast.globex):
        northwind = Organisation.objects.create(name="Northwind")
        twin = Contact.objects.create(pk=contact.pk, first_name="Greta", organisation=northwind)
    address = address_of(twin)
    assert shows(alice.get(address), "Ann Lee")
    assert shows(charlie.get(address), "Greta")
    charlie.post(f"{address}delete/")
    assert alice.get(address).status_code == 200
