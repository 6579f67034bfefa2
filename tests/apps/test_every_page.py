"""Every page of both hosts, tomorrow's as well: text that nobody types is refused, and crashes nothing."""

import itertools
from collections.abc import Iterator
from urllib.parse import unquote_to_bytes, urlsplit

import pytest
from django.forms import BaseForm, BaseFormSet
from django.template import Context
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.converters import IntConverter

from lib.tenancy.conf import tenant_urlconf, www_urlconf
from lib.tenancy.testing import HostClient

HOSTILE = [
    b"%00",
    b"a%00b",
    b"%ff%fe",
    b"%ed%a0%80",
    b"%c0%af",
    b"%1b%5b31m",
    b"%0d%0aSet-Cookie:%20a=b",
    b"%e2%80%ae",
    b"%ef%bb%bf",
    b"%u0041",
    b"%",
    b"%27%22%3c/script%3e",
    b"-1",
    b"99999999999999999999999999",
    b"1e309",
    b"NaN",
    b"%d9%a1",
    b"a" * 5_000,
    b"a" * 9_000,
    b"..%2f..%2fetc%2fpasswd",
    b"[]",
    b"{}",
    b"%7b%7b7*7%7d%7d",
]
# What any of our pages, or Django or allauth, reads from a query or a body.
COMMON_NAMES = [b"next", b"page", b"q", b"order", b"organisation", b"action", b"subdomain", b"version"]


def paths(urlconf: str) -> list[str]:
    return sorted({f"/{path}" for path in _paths(get_resolver(urlconf), "")})


def _paths(resolver: URLResolver, before: str) -> Iterator[str]:
    for entry in resolver.url_patterns:
        route = before + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _paths(entry, route)
        else:
            yield _filled(entry, route)


def _filled(pattern: URLPattern, route: str) -> str:
    # The route without its last part is of resolvers, whose converters none of ours has.
    for name, converter in pattern.pattern.converters.items():
        sample = "1" if isinstance(converter, IntConverter) else "x"
        for written in (
            f"<{name}>",
            *(f"<{kind}:{name}>" for kind in ("int", "str", "slug", "uuid", "path")),
        ):
            route = route.replace(written, sample)
    return route


AT_COMPANY, AT_WWW = paths(tenant_urlconf()), paths(www_urlconf())
PAGES = [*(("acme", path) for path in AT_COMPANY), *(("www", path) for path in AT_WWW)]


@pytest.fixture(params=["signed in", "signed out"])
def visit(request, cast, at, settings):
    """`visit("acme", "POST", path, ...)`, as Alice and as a stranger, each time from a place of its own."""
    places, name = itertools.count(1), settings.SESSION_COOKIE_NAME
    session = ""  # Alice's: signing in takes longer than a page, so it is done once

    def send(host: str, method: str, path: str, **options):
        nonlocal session
        place = next(places)
        # Another place each time: it is not the rate limits that are tried here.
        defaults = {
            "REMOTE_ADDR": f"10.0.{place // 250}.{place % 250 + 1}",
            "raise_request_exception": False,
        }
        client = at(cast.acme, **defaults) if host == "acme" else HostClient(**defaults)
        if request.param == "signed in" and host == "acme":
            session = session or at(cast.acme, as_=cast.alice).cookies[name].value
            client.cookies[name] = session
        response = client.generic(method, path, **options)
        if name in response.cookies:
            session = ""  # a page has ended it, or begun another
        return response

    return send


def names_on(page) -> list[bytes]:
    """Return the names of all fields of all forms that the view gave to its template."""
    names = set()
    contexts = page.context if isinstance(page.context, list) else [page.context or Context()]
    for value in (value for context in contexts for value in context.flatten().values()):
        # By type(): isinstance() would make a lazy user ask the database.
        if issubclass(type(value), BaseForm | BaseFormSet):
            forms = [value] if issubclass(type(value), BaseForm) else value.forms
            names |= {form.add_prefix(name).encode() for form in forms for name in form.fields}
    return sorted(names)


def test_the_pages_are_found():
    assert {"/", "/contacts/", "/contacts/1/", "/welcome/x/", "/accounts/login/"} <= set(AT_COMPANY)
    assert {"/", "/signup/", "/find/", "/signup/availability/"} <= set(AT_WWW)


@pytest.mark.parametrize(("host", "path"), PAGES)
def test_no_query_crashes_a_page(visit, host, path):
    fields = [*COMMON_NAMES, *names_on(visit(host, "GET", path))]
    for hostile in HOSTILE:
        query = b"&".join(name + b"=" + hostile for name in fields) if len(hostile) < 500 else b"q=" + hostile
        response = visit(host, "GET", path, QUERY_STRING=query.decode())
        assert response.status_code < 500, (path, hostile)
        assert b"Set-Cookie: a=b" not in response.serialize_headers()


