"""The first day of a company, from the landing page to the second sign-in."""

from playwright.sync_api import Page, expect

PASSWORD = "a lamp, a chair and a cat"


def test_a_company_moves_in_works_leaves_and_comes_back(page: Page, program):
    page.goto(program.url())
    page.get_by_role("link", name="Sign up").first.click()
    page.get_by_label("Company name").fill("Initech Löwen")
    expect(page.get_by_label("Workspace address")).to_have_value("initech-lowen")
    expect(page.get_by_text("initech-lowen is free.")).to_be_visible()
    page.get_by_label("Your name").fill("Dora Dahl")
    page.get_by_label("Your e-mail address").fill("dora@initech.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Create workspace").click()

    page.wait_for_url(program.url("initech-lowen"))
    expect(page.get_by_role("heading", name="Welcome, Dora Dahl")).to_be_visible()

    page.get_by_role("link", name="Enter the code").click()
    page.get_by_label("Code").fill(program.mailbox.newest_code_to("dora@initech.example"))
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_label("Code")).to_have_count(0)
    expect(page.get_by_role("link", name="Enter the code")).to_have_count(0)

    page.goto(program.url("initech-lowen"))
    page.get_by_role("link", name="Add a contact").click()
    page.get_by_label("First name").fill("Peter")
    page.get_by_label("Last name").fill("Gibbons")
    page.get_by_role("button", name="Save contact").click()
    expect(page.get_by_text("Peter Gibbons is saved.")).to_be_visible()

    page.get_by_role("button", name="Account: Dora Dahl").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in to Initech Löwen")).to_be_visible()
    page.goto(program.url("initech-lowen", "/contacts/"))
    expect(page.get_by_role("heading", name="Sign in to Initech Löwen")).to_be_visible()

    page.get_by_label("E-mail").fill("dora@initech.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(program.url("initech-lowen", "/contacts/"))
    expect(page.get_by_role("link", name="Peter Gibbons")).to_be_visible()
