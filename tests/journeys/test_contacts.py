"""A day at work with contacts, organisations and notes."""

import csv
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from apps.contacts.filters import ROWS_PER_PAGE
from tests.journeys.furnishing import ALICE, CONTACTS


@pytest.fixture
def at_work(signed_in) -> Page:
    return signed_in("acme", ALICE)


def names_in(page: Page) -> Locator:
    return page.locator("#contacts tbody th a")


def test_on_a_phone_the_list_can_be_sorted_and_stays_so_while_one_searches(at_work: Page, program):
    page = at_work
    page.set_viewport_size({"width": 390, "height": 900})
    page.goto(program.url("acme", "/contacts/"))
    first = names_in(page).first.inner_text()
    page.get_by_label("Order").select_option("Name, Z to A")
    page.wait_for_url("**order=-name**")
    expect(names_in(page).first).not_to_have_text(first)
    last = names_in(page).first.inner_text()
    page.get_by_label("Search contacts").fill(last)
    page.wait_for_url("**q=**")
    expect(names_in(page).first).to_have_text(last)
    expect(page.get_by_label("Order").locator("option:checked")).to_have_text("Name, Z to A")
    page.set_viewport_size({"width": 1440, "height": 900})
    expect(page.get_by_label("Order")).to_be_hidden()


def test_a_contact_is_made_called_noted_and_deleted(at_work: Page):
    page = at_work
    page.get_by_role("link", name="Organisations", exact=True).first.click()
    page.get_by_role("link", name="Add organisation").click()
    page.get_by_label("Name").fill("Zenith Works")
    page.get_by_label("Website").fill("zenith.example")
    page.get_by_role("button", name="Save organisation").click()
    expect(page.get_by_role("link", name="https://zenith.example")).to_be_visible()

    page.get_by_role("link", name="Add contact").click()
    page.get_by_label("First name").fill("Zoe")
    page.get_by_label("Last name").fill("Zimmer")
    expect(page.get_by_label("Organisation").locator("option:checked")).to_have_text("Zenith Works")
    numbers = page.get_by_label("Number")
    numbers.nth(0).fill("+47 55 55 01 10")
    page.get_by_role("button", name="Add a number").click()
    expect(page.get_by_label("Kind").nth(2)).to_be_focused()
    numbers.nth(2).fill("+47 55 55 01 12")
    page.get_by_role("button", name="Save contact").click()
    expect(page.get_by_role("link", name="+47 55 55 01 10")).to_have_attribute("href", "tel:+4755550110")
    expect(page.get_by_role("link", name="+47 55 55 01 12")).to_be_visible()

    page.get_by_label("New note").fill("Prefers a call before ten. <b>Not bold.</b>")
    page.get_by_role("button", name="Save note").click()
    expect(page.get_by_text("<b>Not bold.</b>")).to_be_visible()

    page.get_by_role("link", name="Edit", exact=True).click()
    page.get_by_role("button", name="Remove this row").first.click()
    page.get_by_role("button", name="Save contact").click()
    expect(page.get_by_text("Zoe Zimmer is saved.")).to_be_visible()
    expect(page.get_by_role("link", name="+47 55 55 01 10")).to_have_count(0)

    contact = page.url
    page.get_by_role("link", name="Delete", exact=True).click()
    expect(page.get_by_role("heading", name="Delete Zoe Zimmer?")).to_be_visible()
    page.get_by_role("link", name="Cancel").click()
    page.wait_for_url(contact)
    page.get_by_role("link", name="Delete", exact=True).click()
    page.get_by_role("main").get_by_role("button", name="Delete").click()
    expect(page.get_by_text("Zoe Zimmer is deleted.")).to_be_visible()


def test_the_list_is_searched_while_one_types(at_work: Page, program):
    page = at_work
    page.goto(program.url("acme", "/contacts/"))
    page.get_by_label("Search contacts").press_sequentially("number 42", delay=20)
    expect(page.get_by_role("status").filter(has_text="1 contact found")).to_be_visible()
    expect(names_in(page)).to_have_text(["Person Number 42"])
    page.wait_for_url("**/contacts/?q=number%2042*")

    page.get_by_label("Search contacts").fill("zzz")
    expect(page.get_by_role("heading", name="Nobody found")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("link", name="Person Number 42")).to_be_visible()

    page.goto(program.url("acme", "/contacts/"))
    page.get_by_label("Organisation", exact=True).select_option(label="Supplier B")
    expect(page.get_by_role("status").filter(has_text="20 contacts found")).to_be_visible()


def test_the_list_is_sorted_and_turned_page_by_page(at_work: Page, program):
    page = at_work
    page.goto(program.url("acme", "/contacts/?q=person"))
    page.get_by_role("link", name="Name", exact=True).click()
    page.wait_for_url("**order=-name**")
    expect(page.get_by_role("columnheader", name="Name", exact=True)).to_have_attribute(
        "aria-sort", "descending"
    )
    sorted_names = [f"Person Number {number:02}" for number in range(CONTACTS, 0, -1)]
    expect(names_in(page)).to_have_text(sorted_names[:ROWS_PER_PAGE])
    for number, first in ((2, ROWS_PER_PAGE), (3, 2 * ROWS_PER_PAGE)):
        page.get_by_role("link", name="Next").click()
        page.wait_for_url(f"**page={number}**")
        expect(names_in(page)).to_have_text(sorted_names[first : first + ROWS_PER_PAGE])
    expect(page.get_by_role("link", name="Next")).to_have_count(0)


def test_what_is_found_is_exported_as_a_file(at_work: Page, program, tmp_path: Path):
    page = at_work
    page.goto(program.url("acme", "/contacts/?q=person1"))
    with page.expect_download() as download:
        page.get_by_role("link", name="Export as CSV").click()
    assert download.value.suggested_filename.startswith("contacts-")
    download.value.save_as(tmp_path / "contacts.csv")
    with (tmp_path / "contacts.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    emails = {value for row in rows for value in row.values() if "@" in value}
    assert emails == {f"person{number}@suppliers.example" for number in range(10, 20)}


def test_who_saves_second_is_shown_what_the_first_has_saved(at_work: Page, program):
    first = at_work
    first.goto(program.url("acme", "/contacts/?q=number+60"))
    first.get_by_role("link", name="Person Number 60").click()
    first.get_by_role("link", name="Edit", exact=True).click()
    expect(first.get_by_label("Job title")).to_be_visible()
    second = first.context.new_page()
    second.goto(first.url)
    first.get_by_label("Job title").fill("Head of lamps")
    first.get_by_role("button", name="Save contact").click()
    expect(first.get_by_text("Person Number 60 is saved.")).to_be_visible()

    second.get_by_label("Job title").fill("Head of chairs")
    second.get_by_role("button", name="Save contact").click()
    expect(second.get_by_role("heading", name="What they saved")).to_be_visible()
    expect(second.get_by_label("Job title")).to_have_value("Head of chairs")
