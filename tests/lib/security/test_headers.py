import asyncio

import pytest
from django.http import HttpResponse
from django.test import AsyncClient, Client
from django.urls import path

from lib.security.csp import CSP, build_policy
from lib.security.middleware import build_permissions_policy


def page(request):
    return HttpResponse("hello")


def own_policy(request):
    return HttpResponse(
        "hello", headers={"Content-Security-Policy": "sandbox", "Cache-Control": "max-age=60"}
    )


def crash(request):
    raise RuntimeError("crash")


urlpatterns = [path("", page), path("own/", own_policy), path("crash/", crash)]


class TenantFromHeader:
    """Stands in for the tenancy middleware."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.tenant = request.headers.get("X-Tenant")
        return self.get_response(request)


@pytest.fixture(autouse=True)
def stack(settings):
    settings.ROOT_URLCONF = __name__
    settings.SECURE_CSP = {"default-src": [CSP.SELF], "object-src": [CSP.NONE]}
    settings.SECURE_CSP_REPORT_ONLY = {}
    settings.PERMISSIONS_POLICY = {"camera": []}
    settings.SECURE_SSL_REDIRECT = False
    settings.MIDDLEWARE = [
        "lib.security.middleware.SecurityMiddleware",
        "lib.security.middleware.ContentSecurityPolicyMiddleware",
        "lib.security.middleware.PermissionsPolicyMiddleware",
        f"{__name__}.TenantFromHeader",
        "lib.security.middleware.PrivateCacheMiddleware",
    ]


@pytest.fixture
def client():
    return Client(raise_request_exception=False)


@pytest.mark.parametrize("url", ["/", "/missing/", "/crash/"])
def test_every_answer_carries_the_headers(client, url):
    headers = client.get(url).headers
    assert headers["Content-Security-Policy"] == "default-src 'self'; object-src 'none'"
    assert headers["Permissions-Policy"] == "camera=()"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "Content-Security-Policy-Report-Only" not in headers


def test_they_work_under_asgi():
    response = asyncio.run(AsyncClient().get("/"))
    assert response.headers["Content-Security-Policy"] == "default-src 'self'; object-src 'none'"


def test_a_policy_to_report_only_has_its_own_header(client, settings):
    settings.SECURE_CSP_REPORT_ONLY = {"script-src": [CSP.NONE], "report-uri": "/csp/"}
    assert (
        client.get("/").headers["Content-Security-Policy-Report-Only"]
        == "script-src 'none'; report-uri /csp/"
    )


def test_a_view_may_set_its_own(client):
    headers = client.get("/own/", headers={"x-tenant": "acme"}).headers
    assert headers["Content-Security-Policy"] == "sandbox"
    assert headers["Cache-Control"] == "max-age=60"


@pytest.mark.parametrize("url", ["/missing/", "/crash/"])
def test_pages_for_developers_keep_their_styles(client, settings, url):
    settings.DEBUG = True
    response = client.get(url)
    assert b"DEBUG = True" in response.content
    assert "Content-Security-Policy" not in response.headers


def test_pages_of_a_tenant_are_not_stored(client):
    assert client.get("/", headers={"x-tenant": "acme"}).headers["Cache-Control"] == "private, no-store"
    assert "Cache-Control" not in client.get("/").headers


def test_the_redirect_to_https_is_left_to_who_knows_the_hosts(client, settings):
    settings.SECURE_SSL_REDIRECT = True
    for host in ("acme.localhost", "acme.localhost:bad/"):
        response = client.get("/", headers={"host": host})
        assert response.status_code == 200  # as far as this middleware is concerned
        assert response.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("config", "policy"),
    [
        ({}, ""),
        ({"default-src": [CSP.SELF, "data:"]}, "default-src 'self' data:"),
        ({"img-src": {"https://b.test", "https://a.test"}}, "img-src https://a.test https://b.test"),
        ({"sandbox": True, "script-src": CSP.NONE}, "sandbox; script-src 'none'"),
        ({"script-src": None, "style-src": False}, ""),
    ],
)
def test_policies_are_written_as_django_6_writes_them(config, policy):
    assert build_policy(config) == policy


def test_permissions_quote_origins():
    config = {"camera": [], "fullscreen": ["self", "https://a.test"], "geolocation": ["*"]}
    assert (
        build_permissions_policy(config) == 'camera=(), fullscreen=(self "https://a.test"), geolocation=(*)'
    )
