from contextlib import closing

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from lib.tenancy import tenant_context


@pytest.fixture(autouse=True)
def plan(settings, tmp_path, cast):
    settings.MEDIA_ROOT = tmp_path
    with tenant_context(cast.acme):
        default_storage.save("plans/plan.html", ContentFile(b"<script>alert(1)</script>"))
        return default_storage.url("plans/plan.html")


def test_a_member_gets_a_file_of_the_company(cast, at, plan):
    response = at(cast.acme, as_=cast.bob).get(plan)
    assert response.status_code == 200
    assert response.getvalue() == b"<script>alert(1)</script>"


def test_a_member_of_another_company_does_not(cast, at, plan):
    assert at(cast.globex, as_=cast.charlie).get(plan).status_code == 404


def test_a_stranger_is_asked_to_sign_in(cast, at, plan):
    response = at(cast.acme).get(plan)
    assert response.status_code == 302
    assert response.headers["Location"].startswith("/accounts/login/")


def test_a_session_of_another_company_does_not_open_it(cast, at, plan):
    thief = at(cast.acme)
    thief.cookies = at(cast.globex, as_=cast.charlie).cookies
    assert thief.get(plan).status_code == 302


def test_the_public_site_has_no_files(cast, www, plan):
    assert www.get(plan).status_code == 404


@pytest.mark.parametrize(
    "name", ["../{schema}/plans/plan.html", "%2e%2e/{schema}/plans/plan.html", "..", "%2e%2e"]
)
def test_no_address_leads_into_another_companys_folder(cast, at, name):
    path = "/files/" + name.format(schema=cast.acme.schema_name)
    assert at(cast.globex, as_=cast.charlie).get(path).status_code == 404


@pytest.mark.parametrize("name", ["nothing.txt", "plans", "plans/", "x" * 400, "/etc/passwd", "a%0d%0ab"])
def test_what_is_no_file_is_not_found(cast, at, name):
    assert at(cast.acme, as_=cast.alice).get(f"/files/{name}").status_code in (400, 404)


def test_a_page_that_somebody_uploaded_runs_nothing(cast, at, plan):
    with closing(at(cast.acme, as_=cast.alice).get(plan)) as response:
        headers = response.headers
    assert headers["Content-Disposition"] == 'attachment; filename="plan.html"'
    assert headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_no_shared_cache_keeps_it(cast, at, plan):
    with closing(at(cast.acme, as_=cast.alice).get(plan)) as response:
        assert "private" in response.headers["Cache-Control"]


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_it_only_gives_out(cast, at, plan, method):
    assert getattr(at(cast.acme, as_=cast.alice), method)(plan).status_code == 405
