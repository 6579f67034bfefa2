from apps.contacts.models import Contact, Note, PhoneNumber
from lib.tenancy import tenant_context
from tests.apps.contacts.pages import message_on, shows


def test_it_asks_before_it_deletes(alice, acme_contact, saved_contact):
    contact = acme_contact("Ann Lee")
    response = alice.get(f"/contacts/{contact.pk}/delete/")
    assert shows(response, "Delete Ann Lee?")
    assert saved_contact() == contact


def test_it_deletes_a_contact_with_its_numbers_and_notes(cast, alice, acme_contact, acme_note):
    contact = acme_contact("Ann Lee", phone_numbers=[("work", "020 7946 0018")])
    acme_note(contact)
    response = alice.post(f"/contacts/{contact.pk}/delete/", follow=True)
    assert response.redirect_chain == [("/contacts/", 302)]
    assert message_on(response) == "Ann Lee is deleted."
    with tenant_context(cast.acme):
        assert not any(model.objects.exists() for model in (Contact, PhoneNumber, Note))


def test_it_deletes_once(alice, acme_contact):
    contact = acme_contact("Ann Lee")
    assert alice.post(f"/contacts/{contact.pk}/delete/").status_code == 302
    assert alice.post(f"/contacts/{contact.pk}/delete/").status_code == 404
