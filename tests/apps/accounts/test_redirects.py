"""`next` leads to another page of this company, or it leads to the front page."""

from urllib.parse import urljoin, urlsplit

import pytest

from tests.conftest import PASSWORD

ELSEWHERE = [
    "http://evil.example/",
    "https://evil.example/",
    "//evil.example/",
    "///evil.example/",
    "////evil.example",
    "/\\evil.example/",
    "\\\\evil.example/",
    "\\/evil.example",
    "https:evil.example",
    "https:/evil.example",
    "http:///evil.example",
    "http://globex.localhost:8000/",
    "//globex.localhost:8000/",
    "http://www.localhost:8000/",
    "http://acme.localhost.evil.example/",
    "http://acme.localhost:9/",
    "http://acme.localhost@evil.example/",
    "http://evil.example\\@acme.localhost/",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:x",
    "\tjavascript:alert(1)",
    "\x01https://evil.example",
    "/\t/evil.example/",
    "/\n/evil.example/",
    "/\r\n/evil.example/",
    " //evil.example",
    "http://[::1",
    "http://\u2100vil.example/",
    "/%0d%0aSet-Cookie:a=b",
    "/\r\nSet-Cookie: a=b",
    "/\0",
    "a" * 5000,
    "\ud800",
]


def lands_at(response, path):
    """Return where a browser goes: browsers drop tabs and line ends, and take a backslash for a slash."""
    location = response.headers["Location"]
    for dropped in "\t\r\n":
        location = location.replace(dropped, "")
    return urlsplit(urljoin(f"http://acme.localhost{path}", location.replace("\\", "/")))


def sends_home(response, path):
    if response.status_code == 400:
        return True
    place = lands_at(response, path)
    assert "Set-Cookie: a=b" not in str(response.headers)
    return (place.scheme, place.hostname) == ("http", "acme.localhost")


def hostile(text):
    return text.encode(errors="surrogatepass")


@pytest.mark.parametrize("target", ELSEWHERE)
def test_signing_in_stays_on_the_site(cast, at, sign_in, target):
    client = at(cast.acme)
    assert sends_home(sign_in(client, "alice@acme.example", next=hostile(target)), "/accounts/login/")


@pytest.mark.parametrize("target", ELSEWHERE)
def test_so_does_a_visit_of_somebody_who_is_signed_in_already(cast, at, target):
    client = at(cast.acme, as_=cast.alice)
    response = client.get("/accounts/login/", {"next": hostile(target)})
    assert sends_home(response, "/accounts/login/")


@pytest.mark.parametrize("target", ELSEWHERE)
def test_signing_out_stays_on_the_site(cast, at, target):
    client = at(cast.acme, as_=cast.alice)
    response = client.post("/accounts/logout/", {"next": hostile(target)})
    assert sends_home(response, "/accounts/logout/")


@pytest.mark.parametrize("target", ELSEWHERE)
def test_confirming_a_password_stays_on_the_site(cast, at, target):
    client = at(cast.acme, as_=cast.alice)
    form = {"password": PASSWORD, "next": hostile(target)}
    assert sends_home(client.post("/accounts/reauthenticate/", form), "/accounts/reauthenticate/")


@pytest.mark.parametrize("target", ELSEWHERE)
def test_no_page_links_to_it_either(cast, at, target):
    response = at(cast.acme).get("/accounts/login/", {"next": hostile(target)})
    assert response.status_code in (200, 400)
    page = response.content.decode()
    for link in ("evil.example", "javascript:", "globex.localhost"):
        assert f'href="{link}' not in page
        assert f'href="//{link}' not in page
        assert f'href="http://{link}' not in page


@pytest.mark.parametrize("target", ["/contacts/", "/contacts/?q=a&page=2", "http://acme.localhost/contacts/"])
def test_a_page_of_this_company_is_led_to(cast, at, sign_in, target):
    assert sign_in(at(cast.acme), "alice@acme.example", next=target).url == target


def test_a_protected_page_is_come_back_to_after_signing_in(cast, at, sign_in):
    client = at(cast.acme)
    page = client.get("/contacts/?q=ann").url
    assert page == "/accounts/login/?next=/contacts/%3Fq%3Dann"
    assert sign_in(client, "alice@acme.example", next="/contacts/?q=ann").url == "/contacts/?q=ann"
