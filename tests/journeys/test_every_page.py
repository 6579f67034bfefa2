"""Every page, light and dark, on a phone and on a desk: readable, operable, and no wider than the screen."""

from collections.abc import Iterator
from itertools import product

import pytest
from playwright.sync_api import Page

from tests.journeys.furnishing import ALICE, CHARLIE
from tests.journeys.inspection import focus_can_be_seen, overflow_of, problems_of

PUBLIC = ["/", "/signup/", "/find/", "/find/sent/"]
OUTSIDE = ["/accounts/login/", "/accounts/signup/", "/accounts/password/reset/"]
INSIDE = [
    "/",
    "/contacts/",
    "/contacts/?q=nobody-of-this-name",
    "/contacts/?q=person&order=-email&page=2",
    "/contacts/?page=no-number&organisation=none",
    "/contacts/new/",
    "/contacts/1/",
    "/contacts/1/edit/",
    "/contacts/1/delete/",
    "/organisations/",
    "/organisations/new/",
    "/organisations/1/",
    "/organisations/1/edit/",
    "/organisations/1/delete/",
    "/events/",
    "/events/?about=contacts.contact%3A1",
    "/events/?verb=organisation.deleted&since=2026-01-01",
    "/events/?person=x&until=someday",
    "/accounts/password/change/",
    "/accounts/reauthenticate/",
    "/accounts/logout/",
]
EMPTY = ["/", "/contacts/", "/organisations/"]
REFUSALS = [("acme", "/no/such/page/"), ("www", "/no/such/page/"), ("nobody-here", "/"), ("under_score", "/")]

LOOKS = list(product(("light", "dark"), (1440, 390)))


def test_it_can_be_read_and_operated(page, program, signed_in, watch):
    watch.expect(404, 400)
    found = [*inspect(page, (program.url("www", path) for path in PUBLIC))]
    found += inspect(page, (program.url("acme", path) for path in OUTSIDE))
    found += inspect(page, (program.url(*address) for address in REFUSALS))
    found += inspect(signed_in("acme", ALICE), (program.url("acme", path) for path in INSIDE))
    found += inspect(signed_in("globex", CHARLIE), (program.url("globex", path) for path in EMPTY))
    assert found == []


def inspect(page: Page, urls: Iterator[str]) -> Iterator[str]:
    for url in urls:
        page.goto(url)
        assert page.url.split("?")[0] == url.split("?")[0]
        for scheme, width in LOOKS:
            page.emulate_media(color_scheme=scheme)
            page.set_viewport_size({"width": width, "height": 900})
            problems = [*problems_of(page), *overflow_of(page)]
            yield from (f"{url} ({scheme}, {width}): {problem}" for problem in problems)


@pytest.mark.parametrize(
    ("subdomain", "path"),
    [
        ("www", "/signup/"),
        ("acme", "/contacts/"),
        ("acme", "/contacts/1/"),
        ("acme", "/contacts/new/"),
        ("acme", "/events/"),
    ],
)
def test_the_keyboard_reaches_everything_and_shows_where_it_is(program, signed_in, subdomain, path):
    page = signed_in("acme", ALICE)
    page.goto(program.url(subdomain, path))
    stops = page.locator(
        "a[href]:visible, button:visible, input:not([type=hidden]):visible, select:visible, textarea:visible"
    ).count()
    page.locator(".skip-link").focus()
    unseen = []
    reached = set()
    for _ in range(stops - 1):
        page.keyboard.press("Tab")
        element = page.evaluate("document.activeElement.outerHTML.slice(0, 160)")
        reached.add(element)
        if not focus_can_be_seen(page):
            unseen.append(element)
    assert unseen == []
    assert not any(element.startswith("<body") for element in reached)
