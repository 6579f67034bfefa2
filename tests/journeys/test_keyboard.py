"""Signing in and moving about without a mouse."""

from playwright.sync_api import Page, expect

from tests.journeys.furnishing import ALICE, PASSWORD


def tab_to(page: Page, role: str, name: str) -> None:
    target = page.get_by_role(role, name=name).or_(page.get_by_label(name, exact=True)).first
    for _ in range(30):
        page.keyboard.press("Tab")
        if target.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"Tab does not reach {name!r}.")


def test_one_signs_in_finds_somebody_and_leaves_with_the_keyboard_alone(page: Page, program):
    page.goto(program.url("acme", "/accounts/login/"))
    tab_to(page, "textbox", "E-mail")
    page.keyboard.type(ALICE)
    tab_to(page, "textbox", "Password")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(program.url("acme"))

    tab_to(page, "link", "Contacts")
    page.keyboard.press("Enter")
    page.wait_for_url(program.url("acme", "/contacts/"))
    tab_to(page, "searchbox", "Search contacts")
    page.keyboard.type("number 07")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="1 contact found")).to_be_visible()
    tab_to(page, "link", "Person Number 07")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Person Number 07")).to_be_visible()

    tab_to(page, "button", "Account: Alice Archer")
    page.keyboard.press("Enter")
    tab_to(page, "button", "Sign out")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Sign in to Acme")).to_be_visible()


def test_the_first_stop_leads_past_the_navigation(program, signed_in):
    page = signed_in("acme", ALICE)
    page.goto(program.url("acme", "/contacts/"))
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Export as CSV")).to_be_focused()
