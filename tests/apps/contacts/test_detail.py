import pytest

from tests.apps.contacts.pages import address_of, shows


def test_it_shows_what_is_known_about_a_contact(cast, alice, acme_contact, acme_organisation):
    contact = acme_contact(
        "Ann Lee",
        organisation=acme_organisation("Northwind"),
        email="ann@northwind.example",
        job_title="Buyer",
        created_by=cast.bob,
        phone_numbers=[("work", "020 7946 0018"), ("mobile", "+44 7700 900123 ext. 4")],
    )
    response = alice.get(address_of(contact))
    for text in ("Ann Lee", "Northwind", "ann@northwind.example", "Buyer", "020 7946 0018", str(cast.bob)):
        assert shows(response, text)
    assert shows(response, "tel:+447700900123;ext=4")


def test_it_escapes_what_people_typed(alice, acme_contact, acme_note):
    contact = acme_contact("<script>alert(1)</script>", email='"<b>"@x.example')
    acme_note(contact, "<img src=x>")
    page = alice.get(address_of(contact)).content.decode()
    for text in ("<script>alert", "<b>", "<img src=x>"):
        assert text not in page


@pytest.mark.parametrize("key", ["0", "9" * 19, "9" * 30, "9" * 5000])
@pytest.mark.parametrize("page", ["", "edit/", "delete/", "notes/", "notes/1/delete/"])
def test_it_knows_no_contact_of_an_impossible_number(alice, key, page):
    assert alice.get(f"/contacts/{key}/{page}").status_code == 404
    assert alice.post(f"/contacts/{key}/{page}", {"body": "x"}).status_code in {404, 405}


def test_it_needs_as_many_queries_for_25_notes_as_for_one(
    cast, alice, acme_contact, acme_note, django_assert_num_queries
):
    contact = acme_contact("Ann Lee", created_by=cast.alice, phone_numbers=[("work", "020"), ("home", "030")])
    for number in range(25):
        acme_note(contact, f"Note {number}", author=cast.bob if number % 2 else cast.alice)
    # session, user, contact, number of notes, notes, phone numbers
    with django_assert_num_queries(6):
        alice.get(address_of(contact))
