import pytest

from apps.contacts.models import Note
from lib.tenancy import tenant_context
from tests.apps.contacts.pages import address_of, message_on, shows


def test_it_adds_a_note_in_the_name_of_who_wrote_it(cast, alice, acme_contact, saved_contact):
    contact = acme_contact("Ann Lee")
    response = alice.post(f"/contacts/{contact.pk}/notes/", {"body": "Called.\nWill call back."}, follow=True)
    assert response.redirect_chain == [(address_of(contact), 302)]
    assert message_on(response) == "The note is saved."
    note = saved_contact().notes.all()[0]
    assert (note.author, note.body) == (cast.alice, "Called.\nWill call back.")
    assert shows(response, str(cast.alice))


def test_it_shows_the_newest_note_first(cast, alice, acme_contact, acme_note):
    contact = acme_contact("Ann Lee")
    for body in ("First", "Second", "Third"):
        acme_note(contact, body, author=cast.bob)
    notes = alice.get(address_of(contact)).context["page_obj"]
    assert [note.body for note in notes] == ["Third", "Second", "First"]


@pytest.mark.parametrize("body", ["", "  \n ", "a" * 10_001, "a\x00b", "a\x1bb"])
def test_it_comes_back_filled_when_a_note_is_refused(cast, alice, acme_contact, body):
    contact = acme_contact("Ann Lee")
    response = alice.post(f"/contacts/{contact.pk}/notes/", {"body": body})
    assert response.status_code == 200
    assert response.context["note_form"].errors["body"]
    assert response.context["note_form"]["body"].value() == body
    with tenant_context(cast.acme):
        assert not Note.objects.exists()


def test_it_shows_the_contact_to_who_comes_back_from_signing_in(alice, acme_contact):
    contact = acme_contact("Ann Lee")
    response = alice.get(f"/contacts/{contact.pk}/notes/")
    assert shows(response, "Ann Lee")
    assert not response.context["note_form"].errors


def test_it_deletes_a_note_of_ones_own_after_a_question(cast, alice, acme_contact, acme_note):
    contact = acme_contact("Ann Lee")
    note = acme_note(contact, "Called.", author=cast.alice)
    address = f"/contacts/{contact.pk}/notes/{note.pk}/delete/"
    assert shows(alice.get(address_of(contact)), address)
    assert shows(alice.get(address), "Called.")
    assert alice.post(address).url == address_of(contact)
    with tenant_context(cast.acme):
        assert not Note.objects.exists()


def test_it_keeps_a_colleagues_note(cast, alice, acme_contact, acme_note, saved_contact):
    contact = acme_contact("Ann Lee")
    note = acme_note(contact, "Called.", author=cast.bob)
    address = f"/contacts/{contact.pk}/notes/{note.pk}/delete/"
    assert not shows(alice.get(address_of(contact)), address)
    assert alice.post(address).status_code == 404
    assert saved_contact().notes.all()[0] == note


def test_it_lets_anybody_delete_the_note_of_somebody_who_left(cast, alice, acme_contact, acme_note):
    contact = acme_contact("Ann Lee")
    note = acme_note(contact, "Called.", author=None)
    assert shows(alice.get(address_of(contact)), "Somebody who left")
    assert alice.post(f"/contacts/{contact.pk}/notes/{note.pk}/delete/").status_code == 302


def test_it_deletes_a_note_only_at_its_own_contact(cast, alice, acme_contact, acme_note):
    note = acme_note(acme_contact("Ann Lee"), author=cast.alice)
    other = acme_contact("Bill Moss")
    assert alice.post(f"/contacts/{other.pk}/notes/{note.pk}/delete/").status_code == 404
