import pytest
from django.db import IntegrityError

from apps.contacts.models import Contact, Organisation
from apps.contacts.services import NameTakenError, save_organisation
from lib.tenancy import tenant_context
from tests.apps.contacts.pages import address_of, message_on, names_on, shows


def test_it_invites_to_add_the_first_organisation(alice):
    assert shows(alice.get("/organisations/"), "No organisations yet")


def test_it_lists_organisations_by_name_with_the_number_of_their_contacts(
    alice, acme_contact, acme_organisation
):
    northwind = acme_organisation("northwind")
    acme_organisation("Contoso")
    acme_contact("Ann Lee", organisation=northwind)
    acme_contact("Bill Moss", organisation=northwind)
    listed = alice.get("/organisations/").context["page_obj"]
    assert [(row.name, row.contact_count) for row in listed] == [("Contoso", 0), ("northwind", 2)]


@pytest.mark.parametrize("words", ["north", "LEEDS", "leeds northwind"])
def test_it_finds_an_organisation_by_every_word(alice, acme_organisation, words):
    acme_organisation("Northwind", city="Leeds")
    acme_organisation("Contoso", city="York")
    assert names_on(alice.get("/organisations/", {"q": words})) == ["Northwind"]


@pytest.mark.parametrize(("name", "value"), [("q", "a\x1bb"), ("q", "a" * 101), ("page", "x"), ("page", "0")])
def test_it_leaves_out_what_makes_no_sense_and_says_so(alice, acme_organisation, name, value):
    acme_organisation("Northwind")
    response = alice.get("/organisations/", {name: value})
    assert names_on(response) == ["Northwind"]
    assert shows(response, response.context["form"].complaints[0])


def test_it_needs_as_many_queries_for_25_organisations_as_for_one(
    alice, acme_contact, acme_organisation, django_assert_num_queries
):
    for number in range(25):
        acme_contact("Ann Lee", organisation=acme_organisation(f"Northwind {number}"))
    # session, user, count, organisations
    with django_assert_num_queries(4):
        alice.get("/organisations/")


def test_it_shows_who_works_there(alice, acme_contact, acme_organisation):
    northwind = acme_organisation("Northwind", city="Leeds", website="https://northwind.example")
    acme_contact("Ann Lee", organisation=northwind)
    acme_contact("Bill Moss")
    response = alice.get(address_of(northwind))
    for text in ("Northwind", "Leeds", "https://northwind.example", "Ann Lee"):
        assert shows(response, text)
    assert not shows(response, "Bill Moss")


def test_it_leads_to_the_list_when_many_work_there(alice, acme_contact, acme_organisation):
    northwind = acme_organisation("Northwind")
    for number in range(26):
        acme_contact(f"Ann {number}", organisation=northwind)
    response = alice.get(address_of(northwind))
    assert len(response.context["contacts"]) == 25
    assert shows(response, f"/contacts/?organisation={northwind.pk}")


def test_it_creates_an_organisation_and_shows_it(cast, alice):
    typed = {"name": "Northwind", "website": "northwind.example", "city": "Leeds"}
    response = alice.post("/organisations/new/", typed, follow=True)
    with tenant_context(cast.acme):
        organisation = Organisation.objects.get()
    assert response.redirect_chain == [(address_of(organisation), 302)]
    assert message_on(response) == "Northwind is saved."
    assert organisation.website == "https://northwind.example"


@pytest.mark.parametrize("name", ["Northwind", "NORTHWIND", " northwind "])
def test_it_refuses_a_name_that_is_taken_in_any_letter_case(alice, acme_organisation, name):
    acme_organisation("Northwind")
    form = alice.post("/organisations/new/", {"name": name}).context["form"]
    assert form.errors == {"name": ["There is an organisation of this name already."]}


def test_it_keeps_its_own_name_and_may_change_the_case(cast, alice, acme_organisation):
    organisation = acme_organisation("Northwind")
    typed = {"name": "NorthWind", "version": organisation.version}
    assert alice.post(f"/organisations/{organisation.pk}/edit/", typed).status_code == 302
    with tenant_context(cast.acme):
        assert Organisation.objects.get().name == "NorthWind"


def test_it_says_so_when_the_name_was_taken_a_moment_ago(cast, acme_organisation):
    acme_organisation("Northwind")
    with tenant_context(cast.acme), pytest.raises(NameTakenError) as error:
        save_organisation(Organisation(name="northwind"), seen_version=None)
    assert isinstance(error.value.__cause__, IntegrityError)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "a" * 201),
        ("name", "a\x00b"),
        ("city", "a\u202eb"),
        ("website", "javascript:alert(1)"),
        ("website", "http://["),
        ("website", "https://x.example/" + "a" * 200),
        ("version", ""),
    ],
)
def test_it_comes_back_filled_when_something_is_wrong(alice, acme_organisation, field, value):
    organisation = acme_organisation("Northwind")
    typed = {"name": "Contoso", "website": "", "city": "York", "version": "1"} | {field: value}
    response = alice.post(f"/organisations/{organisation.pk}/edit/", typed)
    form = response.context["form"]
    assert response.status_code == 200
    assert list(form.errors) == [field]
    assert {name: form[name].value() for name in typed} == typed


def test_it_does_not_overwrite_what_a_colleague_saved_meanwhile(cast, alice, bob, acme_organisation):
    organisation = acme_organisation("Northwind", city="Leeds")
    address = f"/organisations/{organisation.pk}/edit/"
    bob.post(address, {"name": "Northwind", "city": "York", "version": 1})
    form = alice.post(address, {"name": "Northwind", "city": "Hull", "version": 1}).context["form"]
    assert form.saved_meanwhile == [("City", "York")]
    with tenant_context(cast.acme):
        assert Organisation.objects.get().city == "York"


@pytest.mark.parametrize(
    ("contact_count", "what_happens"),
    [(0, "It has no contacts."), (1, "Its one contact is kept"), (2, "Its 2 contacts are kept")],
)
def test_it_says_what_becomes_of_the_contacts_before_it_deletes(
    alice, acme_contact, acme_organisation, contact_count, what_happens
):
    northwind = acme_organisation("Northwind")
    for number in range(contact_count):
        acme_contact(f"Ann {number}", organisation=northwind)
    response = alice.get(f"/organisations/{northwind.pk}/delete/")
    assert shows(response, "Delete Northwind?")
    assert shows(response, what_happens)


def test_it_keeps_the_contacts_of_an_organisation_it_deletes(cast, alice, acme_contact, acme_organisation):
    northwind = acme_organisation("Northwind")
    acme_contact("Ann Lee", organisation=northwind)
    response = alice.post(f"/organisations/{northwind.pk}/delete/", follow=True)
    assert response.redirect_chain == [("/organisations/", 302)]
    with tenant_context(cast.acme):
        assert not Organisation.objects.exists()
        assert Contact.objects.get().organisation is None


@pytest.mark.parametrize("key", ["0", "9" * 19, "9" * 30, "9" * 5000])
@pytest.mark.parametrize("page", ["", "edit/", "delete/"])
def test_it_knows_no_organisation_of_an_impossible_number(alice, key, page):
    assert alice.get(f"/organisations/{key}/{page}").status_code == 404
