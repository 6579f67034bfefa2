"""What one company sees of another: nothing."""

import re

from playwright.sync_api import Page, expect

from tests.journeys.furnishing import ALICE, CHARLIE


def test_another_company_gets_404_at_the_same_addresses(signed_in, program, watch):
    alice, charlie = signed_in("acme", ALICE), signed_in("globex", CHARLIE)
    alice.goto(program.url("acme", "/contacts/"))
    alice.get_by_role("link", name="Person Number 01").click()
    expect(alice).to_have_title(re.compile("^Person Number 01"))
    contact = alice.url

    watch.expect(404)
    for suffix in ("", "edit/", "delete/"):
        assert alice.goto(contact + suffix).status == 200
        assert charlie.goto(contact.replace("//acme.", "//globex.") + suffix).status == 404
        expect(charlie.get_by_role("heading", name="There is no such page")).to_be_visible()
    charlie.goto(program.url("globex", "/contacts/?q=Person"))
    expect(charlie.get_by_role("heading", name="Nobody found")).to_be_visible()


def test_who_is_signed_in_at_one_company_is_a_stranger_at_the_next(program, signed_in):
    page = signed_in("acme", ALICE)
    page.goto(program.url("globex"))
    expect(page.get_by_role("heading", name="Sign in to Globex")).to_be_visible()

    # The session's key, carried over by hand, opens nothing either.
    [session] = [each for each in page.context.cookies() if each["name"] == "session"]
    assert session["domain"] == "acme.localhost"
    page.context.add_cookies([{**session, "domain": "globex.localhost"}])
    page.goto(program.url("globex"))
    expect(page.get_by_role("heading", name="Sign in to Globex")).to_be_visible()


def test_a_member_of_one_company_cannot_sign_in_at_another(page: Page, sign_in):
    sign_in(page, "globex", ALICE)
    expect(page.get_by_role("alert")).to_contain_text("not correct")


def test_an_address_without_a_workspace_leads_to_sign_up_and_to_the_finder(page: Page, program, watch):
    watch.expect(404)
    page.goto(program.url("nobody-here", "/contacts/"))
    expect(page.get_by_text(f"nobody-here.localhost:{program.port}")).to_be_visible()
    page.get_by_role("link", name="Create a workspace").click()
    expect(page).to_have_url(program.url("www", "/signup/?subdomain=nobody-here"))
    expect(page.get_by_label("Workspace address")).to_have_value("nobody-here")

    page.goto(program.url("nobody-here"))
    page.get_by_role("link", name="Find my workspace").click()
    page.get_by_label("e-mail").fill(ALICE)
    page.get_by_role("button", name="Send me my workspaces").click()
    expect(page.get_by_role("heading", name="Look in your inbox")).to_be_visible()
    mail = program.mailbox.newest_to(ALICE)
    assert program.url("acme") in mail
    assert "globex" not in mail
