import csv

import pytest
from django.utils import timezone


def rows_of(response) -> list[list[str]]:
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.reader(text.splitlines()))


def test_it_downloads_a_file_named_after_the_day(alice):
    response = alice.get("/contacts/export.csv")
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    name = f"contacts-{timezone.localdate():%Y-%m-%d}.csv"
    assert response.headers["Content-Disposition"] == f'attachment; filename="{name}"'
    assert rows_of(response) == [
        ["First name", "Last name", "E-mail", "Job title", "Organisation", "Phone numbers"]
    ]


def test_it_starts_with_the_mark_by_which_excel_knows_utf_8(alice, acme_contact):
    acme_contact("Zoë Öberg")
    content = b"".join(alice.get("/contacts/export.csv").streaming_content)
    assert content.startswith(b"\xef\xbb\xbf")
    assert '"Zoë","Öberg"' in content.decode()


def test_it_holds_everything_about_a_contact(alice, acme_contact, acme_organisation):
    acme_contact(
        "Ann Lee",
        email="ann@northwind.example",
        job_title='Buyer, "North"',
        organisation=acme_organisation("Northwind"),
        phone_numbers=[("work", "020 7946 0018"), ("home", "+44 20 7946 0019")],
    )
    assert rows_of(alice.get("/contacts/export.csv"))[1] == [
        "Ann",
        "Lee",
        "ann@northwind.example",
        'Buyer, "North"',
        "Northwind",
        "Work: 020 7946 0018; Home: +44 20 7946 0019",
    ]


def test_it_holds_the_list_as_it_is_filtered_and_sorted_on_all_pages(alice, acme_contact):
    for number in range(30):
        acme_contact(f"Ann {number:02}")
    acme_contact("Bill Moss")
    response = alice.get("/contacts/export.csv", {"q": "ann", "order": "-name", "page": "2"})
    assert [row[1] for row in rows_of(response)[1:]] == [f"{number:02}" for number in range(29, -1, -1)]


def test_it_goes_back_to_the_list_rather_than_export_something_else(alice):
    response = alice.get("/contacts/export.csv", {"q": "ann", "organisation": "x"})
    assert response.url == "/contacts/?q=ann&organisation=x"


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(1)", "\uff1d1+1"])
def test_it_runs_no_formula_in_a_spreadsheet(alice, acme_contact, name):
    acme_contact(name, job_title="Buyer = boss")
    assert rows_of(alice.get("/contacts/export.csv"))[1][:4] == [f"'{name}", "", "", "Buyer = boss"]


def test_it_needs_as_many_queries_for_many_contacts_as_for_one(
    alice, acme_contact, acme_organisation, django_assert_num_queries
):
    northwind = acme_organisation("Northwind")
    for number in range(30):
        acme_contact(f"Ann {number}", organisation=northwind, phone_numbers=[("work", "020 7946 0018")])
    # session, user, the event, contacts, their numbers
    with django_assert_num_queries(5):
        assert len(rows_of(alice.get("/contacts/export.csv"))) == 31
