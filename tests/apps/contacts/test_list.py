import re

import pytest

from apps.contacts.filters import ORDERS
from tests.apps.contacts.pages import names_on, shows


def test_it_asks_strangers_to_sign_in(cast, at):
    response = at(cast.acme).get("/contacts/")
    assert response.status_code == 302
    assert response.url.startswith("/accounts/login/")


def test_it_invites_to_add_the_first_contact(alice):
    response = alice.get("/contacts/")
    assert shows(response, "No contacts yet")


def test_it_lists_contacts_by_last_name_in_any_letter_case(alice, acme_contact):
    for name in ("Carl young", "Ann Zeller", "Bea Young", "Dan adams"):
        acme_contact(name)
    assert names_on(alice.get("/contacts/")) == ["Dan adams", "Bea Young", "Carl young", "Ann Zeller"]


def test_it_shows_where_a_contact_works_and_how_to_reach_them(alice, acme_contact, acme_organisation):
    northwind = acme_organisation("Northwind")
    acme_contact(
        "Ann Lee",
        organisation=northwind,
        email="ann@northwind.example",
        phone_numbers=[("work", "020 7946 0018")],
    )
    response = alice.get("/contacts/")
    for text in ("Ann Lee", "Northwind", "ann@northwind.example", "020 7946 0018"):
        assert shows(response, text)


@pytest.mark.parametrize(
    "words",
    ["ann", "ANN LEE", "lee ann", "northw", "ann@north", "7946", "020 0018", "ann northwind"],
)
def test_it_finds_a_contact_by_every_word(alice, acme_contact, acme_organisation, words):
    northwind = acme_organisation("Northwind")
    acme_contact(
        "Ann Lee",
        organisation=northwind,
        email="ann@northwind.example",
        phone_numbers=[("work", "020 7946 0018")],
    )
    acme_contact("Bill Moss")
    assert names_on(alice.get("/contacts/", {"q": words})) == ["Ann Lee"]


@pytest.mark.parametrize("words", ["ann moss", "%", "_", "\\", "'; drop table"])
def test_it_finds_nobody_for_words_that_nobody_has(alice, acme_contact, words):
    acme_contact("Ann Lee")
    acme_contact("Bill Moss")
    response = alice.get("/contacts/", {"q": words})
    assert names_on(response) == []
    assert shows(response, "Nobody found")


def test_it_lists_a_contact_with_several_matching_numbers_once(alice, acme_contact):
    acme_contact("Ann Lee", phone_numbers=[("work", "020 7946 0018"), ("home", "020 7946 0019")])
    assert names_on(alice.get("/contacts/", {"q": "7946"})) == ["Ann Lee"]


def test_it_narrows_to_one_organisation(alice, acme_contact, acme_organisation):
    northwind, contoso = acme_organisation("Northwind"), acme_organisation("Contoso")
    acme_contact("Ann Lee", organisation=northwind)
    acme_contact("Bill Moss", organisation=contoso)
    assert names_on(alice.get("/contacts/", {"organisation": contoso.pk})) == ["Bill Moss"]


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("name", ["Ann", "Bill", "Cleo"]),
        ("-name", ["Cleo", "Bill", "Ann"]),
        ("email", ["Cleo", "Ann", "Bill"]),
        ("-email", ["Bill", "Ann", "Cleo"]),
        ("updated", ["Bill", "Cleo", "Ann"]),
        ("-updated", ["Ann", "Cleo", "Bill"]),
        # Nobody looks for the contacts without an organisation: they come last both ways.
        ("organisation", ["Cleo", "Bill", "Ann"]),
        ("-organisation", ["Bill", "Cleo", "Ann"]),
    ],
)
def test_it_is_sorted_by_each_column_both_ways(alice, acme_contact, acme_organisation, order, expected):
    acme_contact("Bill", email="c@x.example", organisation=acme_organisation("northwind"))
    acme_contact("Cleo", email="a@x.example", organisation=acme_organisation("Contoso"))
    acme_contact("Ann", email="B@x.example")
    assert names_on(alice.get("/contacts/", {"order": order})) == expected


