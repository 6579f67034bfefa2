"""Names are found as people type them: without accents, in capitals, with umlauts as two letters."""

import pytest

from apps.contacts.models import Contact, Organisation
from lib.tenancy import tenant_context
from tests.apps.contacts.pages import names_on

FOUND = [
    ("Löwen", "lowen"),
    ("Löwen", "Löwen"),
    ("Löwen", "LÖWEN"),
    ("Löwen", "loewen"),
    ("Loewen", "Löwen"),
    ("Lo\u0308wen", "löwen"),
    ("Lo\u0308wen", "loewen"),
    ("Löwen", "lo\u0308wen"),
    ("Strauß", "strauss"),
    ("Strauss", "Strauß"),
    ("Łukasz", "lukasz"),
    ("Lukasz", "Łukasz"),
    ("Nygård", "nygard"),
    ("Nygård", "nygaard"),
    ("Søren", "soren"),
    ("Søren", "soeren"),
    ("Dvořák", "dvorak"),
    ("García", "GARCIA"),
    ("Ağaoğlu", "agaoglu"),
    ("Nguyễn", "nguyen"),
    ("Æsir", "aesir"),
    ("Иванов", "ИВАНОВ"),
    ("山田", "山"),
]


@pytest.mark.parametrize(("name", "words"), FOUND)
def test_a_contact_is_found_however_the_name_is_typed(alice, acme_contact, name, words):
    acme_contact(f"Ann {name}")
    acme_contact("Bill Moss")
    assert len(names_on(alice.get("/contacts/", {"q": words}))) == 1


@pytest.mark.parametrize("words", ["löwe%", "l_wen", "lówen\\", "ö%"])
def test_what_has_a_meaning_to_the_database_has_none_here(alice, acme_contact, words):
    acme_contact("Ann Löwen")
    assert names_on(alice.get("/contacts/", {"q": words})) == []


def test_a_plain_letter_does_not_stand_for_two(alice, acme_contact):
    acme_contact("Ann Loewen")
    assert names_on(alice.get("/contacts/", {"q": "lowen"})) == []


def test_organisations_are_found_likewise_and_contacts_by_them(alice, acme_contact, acme_organisation):
    acme_contact("Ann Lee", organisation=acme_organisation("Zürcher Käse", city="Kölliken"))
    for words in ("zurcher", "kaese", "koelliken"):
        assert "Zürcher Käse" in alice.get("/organisations/", {"q": words}).content.decode()
    assert names_on(alice.get("/contacts/", {"q": "ann zuercher"})) == ["Ann Lee"]
    assert names_on(alice.get("/contacts/", {"q": "kolliken"})) == []


def test_it_follows_every_way_to_change_a_name(cast, acme_contact, acme_organisation):
    acme_contact("Ann Lee", organisation=acme_organisation("Contoso"))
    with tenant_context(cast.acme):
        Contact.objects.update(last_name="Löwe")
        Organisation.objects.update(name="Käse & Co")
        assert Contact.objects.matching("lowe kase").count() == 1
        assert Contact.objects.matching("lee").count() == Contact.objects.matching("contoso").count() == 0
        Contact.objects.bulk_create([Contact(last_name="Müller")])
        assert Contact.objects.matching("mueller").count() == 1
