import time

import pytest
from django.core import mail

from lib.tenancy import tenant_context
from tests.apps.accounts.conftest import is_signed_in, mailed_code, text_of
from tests.conftest import PASSWORD

ASK, CONFIRM, COMPLETE = (
    "/accounts/password/reset/",
    "/accounts/password/reset/confirm/",
    "/accounts/password/reset/complete/",
)
NEW = "another horse entirely"


@pytest.fixture
def asked(cast, at):
    """The browser of somebody who asked for a code for Alice."""
    client = at(cast.acme)
    assert client.post(ASK, {"email": "Alice@acme.example"}).url == CONFIRM
    return client


def test_the_code_leads_to_a_new_password(cast, at, asked, sign_in):
    assert asked.post(CONFIRM, {"code": mailed_code()}).url == COMPLETE
    assert asked.post(COMPLETE, {"password1": NEW, "password2": NEW}).status_code == 302
    assert sign_in(at(cast.acme), "alice@acme.example", NEW).url == "/"
    client = at(cast.acme)
    sign_in(client, "alice@acme.example", PASSWORD)
    assert not is_signed_in(client)


def test_who_was_signed_in_with_the_old_password_no_longer_is(cast, at, asked):
    elsewhere = at(cast.acme, as_=cast.alice)
    assert is_signed_in(elsewhere)
    asked.post(CONFIRM, {"code": mailed_code()})
    asked.post(COMPLETE, {"password1": NEW, "password2": NEW})
    assert not is_signed_in(elsewhere)


def test_an_unknown_address_gets_the_same_pages_and_a_mail_that_says_so(cast, at, asked):
    known = text_of(asked.get(CONFIRM)).replace("alice@acme.example", "")
    stranger = at(cast.acme)
    assert stranger.post(ASK, {"email": "zelda@acme.example"}).url == CONFIRM
    assert text_of(stranger.get(CONFIRM)).replace("zelda@acme.example", "") == known
    _, to_zelda = mail.outbox
    assert to_zelda.to == ["zelda@acme.example"]
    assert "no such account" in to_zelda.body
    wrong = [text_of(client.post(CONFIRM, {"code": "AAAA-AAAA"})) for client in (asked, stranger)]
    assert wrong[0].replace("alice@acme.example", "") == wrong[1].replace("zelda@acme.example", "")


@pytest.mark.parametrize("code", ["", "None", "AAAA-AAAA", "\0", "a" * 10_000])
def test_no_code_is_right_for_an_unknown_address(cast, at, code):
    stranger = at(cast.acme)
    stranger.post(ASK, {"email": "zelda@acme.example"})
    assert stranger.post(CONFIRM, {"code": code}).status_code in (200, 400)
    assert stranger.get(COMPLETE).status_code == 302


def test_members_of_other_companies_are_unknown_here(cast, at):
    at(cast.acme).post(ASK, {"email": "charlie@globex.example"})
    assert "no such account" in mail.outbox[-1].body


def test_after_three_wrong_codes_the_right_one_is_worthless(asked):
    code = mailed_code()
    for _ in range(3):
        asked.post(CONFIRM, {"code": "AAAA-AAAA"})
    assert asked.post(CONFIRM, {"code": code}).url == "/accounts/login/"
    assert asked.get(COMPLETE).url == ASK


def test_a_code_runs_out(cast, asked):
    with tenant_context(cast.acme):
        session = asked.session
        session["account_password_reset_verification"]["at"] = time.time() - 3 * 60 - 1
        session.save()
    assert asked.post(CONFIRM, {"code": mailed_code()}).url == "/accounts/login/"


def test_a_code_is_good_in_the_browser_that_asked_alone(cast, at, asked):
    assert at(cast.acme).post(CONFIRM, {"code": mailed_code()}).url == "/accounts/login/"


def test_nobody_chooses_a_password_before_the_code(asked):
    assert asked.get(COMPLETE).status_code == 302
    assert asked.post(COMPLETE, {"password1": NEW, "password2": NEW}).status_code == 302


def test_a_weak_password_is_refused(asked):
    asked.post(CONFIRM, {"code": mailed_code()})
    response = asked.post(COMPLETE, {"password1": "password"})
    assert "too common" in response.content.decode()


def test_one_address_is_not_mailed_without_end(cast, at):
    answers = [at(cast.acme).post(ASK, {"email": "alice@acme.example"}) for _ in range(6)]
    assert answers[5].status_code == 429
    assert int(answers[5].headers["Retry-After"]) > 0
    assert len(mail.outbox) == 5
    assert at(cast.globex).post(ASK, {"email": "alice@acme.example"}).status_code == 302


def test_a_mail_server_that_is_away_is_no_crash_and_tells_nothing(cast, at, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    pages = []
    for email in ("alice@acme.example", "zelda@acme.example"):
        client = at(cast.acme)
        assert client.post(ASK, {"email": email}).url == CONFIRM
        pages.append(text_of(client.get(CONFIRM)).replace(email, ""))
    assert pages[0] == pages[1]
    assert "could not send" in pages[0]


def test_a_member_changes_their_password_and_signs_in_anew(cast, at, sign_in):
    client = at(cast.acme, as_=cast.alice)
    form = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    assert client.post("/accounts/password/change/", form | {"oldpassword": "wrong"}).status_code == 200
    assert client.post("/accounts/password/change/", form).status_code == 302
    assert not is_signed_in(client)
    assert mail.outbox[-1].to == ["alice@acme.example"]  # is told
    assert sign_in(client, "alice@acme.example", NEW).url == "/"