def test_every_order_can_be_chosen_without_the_headings(alice, acme_contact):
    acme_contact("Ann Lee")
    page = alice.get("/contacts/", {"order": "-email"}).content.decode()
    assert '<label class="visually-hidden" for="id_order">Order</label>' in page
    assert '<option value="-email" selected>E-mail, Z to A</option>' in page
    offered = set(re.findall(r'<option value="(-?[a-z]+)"', page))
    assert offered == {sign + name for name in ORDERS for sign in ("", "-")}


def test_it_tells_which_column_it_is_sorted_by(alice, acme_contact):
    acme_contact("Ann Lee")
    assert 'aria-sort="ascending"' in alice.get("/contacts/").content.decode()
    assert 'aria-sort="descending"' in alice.get("/contacts/", {"order": "-email"}).content.decode()


def test_it_shows_25_a_page_and_keeps_the_question_in_its_links(alice, acme_contact):
    for number in range(30):
        acme_contact(f"Ann {number:02}")
    first = alice.get("/contacts/", {"q": "ann", "order": "-name"})
    assert names_on(first) == [f"Ann {number:02}" for number in range(29, 4, -1)]
    assert shows(first, "?q=ann&order=-name&page=2")
    second = alice.get("/contacts/", {"q": "ann", "order": "-name", "page": 2})
    assert names_on(second) == [f"Ann {number:02}" for number in range(4, -1, -1)]


@pytest.mark.parametrize("page", ["7", "99999999999999999999999999"])
def test_it_shows_the_last_page_for_a_page_past_the_end(alice, acme_contact, page):
    acme_contact("Ann Lee")
    assert names_on(alice.get("/contacts/", {"page": page})) == ["Ann Lee"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("page", "0"),
        ("page", "-1"),
        ("page", "two"),
        ("page", "9" * 5000),
        ("order", "password"),
        ("organisation", "0"),
        ("organisation", "x"),
        ("organisation", "9" * 30),
        ("organisation", "9" * 5000),
        ("q", "a" * 101),
        ("q", "a\x1bb"),
        ("q", "a\u202eb"),
    ],
)
def test_it_leaves_out_what_makes_no_sense_and_says_so(alice, acme_contact, name, value):
    acme_contact("Ann Lee")
    response = alice.get("/contacts/", {name: value})
    assert response.status_code == 200
    assert names_on(response) == ["Ann Lee"]
    assert len(response.context["form"].complaints) == 1
    assert shows(response, response.context["form"].complaints[0])


def test_it_answers_the_rest_of_a_question_that_makes_no_sense_in_part(alice, acme_contact):
    acme_contact("Ann Lee")
    acme_contact("Bill Moss")
    assert names_on(alice.get("/contacts/", {"q": "ann", "page": "x", "order": "x"})) == ["Ann Lee"]


def test_it_gives_htmx_the_table_alone(alice, acme_contact):
    acme_contact("Ann Lee")
    response = alice.get("/contacts/", {"q": "ann"}, headers={"HX-Request": "true"})
    assert shows(response, "Ann Lee")
    assert shows(response, "1 contact found")
    assert shows(response, "/contacts/export.csv?q=ann")
    assert "<html" not in response.content.decode()
    assert "HX-Request" in response.headers["Vary"]


def test_it_gives_htmx_the_whole_page_when_going_back(alice):
    headers = {"HX-Request": "true", "HX-History-Restore-Request": "true"}
    assert "<html" in alice.get("/contacts/", headers=headers).content.decode()


def test_it_needs_as_many_queries_for_25_contacts_as_for_one(
    alice, acme_contact, acme_organisation, django_assert_num_queries
):
    northwind = acme_organisation("Northwind")
    for number in range(25):
        acme_contact(f"Ann {number}", organisation=northwind, phone_numbers=[("work", "020 7946 0018")])
    # session, user, organisations to choose from, count, contacts, their numbers
    for words in ("24", "ann"):
        with django_assert_num_queries(6):
            response = alice.get("/contacts/", {"q": words})
        assert names_on(response)