@pytest.mark.parametrize(("host", "path"), PAGES)
def test_no_form_crashes_a_page(visit, host, path):
    fields = [*COMMON_NAMES, *names_on(visit(host, "GET", path))]
    for hostile in HOSTILE:
        body = b"&".join(name + b"=" + hostile for name in fields)
        response = visit(host, "POST", path, data=body, content_type="application/x-www-form-urlencoded")
        assert response.status_code < 500, (path, hostile)
        assert "evil" not in response.headers.get("Location", "")


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/x-www-form-urlencoded", b"a=b&" * 1001),
        ("application/x-www-form-urlencoded", b"&=&;=%"),
        ("application/x-www-form-urlencoded; charset=hex", b"a=b"),
        ("multipart/form-data", b"no boundary"),
        ("multipart/form-data; boundary=x", b"--x\r\n\r\n\xff\x00"),
        (
            "multipart/form-data; boundary=x; charset=utf-16",
            b"--x\r\nContent-Disposition: form-data; name=q\r\n\r\na\r\n--x--",
        ),
        ("multipart/form-data; boundary=" + "x" * 300, b"--x--"),
        ("application/json", b"{" * 1000),
        ("text/plain\xff", b"\x00\xff"),
        ("", b"a=b"),
    ],
)
def test_no_body_crashes_a_page(visit, content_type, body):
    for host, path in PAGES:
        response = visit(host, "POST", path, data=body, content_type=content_type)
        assert response.status_code < 500, path


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND", "get"])
def test_no_method_crashes_a_page(visit, method):
    for host, path in PAGES:
        assert visit(host, method, path).status_code < 500, path


@pytest.mark.parametrize(
    "path",
    [
        "/%00",
        "/a%00b/",
        "/%ff/",
        "/%0a",
        "/%e2%80%ae/",
        "/%ed%a0%80/",
        "/contacts/%d9%a1/",
        "/contacts/99999999999999999999/",
        "/contacts/-1/",
        "/contacts/1/%00/",
        "//evil.example/",
        "//evil.example",
        "///evil.example",
        "/../../etc/passwd",
        "/" + "a" * 10_000 + "/",
        "/static/../manage.py",
        "/static/%2e%2e/manage.py",
    ],
)
@pytest.mark.parametrize("host", ["acme", "www"])
def test_no_address_crashes_a_host(visit, host, path):
    raw = unquote_to_bytes(path).decode("latin-1")
    response = visit(host, "GET", "/", PATH_INFO=raw)
    assert 300 <= response.status_code < 500
    assert urlsplit(response.headers.get("Location", "")).netloc in ("", f"{host}.localhost")


@pytest.mark.parametrize(
    "header",
    [
        {"HTTP_COOKIE": "session=\x00; csrf=\xff"},
        {"HTTP_COOKIE": "=;" * 2000},
        {"HTTP_COOKIE": "messages=x; session=" + "a" * 5000},
        {"HTTP_ACCEPT_LANGUAGE": "x" * 5000},
        {"HTTP_ACCEPT_LANGUAGE": "\xff\x00"},
        {"HTTP_REFERER": "\x00//evil"},
        {"HTTP_USER_AGENT": "\x00\xff" * 500},
        {"HTTP_X_FORWARDED_FOR": "\x00, not an address"},
        {"HTTP_X_FORWARDED_HOST": "globex.localhost"},
        {"HTTP_X_REQUESTED_WITH": "XMLHttpRequest"},
        {"HTTP_HX_REQUEST": "true", "HTTP_HX_CURRENT_URL": "http://[", "HTTP_HX_TARGET": "\xff"},
        {"HTTP_HX_CURRENT_URL-URI_AUTOENCODED": "true", "HTTP_HX_CURRENT_URL": "%ff%00"},
        {"HTTP_ORIGIN": "null"},
        {"HTTP_RANGE": "bytes=9-1"},
        {"HTTP_IF_MODIFIED_SINCE": "x" * 300},
    ],
)
def test_no_header_crashes_a_page(visit, header):
    for host, path in PAGES:
        assert visit(host, "GET", path, **header).status_code < 500, path


def test_a_unix_socket_behind_a_proxy_crashes_no_page(visit, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    for host, path in PAGES:
        assert visit(host, "GET", path, REMOTE_ADDR="unix:").status_code < 500, path


@pytest.mark.parametrize("path", AT_COMPANY)
def test_no_page_of_a_company_is_kept_by_a_browser_or_a_proxy(visit, path):
    control = visit("acme", "GET", path).headers["Cache-Control"]
    assert "private" in control
    assert "no-store" in control


@pytest.mark.parametrize(("host", "path"), PAGES)
def test_every_page_carries_the_headers(visit, host, path):
    headers = visit(host, "GET", path).headers
    assert "default-src 'self'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
