import pytest
from django.urls import NoReverseMatch, reverse

from lib.tenancy.tenants import Tenant
from lib.tenancy.urls import tenant_origin, tenant_url, www_url

ACME = Tenant(subdomain="acme", schema="acme_1")


@pytest.mark.parametrize(
    ("base_url", "origin"),
    [
        ("http://localhost:8000", "http://acme.localhost:8000"),
        ("http://localhost:8000/", "http://acme.localhost:8000"),
        ("https://terrace.example", "https://acme.terrace.example"),
        ("https://app.terrace.example:8443", "https://acme.app.terrace.example:8443"),
    ],
)
def test_a_tenant_is_one_label_below_the_base(settings, base_url, origin):
    settings.BASE_URL = base_url
    assert tenant_origin("acme") == origin
    assert tenant_url(ACME) == f"{origin}/"
    assert tenant_url(ACME, "contacts:detail", pk=7) == f"{origin}/contacts/7/"


def test_the_public_site_is_at_www():
    assert www_url() == "http://www.localhost:8000/"
    assert www_url("signup:signup") == "http://www.localhost:8000/signup/"


def test_a_row_of_the_tenant_model_will_do(cast):
    assert tenant_url(cast.acme, "accounts:welcome", token="x") == "http://acme.localhost:8000/welcome/x/"


@pytest.mark.parametrize("viewname", ["signup:signup", "www:landing", "nowhere"])
def test_a_tenant_has_no_views_of_the_public_site(viewname):
    with pytest.raises(NoReverseMatch):
        tenant_url(ACME, viewname)


@pytest.mark.parametrize("viewname", ["contacts:list", "dashboard:dashboard", "account_login"])
def test_nor_the_public_site_those_of_a_tenant(viewname):
    with pytest.raises(NoReverseMatch):
        www_url(viewname)


def test_plain_reverse_cannot_cross_hosts():
    with pytest.raises(NoReverseMatch):
        reverse("contacts:list")
