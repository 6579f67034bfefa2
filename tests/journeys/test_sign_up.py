"""Signing up, with and without JavaScript."""

from playwright.sync_api import Page, expect

PASSWORD = "a lamp, a chair and a cat"


def fill(page: Page, subdomain: str) -> None:
    page.get_by_label("Company name").fill("Umbrella")
    page.get_by_label("Workspace address").fill(subdomain)
    page.get_by_label("Your name").fill("Uma Unger")
    page.get_by_label("Your e-mail address").fill("uma@umbrella.example")
    page.get_by_label("Password").fill(PASSWORD)


def test_it_needs_no_javascript(new_page, program):
    page = new_page(java_script_enabled=False)
    page.goto(program.url("www", "/signup/"))
    fill(page, "umbrella-plain")
    page.get_by_role("button", name="Create workspace").click()
    expect(page).to_have_url(program.url("umbrella-plain"))

    page.get_by_role("link", name="Enter the code").click()
    page.get_by_label("Code").fill(program.mailbox.newest_code_to("uma@umbrella.example"))
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_label("Code")).to_have_count(0)
    page.goto(program.url("umbrella-plain", "/contacts/new/"))
    page.get_by_label("First name").fill("Ursula")
    # Without a script to add rows, some are there already.
    page.get_by_label("Number").nth(1).fill("+31 30 555 0150")
    page.get_by_role("button", name="Save contact").click()
    expect(page.get_by_role("link", name="+31 30 555 0150")).to_be_visible()

    page.goto(program.url("umbrella-plain", "/contacts/"))
    page.get_by_label("Search contacts").fill("nobody of this name")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_role("heading", name="Nobody found")).to_be_visible()
    page.goto(program.url("umbrella-plain", "/accounts/logout/"))
    page.get_by_role("main").get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in to Umbrella")).to_be_visible()


def test_a_taken_address_gives_the_form_back_with_the_other_fields_kept(new_page, program, watch):
    watch.expect(422)
    for page in (new_page(), new_page(java_script_enabled=False)):
        page.goto(program.url("www", "/signup/"))
        fill(page, "acme")
        page.get_by_role("button", name="Create workspace").click()
        expect(page.locator(".field-errors")).to_contain_text("acme is taken.")
        expect(page.get_by_label("Workspace address")).to_have_attribute("aria-invalid", "true")
        expect(page.get_by_label("Company name")).to_have_value("Umbrella")
        expect(page.get_by_label("Your name")).to_have_value("Uma Unger")
        expect(page.get_by_label("Your e-mail address")).to_have_value("uma@umbrella.example")
        # No page of ours ever holds a password.
        expect(page.get_by_label("Password")).to_have_value("")


def test_it_says_while_one_types_whether_the_address_is_free(page: Page, program):
    page.goto(program.url("www", "/signup/"))
    address = page.get_by_label("Workspace address")
    answer = page.locator(".availability")
    for typed, sentence in (
        ("acme", "acme is taken."),
        ("acme-two", "acme-two is free."),
        ("www", "This address is kept for the platform itself"),
        ("a_b", "Use a hyphen"),
    ):
        address.press_sequentially(typed, delay=20)
        expect(answer).to_contain_text(sentence)
        address.fill("")
    expect(answer).to_have_attribute("aria-live", "polite")


def test_the_way_in_after_sign_up_works_once(new_page, program, watch):
    page = new_page()
    visited: list[str] = []
    page.on("request", lambda request: visited.append(request.url))
    page.goto(program.url("www", "/signup/"))
    fill(page, "umbrella-once")
    page.get_by_role("button", name="Create workspace").click()
    page.wait_for_url(program.url("umbrella-once"))
    [welcome] = [url for url in visited if "/welcome/" in url]

    thief = new_page()
    watch.expect(410, 404)
    assert thief.goto(welcome).status == 410
    assert thief.goto(welcome.replace("umbrella-once", "umbrella-never")).status == 404
    thief.goto(program.url("umbrella-once"))
    expect(thief.get_by_role("heading", name="Sign in to Umbrella")).to_be_visible()
