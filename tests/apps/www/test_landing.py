import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

pytestmark = pytest.mark.django_db(databases=["default", "master"])


@pytest.mark.parametrize("path", ["/", "/find/", "/find/sent/", "/signup/"])
def test_each_page_of_the_public_site_opens_without_a_query(www, path):
    with (
        CaptureQueriesContext(connections["default"]) as of_tenants,
        CaptureQueriesContext(connections["master"]) as of_platform,
    ):
        response = www.get(path)
    assert response.status_code == 200
    assert len(of_tenants) == len(of_platform) == 0
    assert response.wsgi_request.tenant is None


def test_the_landing_page_leads_to_sign_up_and_to_the_finder(www):
    page = www.get("/").content.decode()
    assert 'href="/signup/"' in page
    assert 'href="/find/"' in page


def test_it_is_only_read(www):
    assert www.post("/").status_code == 405
    assert www.post("/find/sent/").status_code == 405


@pytest.mark.parametrize(
    "path", ["/nowhere/", "/contacts/", "/accounts/login/", "/welcome/abc/", "/confirm-email/"]
)
def test_pages_of_companies_do_not_exist_here(www, path):
    response = www.get(path)
    assert response.status_code == 404
    assert "default-src 'self'" in response.headers["Content-Security-Policy"]


@pytest.mark.parametrize("path", ["/find/", "/find/sent/", "/signup/", "/signup/availability/"])
def test_pages_of_the_public_site_do_not_exist_at_a_company(cast, at, path):
    assert at(cast.acme, as_=cast.alice).get(path).status_code == 404
