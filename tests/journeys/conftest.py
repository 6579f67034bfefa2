"""Journeys drive the running program in a real browser."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.journeys.furnishing import PASSWORD
from tests.journeys.program import Program, running_program
from tests.journeys.watching import Watch

HERE = Path(__file__).parent
BROWSER_NAMES = ("chromium", "chromium-browser", "google-chrome")
OPTIONS = [
    "--no-sandbox",  # the sandbox refuses to run as root
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
TIMEOUT_MS = 10_000


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the journeys on one worker, so that one program and one browser serve them all."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.journey)
            item.add_marker(pytest.mark.xdist_group("journeys"))


# For the package, not the session: while playwright runs, Django takes this thread for an asynchronous one
# and refuses database queries in it.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    path = next((found for name in BROWSER_NAMES if (found := shutil.which(name))), None)
    if path is None:
        complain = pytest.fail if os.environ.get("REQUIRE_BROWSER") else pytest.skip
        complain("Journeys need Chromium, and none was found on the PATH. On Debian: apt install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=OPTIONS)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def program(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    with running_program(tmp_path_factory.mktemp("program")) as program:
        yield program


@pytest.fixture
def watch() -> Iterator[Watch]:
    watch = Watch()
    yield watch
    assert watch.complaints() == []


@pytest.fixture
def new_page(browser: Browser, program: Program, watch: Watch) -> Iterator[Callable[..., Page]]:
    """Return pages of browsers that know nothing of each other; options are those of a browser context."""
    contexts = []

    def make(**options: Any) -> Page:
        context = browser.new_context(locale="en-GB", **options)
        contexts.append(context)
        context.set_default_timeout(TIMEOUT_MS)
        watch.over(context)
        return context.new_page()

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def page(new_page: Callable[..., Page]) -> Page:
    return new_page()


@pytest.fixture
def sign_in(program: Program) -> Callable[..., None]:
    """Return what fills in the sign-in form."""

    def act(page: Page, subdomain: str, email: str, password: str = PASSWORD) -> None:
        page.goto(program.url(subdomain, "/accounts/login/"))
        page.get_by_label("E-mail").fill(email)
        page.get_by_label("Password").fill(password)
        page.get_by_role("button", name="Sign in").click()

    return act


@pytest.fixture(scope="package")
def sessions() -> dict[str, Any]:
    """Return the cookies of those who have signed in already: hashing a password takes its time."""
    return {}


@pytest.fixture
def signed_in(new_page: Callable[..., Page], program: Program, sessions: dict[str, Any], sign_in: Any) -> Any:
    """Return pages on which a member is signed in: `signed_in("acme", ALICE)`. Do not sign out there."""

    def make(subdomain: str, email: str) -> Page:
        page = new_page(storage_state=sessions.get(email))
        if email not in sessions:
            sign_in(page, subdomain, email)
            page.wait_for_url(program.url(subdomain))
            sessions[email] = page.context.storage_state()
        page.goto(program.url(subdomain))
        return page

    return make
