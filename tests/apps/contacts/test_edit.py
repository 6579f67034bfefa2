import pytest

from apps.contacts.models import Contact, Organisation
from lib.tenancy import tenant_context
from tests.apps.contacts.pages import address_of, contact_form, message_on, shows


def test_the_form_says_which_of_its_fields_are_needed(alice):
    page = alice.get("/contacts/new/").content.decode()
    assert "A first name or a last name is needed." in page
    assert 'aria-describedby="id_first_name_helptext"' in page


def test_it_creates_a_contact_and_shows_it(cast, alice, acme_organisation, saved_contact):
    northwind = acme_organisation("Northwind")
    form = contact_form(
        email="ann@northwind.example",
        job_title="Buyer",
        organisation=northwind.pk,
        phone_numbers=[("work", "020 7946 0018"), ("mobile", "+44 7700 900123")],
    )
    response = alice.post("/contacts/new/", form, follow=True)
    contact = saved_contact()
    assert response.redirect_chain == [(address_of(contact), 302)]
    assert message_on(response) == "Ann Lee is saved."
    assert (contact.organisation, contact.created_by) == (northwind, cast.alice)
    assert [str(number) for number in contact.phone_numbers.all()] == [
        "Work: 020 7946 0018",
        "Mobile: +44 7700 900123",
    ]


def test_it_offers_the_organisation_it_was_reached_from(alice, acme_organisation):
    northwind = acme_organisation("Northwind")
    form = alice.get("/contacts/new/", {"organisation": northwind.pk}).context["form"]
    assert form["organisation"].value() == northwind.pk


@pytest.mark.parametrize("organisation", ["x", "0", "9" * 30])
def test_it_offers_none_when_it_was_reached_from_nowhere(alice, organisation):
    response = alice.get("/contacts/new/", {"organisation": organisation})
    assert response.context["form"]["organisation"].value() is None


def test_it_shows_what_is_stored_with_rows_to_add_numbers_without_javascript(alice, acme_contact):
    contact = acme_contact("Ann Lee", phone_numbers=[("work", "020 7946 0018")])
    rows = alice.get(f"/contacts/{contact.pk}/edit/").context["form"].phone_rows
    assert [row["number"].value() for row in rows] == ["020 7946 0018", None, None]


def test_it_saves_changes(alice, acme_contact, saved_contact):
    contact = acme_contact("Ann Lee", phone_numbers=[("work", "020 7946 0018")])
    form = contact_form(contact, job_title="Buyer", phone_numbers=[("home", "020 7946 0018")])
    assert alice.post(f"/contacts/{contact.pk}/edit/", form).status_code == 302
    contact = saved_contact()
    assert contact.job_title == "Buyer"
    assert [str(number) for number in contact.phone_numbers.all()] == ["Home: 020 7946 0018"]


def test_it_removes_a_number_that_was_cleared(alice, acme_contact, saved_contact):
    contact = acme_contact("Ann Lee", phone_numbers=[("work", "020 7946 0018"), ("home", "020 7946 0019")])
    form = contact_form(contact, phone_numbers=[("work", ""), ("home", "020 7946 0019")])
    alice.post(f"/contacts/{contact.pk}/edit/", form)
    assert [str(number) for number in saved_contact().phone_numbers.all()] == ["Home: 020 7946 0019"]


def test_it_leaves_numbers_alone_that_did_not_change(alice, acme_contact, saved_contact):
    numbers = [("work", "020 7946 0018"), ("home", "020 7946 0019")]
    contact = acme_contact("Ann Lee", phone_numbers=numbers)
    keys = [number.pk for number in saved_contact().phone_numbers.all()]
    alice.post(f"/contacts/{contact.pk}/edit/", contact_form(contact, phone_numbers=numbers))
    assert [number.pk for number in saved_contact().phone_numbers.all()] == keys


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", "not an address"),
        ("first_name", "a" * 101),
        ("last_name", "a\x00b"),
        ("last_name", "a\u202eb"),
        ("job_title", "a\x1bb"),
        ("organisation", "x"),
        ("organisation", "9" * 30),
        ("version", "x"),
        ("version", ""),
    ],
)
def test_it_comes_back_filled_when_something_is_wrong(alice, acme_contact, saved_contact, field, value):
    contact = acme_contact("Ann Lee")
    typed = contact_form(contact, job_title="Buyer", phone_numbers=[("work", "020 7946 0018")])
    response = alice.post(f"/contacts/{contact.pk}/edit/", typed | {field: value})
    form = response.context["form"]
    assert response.status_code == 200
    assert list(form.errors) == [field]
    assert shows(response, form.errors[field][0])
    assert form.phone_rows[0]["number"].value() == "020 7946 0018"
    assert form[field].value() == value
    assert saved_contact().job_title == ""


