"""An address is proved by a code that came to it."""

import time

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.cache import cache

from apps.companies.directory import companies_of
from apps.companies.models import DirectoryEntry
from lib.tenancy import tenant_context
from tests.apps.accounts.conftest import is_signed_in, mailed_code

CODE_PAGE = "/accounts/confirm-email/"


@pytest.fixture
def asked(cast, at, sign_in, unverified):
    """Alice's browser after her password, before the code."""
    unverified(cast.acme, cast.alice)
    client = at(cast.acme)
    sign_in(client, "alice@acme.example")
    return client


@pytest.fixture
def is_proved(cast):
    def ask():
        with tenant_context(cast.acme):
            return EmailAddress.objects.get(user=cast.alice).verified

    return ask


def test_the_page_names_the_address_and_not_the_code(asked):
    page = asked.get(CODE_PAGE).content.decode()
    assert "alice@acme.example" in page
    assert mailed_code() not in page


def test_the_right_code_proves_the_address(asked, is_proved):
    DirectoryEntry.objects.all().delete()
    assert asked.post(CODE_PAGE, {"code": mailed_code()}).status_code == 302
    assert is_proved()
    assert is_signed_in(asked)
    assert [company.subdomain for company in companies_of("alice@acme.example")] == ["acme"]


@pytest.mark.parametrize("change", [str.lower, lambda code: code.replace("-", ""), lambda code: f" {code} "])
def test_it_may_be_typed_as_people_type(asked, is_proved, change):
    asked.post(CODE_PAGE, {"code": change(mailed_code())})
    assert is_proved()


@pytest.mark.parametrize("code", ["", "AAAA-AAAA", "\0", "a" * 10_000, "\u202e", "' OR 1=1 --"])
def test_a_wrong_one_does_not(asked, is_proved, code):
    assert asked.post(CODE_PAGE, {"code": code}).status_code in (200, 400)
    assert not is_proved()
    assert not is_signed_in(asked)


def test_after_three_wrong_ones_the_right_one_is_worthless(asked, is_proved):
    code = mailed_code()
    for _ in range(3):
        response = asked.post(CODE_PAGE, {"code": "AAAA-AAAA"})
    assert response.url == "/accounts/login/"
    asked.post(CODE_PAGE, {"code": code})
    assert not is_proved()


def test_it_runs_out(cast, asked, is_proved):
    with tenant_context(cast.acme):
        session = asked.session
        session["account_email_verification_code"]["at"] = time.time() - 15 * 60 - 1
        session.save()
    assert asked.post(CODE_PAGE, {"code": mailed_code()}).status_code == 302
    assert not is_proved()


def test_a_new_one_can_be_had_and_replaces_the_old(cast, asked, is_proved):
    old = mailed_code()
    with tenant_context(cast.acme):
        cache.clear()  # ten seconds later
    assert asked.post(CODE_PAGE, {"action": "resend"}).url == CODE_PAGE
    assert len(mail.outbox) == 2
    asked.post(CODE_PAGE, {"code": old})
    assert not is_proved()
    asked.post(CODE_PAGE, {"code": mailed_code()})
    assert is_proved()


def test_but_not_every_second(asked):
    asked.post(CODE_PAGE, {"action": "resend"})
    assert len(mail.outbox) == 1


def test_a_code_of_one_company_proves_nothing_at_another(cast, at, asked, sign_in, unverified):
    unverified(cast.globex, cast.charlie)
    code_of_acme = mailed_code()
    charlie = at(cast.globex)
    sign_in(charlie, "charlie@globex.example")
    charlie.post(CODE_PAGE, {"code": code_of_acme})
    with tenant_context(cast.globex):
        assert not EmailAddress.objects.get(user=cast.charlie).verified


def test_a_member_who_is_signed_in_is_led_to_the_code(cast, at, unverified, is_proved):
    unverified(cast.acme, cast.alice)
    client = at(cast.acme, as_=cast.alice)
    assert client.get("/confirm-email/").url == CODE_PAGE
    client.post(CODE_PAGE, {"code": mailed_code()})
    assert is_proved()
    assert client.get("/confirm-email/").url == "/"


def test_asking_again_sends_no_second_mail_while_the_first_code_works(cast, at, unverified):
    unverified(cast.acme, cast.alice)
    client = at(cast.acme, as_=cast.alice)
    client.get("/confirm-email/")
    client.get("/confirm-email/")
    assert len(mail.outbox) == 1


def test_a_stranger_is_asked_to_sign_in(cast, at):
    assert at(cast.acme).get("/confirm-email/").url.startswith("/accounts/login/")
    assert at(cast.acme).get(CODE_PAGE).url == "/accounts/login/"


def test_the_mail_is_from_the_company(asked):
    (message,) = mail.outbox
    assert message.to == ["alice@acme.example"]
    assert message.subject.startswith("[acme] ")
    assert "Acme" in message.body
    assert "None" not in message.body
