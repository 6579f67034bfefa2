"""Guessing a password is slow, and keeps nobody out of their own account."""

import pytest
from django.core.cache import cache

from lib.tenancy import tenant_context
from tests.apps.accounts.conftest import is_signed_in, mailed_code
from tests.conftest import PASSWORD

ALICE = "alice@acme.example"
TOO_MANY = "Too many failed attempts"
HOME, ELSEWHERE = "198.51.100.7", "203.0.113.9"


@pytest.fixture
def browser(cast, at):
    """`browser(ELSEWHERE)`: a browser nobody has used yet, in some network."""
    return lambda address: at(cast.acme, REMOTE_ADDR=address)


@pytest.fixture
def guess(browser, sign_in):
    """`guess(5, ELSEWHERE)`: five wrong passwords for Alice, each from a browser of its own."""

    def act(times, address, login=ALICE):
        return [sign_in(browser(address), login, "wrong").content.decode() for _ in range(times)]

    return act


@pytest.fixture
def known(browser, sign_in):
    """A browser in which Alice has signed in before, and out again."""
    client = browser(HOME)
    assert sign_in(client, ALICE).url == "/"
    client.post("/accounts/logout/")
    assert not is_signed_in(client)
    return client


def test_after_five_wrong_passwords_a_network_waits_even_with_the_right_one(guess, browser, sign_in):
    assert [TOO_MANY in page for page in guess(6, ELSEWHERE)] == [False] * 5 + [True]
    thief = browser(ELSEWHERE)
    page = sign_in(thief, ALICE).content.decode()
    assert TOO_MANY in page
    assert "set a new password" in page
    assert not is_signed_in(thief)


def test_but_not_whoever_sits_in_another_network(guess, browser, sign_in):
    guess(6, ELSEWHERE)
    client = browser(HOME)
    sign_in(client, ALICE)
    assert is_signed_in(client)


def test_nor_a_colleague_in_the_same_one(guess, browser, sign_in):
    guess(6, ELSEWHERE)
    client = browser(ELSEWHERE)
    sign_in(client, "bob@acme.example")
    assert is_signed_in(client)


def test_an_address_of_ipv6_is_its_whole_network(guess):
    pages = [guess(1, f"2001:db8::{number}")[0] for number in range(6)]
    assert [TOO_MANY in page for page in pages] == [False] * 5 + [True]
    assert TOO_MANY not in guess(1, "2001:db8:0:1::1")[0]


@pytest.fixture
def guessed_from_everywhere(guess):
    networks = (f"203.0.113.{number}" for number in range(11))
    return [page for network in networks for page in guess(5, network)]


def test_many_networks_together_get_fifty_guesses_an_hour(guessed_from_everywhere, browser, sign_in):
    assert [TOO_MANY in page for page in guessed_from_everywhere] == [False] * 50 + [True] * 5
    stranger = browser(HOME)
    assert TOO_MANY in sign_in(stranger, ALICE).content.decode()


def test_and_they_do_not_keep_her_out_of_a_browser_she_has_used(known, guessed_from_everywhere, sign_in):
    sign_in(known, ALICE)
    assert is_signed_in(known)


def test_nor_do_guesses_of_somebody_in_her_own_network(known, guess, sign_in):
    guess(6, HOME)
    sign_in(known, ALICE)
    assert is_signed_in(known)


def test_a_browser_that_is_known_may_not_guess_for_ever_either(known, sign_in):
    pages = [sign_in(known, ALICE, "wrong").content.decode() for _ in range(11)]
    assert [TOO_MANY in page for page in pages] == [False] * 10 + [True]


def test_it_is_known_for_its_own_member_alone(known, guess, sign_in):
    guess(5, HOME, "bob@acme.example")
    assert TOO_MANY in sign_in(known, "bob@acme.example").content.decode()


def test_and_at_its_own_company_alone(cast, at, known, sign_in, guess):
    with tenant_context(cast.globex):
        namesake = type(cast.charlie).objects.create_user(ALICE, PASSWORD)
        namesake.emailaddress_set.create(email=ALICE, primary=True, verified=True)
    for _ in range(5):
        sign_in(at(cast.globex, REMOTE_ADDR=HOME), ALICE, "wrong")
    client = at(cast.globex, REMOTE_ADDR=HOME)
    client.cookies["device"] = known.cookies["device"].value
    assert TOO_MANY in sign_in(client, ALICE).content.decode()


@pytest.mark.parametrize("value", ["", "x", "a:b:c", "é" * 5000])
def test_a_cookie_that_is_none_of_ours_is_no_way_around(browser, sign_in, guess, value):
    guess(5, ELSEWHERE)
    client = browser(ELSEWHERE)
    client.cookies["device"] = value
    assert TOO_MANY in sign_in(client, ALICE).content.decode()


def test_the_cookie_names_nobody_and_signs_nobody_in(known, browser):
    cookie = known.cookies["device"]
    assert "alice" not in cookie.value
    assert cookie["httponly"]
    assert not cookie["domain"]
    client = browser(HOME)
    client.cookies["device"] = cookie.value
    assert not is_signed_in(client)


def test_who_sets_a_new_password_gets_in_again(guess, guessed_from_everywhere, browser, sign_in):
    client = browser(HOME)
    client.post("/accounts/password/reset/", {"email": ALICE})
    client.post("/accounts/password/reset/confirm/", {"code": mailed_code()})
    new = "another horse battery staple"
    client.post("/accounts/password/reset/complete/", {"password1": new, "password2": new})
    sign_in(client, ALICE, new)
    assert is_signed_in(client)


def test_right_passwords_are_not_counted(cast, browser, sign_in):
    for _ in range(12):
        client = browser(HOME)
        sign_in(client, ALICE)
        assert is_signed_in(client)


def test_ten_wrong_passwords_a_minute_are_enough_for_a_network(guess):
    pages = [guess(1, ELSEWHERE, f"p{number}@acme.example")[0] for number in range(11)]
    assert [TOO_MANY in page for page in pages] == [False] * 10 + [True]


def test_an_unknown_address_is_treated_as_a_known_one(guess, cast):
    known, unknown = guess(6, ELSEWHERE), guess(6, HOME, "zelda@acme.example")
    assert [TOO_MANY in page for page in known] == [TOO_MANY in page for page in unknown]


def test_a_right_password_just_after_a_code_was_sent_is_not_called_wrong(browser, sign_in, cast, unverified):
    unverified(cast.acme, cast.alice)
    assert sign_in(browser(HOME), ALICE).url == "/accounts/confirm-email/"
    again = sign_in(browser(HOME), ALICE)
    said = again.content.decode()
    assert "We mailed you a code a moment ago" in said
    assert "wait ten seconds" in said
    assert "Too many" not in said
    with tenant_context(cast.acme):
        cache.clear()  # as if ten seconds had passed
    assert sign_in(browser(HOME), ALICE).url == "/accounts/confirm-email/"
