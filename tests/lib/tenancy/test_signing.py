"""What one tenant signed, another refuses; the public site has signatures of its own."""

import pytest
from django.contrib.auth.tokens import default_token_generator
from django.core import signing
from django.http import HttpResponse

from apps.accounts.models import User
from lib.tenancy import signing as tenant_signing
from lib.tenancy.context import no_tenant, tenant_context
from lib.tenancy.exceptions import NoTenantError
from lib.tenancy.tenants import Tenant

ACME = Tenant(subdomain="acme", schema="acme_1")
GLOBEX = Tenant(subdomain="globex", schema="globex_1")
ACME_RENAMED = Tenant(subdomain="acme-group", schema="acme_1")

SIGNERS = {
    "Signer": (lambda: signing.Signer().sign("7"), lambda text: signing.Signer().unsign(text)),
    "TimestampSigner": (
        lambda: signing.TimestampSigner().sign("7"),
        lambda text: signing.TimestampSigner().unsign(text, max_age=60),
    ),
    "dumps": (lambda: signing.dumps("7"), lambda text: signing.loads(text, max_age=60)),
    "cookies": (
        lambda: signing.get_cookie_signer(salt="seen").sign("7"),
        lambda text: signing.get_cookie_signer(salt="seen").unsign(text),
    ),
    "a key of its own": (
        lambda: signing.Signer(key="other").sign("7"),
        lambda text: signing.Signer(key="other").unsign(text),
    ),
}
everywhere = pytest.mark.parametrize(("sign", "unsign"), SIGNERS.values(), ids=SIGNERS)


@everywhere
def test_another_tenant_and_the_public_site_refuse_a_tenants_signature(sign, unsign):
    with tenant_context(ACME):
        signed = sign()
        assert unsign(signed) == "7"
    with tenant_context(GLOBEX), pytest.raises(signing.BadSignature):
        unsign(signed)
    with no_tenant(), pytest.raises(signing.BadSignature):
        unsign(signed)


@everywhere
def test_a_tenant_refuses_a_signature_of_the_public_site(sign, unsign):
    with no_tenant():
        signed = sign()
        assert unsign(signed) == "7"
    with tenant_context(ACME), pytest.raises(signing.BadSignature):
        unsign(signed)


@everywhere
def test_a_tenant_that_changes_its_subdomain_keeps_its_signatures(sign, unsign):
    with tenant_context(ACME):
        signed = sign()
    with tenant_context(ACME_RENAMED):
        assert unsign(signed) == "7"


def test_an_old_secret_key_is_still_good_for_its_own_tenant(settings):
    with tenant_context(ACME):
        signed = signing.Signer().sign("7")
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "new" * 20, [settings.SECRET_KEY]
    with tenant_context(ACME):
        assert signing.Signer().unsign(signed) == "7"
    with tenant_context(GLOBEX), pytest.raises(signing.BadSignature):
        signing.Signer().unsign(signed)


def test_ours_signs_and_reads_for_the_current_tenant():
    with tenant_context(ACME):
        text = tenant_signing.dumps({"id": 7})
        assert tenant_signing.loads(text, max_age_seconds=60) == {"id": 7}
        with pytest.raises(signing.SignatureExpired):
            tenant_signing.loads(text, max_age_seconds=-1)
        with pytest.raises(signing.BadSignature):
            tenant_signing.loads(text, max_age_seconds=60, salt="something else")
    with tenant_context(GLOBEX), pytest.raises(signing.BadSignature):
        tenant_signing.loads(text, max_age_seconds=60)


def test_ours_never_signs_or_reads_for_the_platform():
    with tenant_context(ACME):
        text = tenant_signing.dumps({"id": 7})
    with no_tenant():
        with pytest.raises(NoTenantError):
            tenant_signing.dumps({"id": 7})
        with pytest.raises(NoTenantError):
            tenant_signing.loads(text, max_age_seconds=60)


def test_a_token_for_a_password_is_good_at_its_own_tenant_only():
    # The same member in all that a token depends on: key, password, address.
    user = User(pk=7, email="alice@example.com", password="same")
    with tenant_context(ACME):
        token = default_token_generator.make_token(user)
        assert default_token_generator.check_token(user, token)
    with tenant_context(GLOBEX):
        assert not default_token_generator.check_token(user, token)
    with no_tenant():
        assert not default_token_generator.check_token(user, token)


def test_a_signed_cookie_of_acme_says_nothing_at_globex(rf):
    request = rf.get("/")
    with tenant_context(ACME):
        response = HttpResponse()
        response.set_signed_cookie("seen", "7")
        request.COOKIES = {"seen": response.cookies["seen"].value}
        assert request.get_signed_cookie("seen") == "7"
    with tenant_context(GLOBEX):
        assert request.get_signed_cookie("seen", default=None) is None


def test_making_signatures_apart_twice_changes_nothing_more():
    signature = signing.Signer.signature
    tenant_signing.keep_signatures_apart()
    assert signing.Signer.signature is signature
