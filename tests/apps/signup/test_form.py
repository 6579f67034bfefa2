"""What the form at www asks for, refuses, and gives back."""

import pytest
from django.utils.html import escape

from apps.signup.forms import SignupForm
from lib.tenancy.testing import HostClient
from tests.apps.signup.conftest import DETAILS

pytestmark = pytest.mark.django_db(databases=["default", "master"])


def errors_of(response, field):
    return response.context["form"].errors.get(field, [])


def test_it_opens_without_a_cookie_but_that_against_forgery(www):
    response = www.get("/signup/")
    assert response.status_code == 200
    assert set(response.cookies) <= {"csrf"}
    assert "no-store" in response.headers["Cache-Control"]


def test_it_may_be_submitted_to_the_host_that_the_answer_leads_to(www):
    policy = www.get("/signup/").headers["Content-Security-Policy"]
    assert "form-action 'self' http://*.localhost:8000" in policy
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy


def test_it_takes_the_address_that_a_stranger_came_for(www):
    page = www.get("/signup/", {"subdomain": "new-place"}).content.decode()
    assert 'value="new-place"' in page


@pytest.mark.parametrize("hostile", ['"><script>alert(1)</script>', "a" * 10_000, "\ud800", "\u202eabc"])
def test_it_shows_a_hostile_address_as_text(www, hostile):
    response = www.get("/signup/", {"subdomain": hostile.encode(errors="surrogatepass")})
    assert response.status_code in (200, 400)
    assert b"<script>alert" not in response.content


def test_everything_is_asked_for(www):
    response = www.post("/signup/", {})
    assert response.status_code == 422
    assert set(response.context["form"].errors) == set(DETAILS)


def test_nothing_typed_is_lost_but_the_password(sign_up):
    response = sign_up(email="nonsense", company_name="A & B", contact_name="<Peter>")
    page = response.content.decode()
    assert response.status_code == 422
    for typed in ("A & B", "initech", "<Peter>", "nonsense"):
        assert f'value="{escape(typed)}"' in page
    assert DETAILS["password"] not in page


@pytest.mark.parametrize(
    ("subdomain", "reason"),
    [
        ("www", "kept for the platform"),
        ("ADMIN", "kept for the platform"),
        ("mail2", "kept for the platform"),
        ("under_score", "hyphen in place of the underscore"),
        ("two.labels", "Leave out the dot"),
        ("acme.localhost:8000", "Leave out the dot"),
        ("-first", "Begin with a letter"),
        ("last-", "End with a letter"),
        ("two--hyphens", "one hyphen at a time"),
        ("xn--bcher-kva", "xn--"),
        ("a" * 64, "at most 63"),
        ("a" * 250, "at most 63"),
        ("müller", "without accents"),
        ("\u0430cme", "without accents"),  # a Cyrillic a
        ("ac me", "Use only letters, digits and hyphens"),
        ("acme/../x", "Leave out the dot"),
        ("'; drop schema master; --", "Use only letters"),
        ("a\0b", "U+0000"),
        ("a\u202eb", "U+202E"),
        ("", "suggest"),
        ("   ", "suggest"),
    ],
)
def test_an_address_that_cannot_be_is_refused_with_its_reason(sign_up, subdomain, reason):
    response = sign_up(subdomain=subdomain)
    assert response.status_code == 422
    (error,) = errors_of(response, "subdomain")
    assert reason in error
    assert set(response.context["form"].errors) == {"subdomain"}


@pytest.mark.parametrize("subdomain", ["acme", "ACME", " Acme "])
def test_a_taken_address_is_refused_with_one_that_is_free(sign_up, subdomain):
    response = sign_up(subdomain=subdomain)
    assert response.status_code == 422
    assert errors_of(response, "subdomain") == ["acme is taken. acme-2 is free."]


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("short", "too short"),
        ("password", "too common"),
        ("73516289407", "entirely numeric"),
        ("peter@initech.example", "too similar to the email"),
        ("a" * 129, "at most 128"),
        ("correct\0horse battery", "U+0000"),
    ],
)
def test_a_weak_password_is_refused_with_its_reason(sign_up, password, reason):
    response = sign_up(password=password)
    assert response.status_code == 422
    assert reason in " ".join(errors_of(response, "password"))


@pytest.mark.parametrize("email", ["nonsense", "a@b", "a@b.c\nBcc: x@y.z", "a" * 250 + "@b.example"])
def test_an_address_that_is_none_is_refused(sign_up, email):
    assert errors_of(sign_up(email=email), "email")


def test_a_forged_request_is_refused():
    forger = HostClient(enforce_csrf_checks=True)
    assert forger.post("/signup/", DETAILS).status_code == 403


def test_it_exists_at_www_alone(cast, at):
    assert at(cast.acme).get("/signup/").status_code == 404


def test_an_address_left_empty_comes_back_with_a_suggestion_to_confirm(cast):
    answers = {
        "company_name": "Müller & Söhne",
        "subdomain": " ",
        "contact_name": "Peter",
        "email": "peter@x.example",
        "password": "tps reports are 2 boring",
    }
    form = SignupForm(answers)
    assert not form.is_valid()
    assert form["subdomain"].value() == "muller-and-sohne"
    assert form.errors["subdomain"] == ["We suggest this address. Change it if you like, and send again."]
    assert form["contact_name"].value() == "Peter"
    assert SignupForm({**answers, "subdomain": form["subdomain"].value()}).is_valid()


def test_without_a_name_there_is_nothing_to_suggest(cast):
    form = SignupForm({"company_name": "", "subdomain": ""})
    assert form.errors["subdomain"] == ["This field is required."]
