import io

import pytest
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.http import HttpResponse
from django.test import Client
from django.urls import path
from psycopg2.extensions import QuotedString

from lib.security.wsgi import get_wsgi_application


def echo(request, text=""):
    """Show what arrived, as a page that stores it would use it: through the driver's quoting."""
    for value in (text, *request.GET.values(), *request.POST.values(), *request.COOKIES.values()):
        quoted = QuotedString(value)
        quoted.encoding = "utf-8"
        quoted.getquoted()
    return HttpResponse(f"{text}|{dict(request.COOKIES)}")


urlpatterns = [path("", echo), path("at/<str:text>/", echo)]

MULTIPART = b'--X\r\nContent-Disposition: form-data; name="a"\r\n\r\n%b\r\n--X--\r\n'


@pytest.fixture(autouse=True)
def stack(settings):
    settings.ROOT_URLCONF = __name__
    settings.MIDDLEWARE = ["lib.security.hostile_input.HostileInputMiddleware"]


@pytest.fixture
def open_connections_left_alone():
    """Do as Django's test client does: a request's start and end would close what other tests opened."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def client():
    return Client(raise_request_exception=False)


@pytest.mark.parametrize(
    "url", ["/at/a%00b/", "/at/a%0ab/", "/at/a%7fb/", "/?q=%00", "/?%00=q", f"/?q={'x' * 9000}"]
)
def test_an_address_no_browser_sends_is_a_400(client, url):
    assert client.get(url).status_code == 400


@pytest.mark.parametrize("url", ["/at/a%ffb/", "/?q=%ff", "/?q=%ed%a0%80", "/at/Zo%C3%AB/", "/?q=a%0ab"])
def test_an_address_that_can_be_read_passes(client, url):
    assert client.get(url).status_code == 200


def test_too_many_parameters_are_a_400(client):
    query = "&".join(f"{number}=" for number in range(1100))
    assert client.get(f"/?{query}").status_code == 400
    assert client.post("/", query, content_type="application/x-www-form-urlencoded").status_code == 400


@pytest.mark.parametrize(
    "charset", ["hex", "base64", "undefined", "idna", "utf-16", "utf-7", "raw_unicode_escape", "x"]
)
def test_a_charset_that_is_not_utf_8_is_a_400(client, charset):
    body = MULTIPART % b"\\ud800"
    response = client.generic("POST", "/", body, f"multipart/form-data; boundary=X; charset={charset}")
    assert response.status_code == 400


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (MULTIPART % b"\xff\xfe", "multipart/form-data; boundary=X"),
        (MULTIPART % b"a", "multipart/form-data; boundary=X; charset=UTF-8"),
        (b"--X\r\nContent-Disp", "multipart/form-data; boundary=X"),
        (b"a=%ff&b", "application/x-www-form-urlencoded"),
        (b"a=%00", "text/plain"),
        (b"a=1", "; ;=;"),
    ],
)
def test_a_body_that_can_be_read_passes(client, body, content_type):
    assert client.generic("POST", "/", body, content_type).status_code == 200


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"x", "multipart/form-data"),
        (b"x", "multipart/form-data; boundary=\xff"),
        (MULTIPART % b"a\x00", "multipart/form-data; boundary=X"),
        (b"a=%00", "application/x-www-form-urlencoded"),
    ],
)
def test_a_body_that_cannot_be_read_or_stored_is_a_400(client, body, content_type):
    assert client.generic("POST", "/", body, content_type).status_code == 400


def test_hostile_cookies_are_dropped_and_the_others_kept(client):
    cookies = 'sessionid="abcdefgh\\000"; theme="dark\\012"; csrftoken=abc'
    response = client.get("/", headers={"cookie": cookies})
    assert response.status_code == 200
    assert response.content.decode() == "|{'csrftoken': 'abc'}"


def test_other_mistakes_of_a_view_stay_mistakes(client, monkeypatch):
    def fail(request):
        raise ValueError("something else")

    monkeypatch.setattr(urlpatterns[0], "callback", fail)
    assert client.get("/").status_code == 500


@pytest.mark.parametrize("content_type", ["text/plain; a*=bogus''x", "text/plain; a=" + "x" * 20_000, ";"])
def test_no_content_type_crashes_the_application_itself(content_type, open_connections_left_alone):
    environ = Client()._base_environ(PATH_INFO="/", CONTENT_TYPE=content_type)
    environ["wsgi.input"] = io.BytesIO()
    answers = []
    body = get_wsgi_application()(environ, lambda status, headers: answers.append(status))
    body.close()
    assert answers == ["200 OK"]


def test_an_unknown_charset_is_a_400_also_with_a_csrf_cookie(cast, at):
    # The page of the 400 itself asks for a CSRF token, and so for the body.
    client = at(cast.acme, raise_request_exception=False)
    client.cookies["csrf"] = "a" * 32
    content_type = "application/x-www-form-urlencoded; charset=utf-16"
    assert client.post("/accounts/login/", b"a=b" * 100, content_type=content_type).status_code == 400
