"""A forgotten password is replaced with the help of a code from a mail."""

from playwright.sync_api import Page, expect

from tests.journeys.furnishing import BOB

NEW_PASSWORD = "seven slow green trains"


def test_a_code_from_the_mail_lets_one_choose_a_new_password(page: Page, program, sign_in):
    page.goto(program.url("acme", "/accounts/login/"))
    page.get_by_role("link", name="Forgot").click()
    page.get_by_label("E-mail").fill(BOB)
    page.get_by_role("button", name="Send me a code").click()
    page.get_by_label("Code").fill("WRNG-CODE")
    page.get_by_role("button", name="Continue").click()
    expect(page.locator(".field-errors")).to_contain_text("Incorrect code")
    page.get_by_label("Code").fill(program.mailbox.newest_code_to(BOB))
    page.get_by_role("button", name="Continue").click()

    page.get_by_label("New password", exact=True).fill(NEW_PASSWORD)
    page.get_by_label("New password again").fill(NEW_PASSWORD)
    page.get_by_role("button", name="Save new password").click()
    expect(page.get_by_role("heading", name="Your password is changed")).to_be_visible()

    page.context.clear_cookies()
    sign_in(page, "acme", BOB)
    expect(page.get_by_role("alert")).to_contain_text("not correct")
    sign_in(page, "acme", BOB, NEW_PASSWORD)
    page.wait_for_url(program.url("acme"))


def test_the_page_does_not_tell_who_is_a_member(page: Page, program):
    page.goto(program.url("acme", "/accounts/password/reset/"))
    page.get_by_label("E-mail").fill("nobody@elsewhere.example")
    page.get_by_role("button", name="Send me a code").click()
    expect(page.get_by_role("heading", name="Look in your inbox")).to_be_visible()
    assert "There is no such account" in program.mailbox.newest_to("nobody@elsewhere.example").replace(
        "\n", " "
    )