def test_it_asks_for_a_name(alice):
    response = alice.post("/contacts/new/", contact_form(first_name="", last_name=""))
    assert shows(response, "Give a first name or a last name.")


@pytest.mark.parametrize("number", ["call me", "<b>", "7", "1" * 33, "0\x000", "=1+1"])
def test_it_refuses_what_is_no_phone_number_at_its_row(alice, number):
    response = alice.post(
        "/contacts/new/", contact_form(phone_numbers=[("work", "020 7946"), ("home", number)])
    )
    assert response.status_code == 200
    assert [list(errors) for errors in response.context["form"].phone_rows.errors] == [[], ["number"], []]


@pytest.mark.parametrize(
    "tampered",
    [
        {"phone-TOTAL_FORMS": "x"},
        {"phone-TOTAL_FORMS": "9" * 30},
        {"phone-TOTAL_FORMS": "-1"},
        {"phone-INITIAL_FORMS": "9" * 30},
        {"phone-0-kind": "fax"},
    ],
)
def test_it_survives_a_tampered_form(alice, tampered):
    typed = contact_form(phone_numbers=[("work", "020 7946")])
    assert alice.post("/contacts/new/", typed | tampered).status_code in {200, 302}


def test_it_survives_a_form_without_rows(alice):
    assert alice.post("/contacts/new/", {"first_name": "Ann"}).status_code == 200


def test_it_takes_at_most_twenty_numbers(cast, alice):
    response = alice.post("/contacts/new/", contact_form(phone_numbers=[("work", "020 7946")] * 21))
    assert response.context["form"].phone_rows.non_form_errors()
    with tenant_context(cast.acme):
        assert not Contact.objects.exists()


def test_it_does_not_overwrite_what_a_colleague_saved_meanwhile(
    alice, bob, acme_contact, acme_organisation, saved_contact
):
    contact = acme_contact("Ann Lee", phone_numbers=[("work", "020 7946 0018")])
    address = f"/contacts/{contact.pk}/edit/"
    bobs = contact_form(contact, job_title="Buyer", organisation=acme_organisation("Northwind").pk)
    alices = contact_form(contact, job_title="Seller", phone_numbers=[("home", "020 7946 0019")])

    bob.post(address, bobs)
    response = alice.post(address, alices)

    assert saved_contact().job_title == "Buyer"
    assert shows(response, "Somebody else saved this while you were editing.")
    form = response.context["form"]
    assert form.saved_meanwhile == [
        ("Job title", "Buyer"),
        ("Organisation", "Northwind"),
        ("Phone numbers", "(none)"),
    ]
    assert form["job_title"].value() == "Seller"
    assert form.phone_rows[0]["number"].value() == "020 7946 0019"


def test_it_lets_the_second_save_after_a_conflict_win(alice, bob, acme_contact, saved_contact):
    contact = acme_contact("Ann Lee")
    address = f"/contacts/{contact.pk}/edit/"
    alices = contact_form(contact, job_title="Seller")
    bob.post(address, contact_form(contact, job_title="Buyer"))
    shown = alice.post(address, alices).context["form"]
    alice.post(address, alices | {"version": shown["version"].value()})
    assert saved_contact().job_title == "Seller"


def test_it_notices_every_colleague_in_between(alice, bob, acme_contact, saved_contact):
    contact = acme_contact("Ann Lee")
    address = f"/contacts/{contact.pk}/edit/"
    bob.post(address, contact_form(contact, job_title="Buyer"))
    shown = alice.post(address, contact_form(contact, job_title="Seller")).context["form"]
    bob.post(address, contact_form(saved_contact(), job_title="Head buyer"))
    alice.post(address, contact_form(contact, job_title="Seller", version=shown["version"].value()))
    assert saved_contact().job_title == "Head buyer"


def test_it_refuses_an_organisation_that_a_colleague_deleted_meanwhile(
    cast, alice, acme_contact, acme_organisation
):
    northwind = acme_organisation("Northwind")
    typed = contact_form(acme_contact("Ann Lee", organisation=northwind))
    with tenant_context(cast.acme):
        Organisation.objects.all().delete()
        contact = Contact.objects.get()
    response = alice.post(f"/contacts/{contact.pk}/edit/", typed)
    assert list(response.context["form"].errors) == ["organisation"]


@pytest.mark.parametrize("version", ["0", "2", "9" * 30, "-1"])
def test_it_takes_a_version_it_does_not_know_for_a_conflict(alice, acme_contact, saved_contact, version):
    contact = acme_contact("Ann Lee")
    typed = contact_form(contact, job_title="Seller", version=version)
    assert alice.post(f"/contacts/{contact.pk}/edit/", typed).status_code == 200
    assert saved_contact().job_title == ""
