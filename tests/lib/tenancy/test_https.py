"""With HTTPS, people are redirected to it at hosts there are; others get the page that says there is none."""

import pytest

from lib.tenancy.testing import HostClient

pytestmark = pytest.mark.usefixtures("cast")


@pytest.fixture(autouse=True)
def with_https(settings):
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_HSTS_SECONDS = 60
    settings.BASE_URL = "https://localhost"


@pytest.mark.parametrize("method", ["get", "head", "post"])
@pytest.mark.parametrize("host", ["acme.localhost", "www.localhost", "localhost"])
def test_a_host_there_is_redirects_to_itself(host, method):
    response = getattr(HostClient(HTTP_HOST=host), method)("/contacts/?q=ann", secure=False)
    assert response.status_code == 301
    assert response.url == f"https://{host}/contacts/?q=ann"
    assert not response.cookies
    assert "Strict-Transport-Security" not in response.headers


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("nobody.localhost", 404),
        ("acme.localhost.evil.org", 404),
        ("evil.org", 404),
        ("127.0.0.1", 404),
        ("acme.localhost.", 400),
        ("user@acme.localhost", 400),
        ("", 400),
    ],
)
@pytest.mark.parametrize("secure", [False, True])
def test_a_host_there_is_not_gets_its_page_at_once(host, status, secure):
    response = HostClient(HTTP_HOST=host).get("/", secure=secure)
    assert response.status_code == status
    assert "Location" not in response.headers


def test_nobody_is_redirected_who_is_there_already():
    response = HostClient("acme").get("/accounts/login/", secure=True)
    assert response.status_code == 200
    assert response.headers["Strict-Transport-Security"].startswith("max-age=60")


def test_the_bare_domain_with_https_leads_to_www():
    response = HostClient(HTTP_HOST="localhost").get("/find/", secure=True)
    assert (response.status_code, response.url) == (301, "https://www.localhost/find/")


def test_what_a_proxy_asks_by_http_can_be_left_out(settings):
    settings.SECURE_REDIRECT_EXEMPT = ["^accounts/login/$"]
    assert HostClient("acme").get("/accounts/login/").status_code == 200
    assert HostClient("acme").get("/contacts/").status_code == 301
