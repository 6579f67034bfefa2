"""After sign-in one goes to the page one wanted, but never to somebody else's site."""

import pytest
from playwright.sync_api import Page

from tests.journeys.furnishing import ALICE, PASSWORD


@pytest.mark.parametrize(
    ("wanted", "reached"),
    [
        ("/organisations/?q=b", "/organisations/?q=b"),
        ("/\\evil.example/", "/"),
        ("http://globex.localhost:{port}/contacts/", "/"),
    ],
)
def test_sign_in_leads_only_to_pages_of_this_workspace(page: Page, program, wanted, reached):
    page.goto(program.url("acme", "/accounts/login/"))
    page.goto(program.url("acme", f"/accounts/login/?next={wanted.format(port=program.port)}"))
    page.get_by_label("E-mail").fill(ALICE)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(program.url("acme", reached))
