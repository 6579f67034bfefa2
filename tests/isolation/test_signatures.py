"""What Acme signed, Globex refuses, though keys of rows, data and the secret key are the same in both."""

import pytest
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from django.contrib.auth.tokens import default_token_generator
from django.contrib.messages import get_messages
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core import signing

from apps.accounts.models import User
from lib.tenancy import no_tenant, tenant_context

PK = 4242


@pytest.fixture
def twins(cast):
    """The same row in both companies: primary key, address, password hash, everything."""
    same = {"pk": PK, "email": "twin@x.example", "password": "md5$salt$0123", "full_name": "Twin"}
    made = []
    for company in (cast.acme, cast.globex):
        with tenant_context(company):
            made.append(User.objects.create(**same))
            EmailAddress.objects.create(pk=PK, user_id=PK, email=same["email"])
    return made


def accepted(read, *args, **kwargs):
    try:
        read(*args, **kwargs)
    except signing.BadSignature:
        return False
    return True


def test_a_secret_key_cannot_be_chosen_so_that_it_looks_like_a_tenants(cast):
    with tenant_context(cast.acme):
        signed = signing.Signer(key="k").sign("42")
    assert not accepted(signing.Signer(key=f"k{cast.acme.schema_name}").unsign, signed)


def test_a_token_for_a_password_is_refused_for_the_same_user_elsewhere(twins, cast):
    twin_of_acme, twin_of_globex = twins
    with tenant_context(cast.acme):
        token = default_token_generator.make_token(twin_of_acme)
    for twin in (twin_of_acme, twin_of_globex):
        with tenant_context(cast.globex):
            assert not default_token_generator.check_token(twin_of_globex, token)
        with no_tenant():
            assert not default_token_generator.check_token(twin, token)
    with tenant_context(cast.acme):
        assert default_token_generator.check_token(twin_of_acme, token)


def test_allauths_link_is_refused_for_the_same_address_elsewhere(twins, cast):
    # We verify by code. Should somebody switch to links, they hold for one company.
    with tenant_context(cast.acme):
        key = EmailConfirmationHMAC(EmailAddress.objects.get(pk=PK)).key
        assert EmailConfirmationHMAC.from_key(key)
    with tenant_context(cast.globex):
        assert EmailConfirmationHMAC.from_key(key) is None


def test_messages_of_one_company_are_not_shown_at_another(cast, at):
    alice = at(cast.acme, as_=cast.alice)
    alice.post("/organisations/new/", {"name": "Initech"})
    assert alice.cookies["messages"].value
    charlie = at(cast.globex, as_=cast.charlie)
    charlie.cookies["messages"] = alice.cookies["messages"].value
    shown = [str(message) for message in get_messages(charlie.get("/").wsgi_request)]
    assert shown == []
    assert "Initech" in alice.get("/").content.decode()


def test_the_row_of_a_session_copied_into_another_company_is_empty(cast):
    with tenant_context(cast.acme):
        session = SessionStore()
        session["plan"] = "gold"
        session.save()
        row = Session.objects.get(pk=session.session_key)
        assert row.get_decoded() == {"plan": "gold"}
    with tenant_context(cast.globex):
        assert Session(pk=row.pk, session_data=row.session_data).get_decoded() == {}


def test_the_form_token_of_one_company_is_refused_at_another(cast, at):
    acme, globex = at(cast.acme, enforce_csrf_checks=True), at(cast.globex, enforce_csrf_checks=True)
    acme.get("/accounts/login/")
    token = acme.cookies["csrf"].value
    globex.cookies["csrf"] = token
    form = {"login": "x@x.example", "password": "x", "csrfmiddlewaretoken": token}
    origin = f"http://{cast.acme.subdomain}.localhost"
    assert acme.post("/accounts/login/", form, headers={"origin": origin}).status_code == 200
    assert globex.post("/accounts/login/", form, headers={"origin": origin}).status_code == 403
