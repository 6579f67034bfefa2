"""The way from www to the company's own host: once, soon, and at no other company."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connections
from django.utils import timezone

from apps.accounts.handovers import issue_handover, redeem_handover
from apps.accounts.models import Handover, User
from apps.companies.models import Company
from lib.tenancy import tenant_context
from lib.tenancy.testing import HostClient
from tests.apps.accounts.conftest import is_signed_in


@pytest.fixture
def token(cast):
    """A way in for Alice at Acme."""
    with tenant_context(cast.acme):
        return issue_handover(cast.alice)


def test_it_signs_in_the_person_it_was_made_for(cast, at, token):
    client = at(cast.acme)
    assert client.get(f"/welcome/{token}/").url == "/"
    assert client.get("/").context["user"] == cast.alice


def test_used_twice_it_says_so_and_signs_nobody_in(cast, at, token):
    assert at(cast.acme).get(f"/welcome/{token}/").status_code == 302
    thief = at(cast.acme)
    response = thief.get(f"/welcome/{token}/")
    assert response.status_code == 410
    assert "has been used or has expired" in response.content.decode()
    assert not is_signed_in(thief)


def test_it_works_for_a_minute(cast, at, token, settings):
    assert settings.HANDOVER_SECONDS <= 60
    with tenant_context(cast.acme):
        handover = Handover.objects.get()
        assert handover.expires_at - timezone.now() <= timedelta(seconds=60)
        Handover.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    client = at(cast.acme)
    assert client.get(f"/welcome/{token}/").status_code == 410
    assert not is_signed_in(client)


def test_it_is_worthless_at_another_company_and_stays_good_at_its_own(cast, at, token):
    stranger = at(cast.globex)
    assert stranger.get(f"/welcome/{token}/").status_code == 410
    assert not is_signed_in(stranger)
    assert at(cast.acme).get(f"/welcome/{token}/").status_code == 302


@pytest.mark.parametrize(
    "tamper",
    [
        lambda token: token[:-1],
        lambda token: f"{token}A",
        lambda token: token.swapcase(),
        lambda token: "A" * len(token),
        lambda token: "a" * 10_000,
        lambda token: "%F0%9F%98%80",
        lambda token: "%ff%fe",
        lambda token: "'; DELETE FROM accounts_handover; --",
    ],
)
def test_a_token_that_was_tampered_with_signs_nobody_in(cast, at, token, tamper):
    client = at(cast.acme)
    assert client.get(f"/welcome/{tamper(token)}/").status_code == 410
    assert not is_signed_in(client)


def test_the_digest_in_the_database_is_no_token(cast, at, token):
    with tenant_context(cast.acme):
        digest = Handover.objects.get().token_digest
    assert at(cast.acme).get(f"/welcome/{digest}/").status_code == 410


def test_it_lets_nobody_in_whose_account_is_switched_off(cast, at, token):
    with tenant_context(cast.acme):
        User.objects.filter(pk=cast.alice.pk).update(is_active=False)
    assert at(cast.acme).get(f"/welcome/{token}/").status_code == 410


def test_it_replaces_whoever_was_signed_in_before(cast, at, token):
    client = at(cast.acme, as_=cast.bob)
    before = client.cookies["session"].value
    client.get(f"/welcome/{token}/")
    assert client.get("/").context["user"] == cast.alice
    assert client.cookies["session"].value != before


def test_the_answer_is_not_stored_and_sends_no_address_elsewhere(cast, at, token):
    for _ in range(2):  # the answer to the first use, and to the second
        headers = at(cast.acme).get(f"/welcome/{token}/").headers
        assert "no-store" in headers["Cache-Control"]
        assert headers["Referrer-Policy"] == "same-origin"


def test_it_is_only_read(cast, at, token):
    assert at(cast.acme).post(f"/welcome/{token}/").status_code == 405


def test_a_mail_server_that_is_away_costs_the_mail_and_not_the_page(cast, at, token, unverified, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    unverified(cast.acme, cast.alice)
    client = at(cast.acme)
    assert client.get(f"/welcome/{token}/").status_code == 302
    assert "could not send" in client.get("/").content.decode()


@pytest.mark.usefixtures("real_transactions")
def test_of_two_who_come_at_once_one_gets_in():
    acme = Company.find_by_subdomain("acme")
    assert acme
    with tenant_context(acme):
        alice = User.objects.get(email="alice@acme.example")
        token = issue_handover(alice)
    both_are_here = threading.Barrier(8)

    def redeem(_):
        try:
            with tenant_context(acme):
                both_are_here.wait(20)
                return redeem_handover(token)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as executor:
        admitted = [user for user in executor.map(redeem, range(8)) if user]
    assert admitted == [alice]


def test_it_exists_at_companies_alone(db):
    assert HostClient().get("/welcome/abc/").status_code == 404
