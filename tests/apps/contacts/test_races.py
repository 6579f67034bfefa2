"""Somebody deletes what somebody else is just adding to."""

import pytest

from apps.contacts import services
from apps.contacts.models import Contact, Note, Organisation
from lib.tenancy import tenant_context


@pytest.fixture
def in_acme(cast):
    with tenant_context(cast.acme):
        yield


def test_a_note_to_a_contact_that_is_gone_is_not_saved(in_acme):
    contact = Contact.objects.create(last_name="Gibbons")
    assert services.save_note(Note(contact=contact, body="here"))
    note = Note(contact_id=contact.pk, body="too late")
    services.delete(contact)
    assert not services.save_note(note)


def test_a_contact_of_an_organisation_that_is_gone_comes_back(in_acme):
    organisation = Organisation.objects.create(name="Initech")
    contact = Contact(last_name="Gibbons", organisation=organisation)
    Organisation.objects.filter(pk=organisation.pk).delete()
    with pytest.raises(services.OrganisationGoneError):
        services.save_contact(contact, phone_numbers=[], seen_version=None)
