import pytest
from django.contrib.auth import hashers
from django.core.cache import caches

from apps.accounts.models import User
from lib.tenancy import tenant_context
from tests.apps.accounts.conftest import is_signed_in, mailed_code, text_of
from tests.conftest import PASSWORD


class CountingHasher(hashers.MD5PasswordHasher):
    """Counts what it hashes, which is what takes time in a sign-in."""

    hashed = 0

    def encode(self, password: str, salt: str) -> str:
        type(self).hashed += 1
        return super().encode(password, salt)


@pytest.mark.parametrize("email", ["alice@acme.example", "Alice@ACME.Example", " alice@acme.example "])
def test_people_sign_in_with_their_address_in_any_letter_case(cast, at, sign_in, email):
    client = at(cast.acme)
    assert sign_in(client, email).url == "/"
    assert client.get("/").context["user"] == cast.alice


def test_the_page_names_the_company_and_nobody_in_it(cast, at):
    page = at(cast.acme).get("/accounts/login/").content.decode()
    assert "Sign in to Acme" in page
    assert "alice" not in page.lower()


def test_a_wrong_password_and_an_unknown_address_look_the_same(cast, at, sign_in):
    wrong = sign_in(at(cast.acme), "alice@acme.example", "wrong")
    unknown = sign_in(at(cast.acme), "zelda@acme.example", "wrong")
    of_another = sign_in(at(cast.acme), "charlie@globex.example", PASSWORD)
    assert wrong.status_code == unknown.status_code == of_another.status_code == 200
    said = text_of(wrong).replace("alice@acme.example", "")
    assert said == text_of(unknown).replace("zelda@acme.example", "")
    assert said == text_of(of_another).replace("charlie@globex.example", "")
    assert "not correct" in said


@pytest.mark.parametrize("email", ["alice@acme.example", "zelda@acme.example"])
def test_both_take_one_hash_of_a_password(cast, at, sign_in, settings, email):
    settings.PASSWORD_HASHERS = [f"{__name__}.CountingHasher"]
    CountingHasher.hashed = 0
    sign_in(at(cast.acme), email, "wrong")
    assert CountingHasher.hashed == 1


def test_one_company_knows_nothing_of_the_members_of_another(cast, at, sign_in):
    client = at(cast.globex)
    sign_in(client, "alice@acme.example")
    assert not is_signed_in(client)


def test_an_account_that_is_switched_off_stays_out(cast, at, sign_in):
    with tenant_context(cast.acme):
        User.objects.filter(pk=cast.alice.pk).update(is_active=False)
    client = at(cast.acme)
    assert sign_in(client, "alice@acme.example").url == "/accounts/inactive/"
    assert client.get("/accounts/inactive/").status_code == 200
    assert not is_signed_in(client)


def test_after_five_wrong_passwords_the_right_one_is_refused_too_at_this_company_alone(cast, at, sign_in):
    with tenant_context(cast.globex):
        namesake = User.objects.create_user("alice@acme.example", PASSWORD)
        namesake.emailaddress_set.create(email=namesake.email, primary=True, verified=True)
    for _ in range(5):
        sign_in(at(cast.acme), "alice@acme.example", "wrong")
    client = at(cast.acme)
    assert "Too many failed" in sign_in(client, "alice@acme.example").content.decode()
    assert not is_signed_in(client)
    elsewhere = at(cast.globex)
    sign_in(elsewhere, "alice@acme.example")
    assert is_signed_in(elsewhere)


def test_a_place_that_tries_too_often_gets_a_page_that_says_when_to_come_back(cast, at, sign_in):
    client = at(cast.acme)
    answers = [sign_in(client, f"p{number}@acme.example", "wrong") for number in range(31)]
    assert answers[29].status_code == 200
    assert answers[30].status_code == 429
    assert int(answers[30].headers["Retry-After"]) > 0
    assert "often in a short time" in answers[30].content.decode()
    assert sign_in(at(cast.globex), "charlie@globex.example").status_code == 302


def test_what_is_counted_is_kept_under_the_company(cast, at, sign_in):
    sign_in(at(cast.acme), "alice@acme.example", "wrong")
    with tenant_context(cast.acme):
        caches["default"].set("attempts", 1)
    with tenant_context(cast.globex):
        assert caches["default"].get("attempts") is None


def test_nobody_joins_a_company_from_the_street(cast, at):
    client = at(cast.acme)
    page = client.get("/accounts/signup/")
    assert "by invitation" in page.content.decode()
    client.post("/accounts/signup/", {"email": "eve@acme.example", "password1": PASSWORD})
    with tenant_context(cast.acme):
        assert User.objects.count() == 2


def test_signing_out_takes_a_post(cast, at):
    client = at(cast.acme, as_=cast.alice)
    assert client.get("/accounts/logout/").status_code == 200
    assert is_signed_in(client)
    assert client.post("/accounts/logout/").url == "/accounts/login/"
    assert not is_signed_in(client)


def test_a_member_who_has_not_proved_their_address_is_asked_for_the_code(cast, at, sign_in, unverified):
    unverified(cast.acme, cast.alice)
    client = at(cast.acme)
    assert sign_in(client, "alice@acme.example").url == "/accounts/confirm-email/"
    assert not is_signed_in(client)
    assert client.post("/accounts/confirm-email/", {"code": mailed_code()}).url == "/"
    assert is_signed_in(client)


def test_a_mail_server_that_is_away_is_no_crash(cast, at, sign_in, unverified, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    unverified(cast.acme, cast.alice)
    client = at(cast.acme)
    assert sign_in(client, "alice@acme.example").url == "/accounts/confirm-email/"
    assert "could not send" in client.get("/accounts/confirm-email/").content.decode()
    assert not is_signed_in(client)
