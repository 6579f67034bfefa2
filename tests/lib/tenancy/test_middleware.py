"""Each request has its tenant, for as long as it lasts and no longer."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.core.exceptions import ImproperlyConfigured
from django.db import connections
from django.http import HttpResponse, StreamingHttpResponse
from django.test import AsyncClient
from django.urls import path

from apps.accounts.models import User
from lib.tenancy import current_tenant, find_current_tenant
from lib.tenancy.middleware import TenantMiddleware, request_tenant
from lib.tenancy.testing import HostClient

both_are_here = threading.Barrier(2)


def name(request):
    return HttpResponse(f"{current_tenant()} {request.tenant.subdomain} {request_tenant(request).subdomain}")


def first_member(request):
    return HttpResponse(User.objects.order_by("pk").first().email)


def meet(request):
    before = str(current_tenant())
    both_are_here.wait(20)
    member = User.objects.order_by("pk").first().email
    both_are_here.wait(20)
    return HttpResponse(f"{before} {member} {current_tenant()}")


def crash(request):
    raise ImproperlyConfigured(f"as {current_tenant()}")


def stream(request):
    def body():
        yield f"{current_tenant()} "
        yield User.objects.order_by("pk").first().email

    return StreamingHttpResponse(body())


async def anames(request):
    await asyncio.sleep(0)
    return HttpResponse(f"{current_tenant()} {request.tenant.subdomain}")


async def ameet(request):
    before = str(current_tenant())
    for _ in range(10):
        await asyncio.sleep(0)
    member = await User.objects.order_by("pk").afirst()
    return HttpResponse(f"{before} {member.email} {current_tenant()}")


async def acrash(request):
    raise ImproperlyConfigured(f"as {current_tenant()}")


async def astream(request):
    async def body():
        yield f"{current_tenant()} "
        member = await User.objects.order_by("pk").afirst()
        yield member.email

    return StreamingHttpResponse(body())


urlpatterns = [
    path("name/", name),
    path("member/", first_member),
    path("meet/", meet),
    path("crash/", crash),
    path("stream/", stream),
    path("aname/", anames),
    path("ameet/", ameet),
    path("acrash/", acrash),
    path("astream/", astream),
    path("www/", lambda request: HttpResponse(f"{find_current_tenant()} {request.tenant}")),
]


@pytest.fixture(autouse=True)
def urls(settings):
    settings.ROOT_URLCONF = settings.TENANCY_TENANT_URLCONF = __name__


def text(response):
    return b"".join(response.streaming_content if response.streaming else [response.content]).decode()


@pytest.mark.usefixtures("cast")
class TestOneAfterTheOther:
    @pytest.mark.parametrize("subdomain", ["acme", "globex"])
    def test_a_view_runs_under_the_tenant_of_its_host(self, subdomain):
        response = HostClient(subdomain).get("/name/")
        assert text(response) == f"{subdomain} {subdomain} {subdomain}"

    def test_it_asks_the_database_of_that_tenant(self):
        assert text(HostClient("acme").get("/member/")) == "alice@acme.example"
        assert text(HostClient("globex").get("/member/")) == "charlie@globex.example"

    def test_the_public_site_has_none(self):
        assert text(HostClient().get("/www/")) == "None None"

    @pytest.mark.parametrize("page", ["/name/", "/crash/", "/stream/", "/nowhere/"])
    def test_nothing_is_left_after_it(self, page):
        client = HostClient("acme", raise_request_exception=False)
        client.get(page)
        assert find_current_tenant() is None

    def test_an_exception_is_seen_as_it_was_raised(self):
        with pytest.raises(ImproperlyConfigured, match="as acme"):
            HostClient("acme").get("/crash/")
        assert find_current_tenant() is None

    def test_a_streamed_body_is_made_under_the_tenant_and_leaves_none_between_its_pieces(self):
        pieces = iter(HostClient("acme").get("/stream/").streaming_content)
        assert next(pieces) == b"acme "
        assert find_current_tenant() is None
        assert text(HostClient("globex").get("/stream/")) == "globex charlie@globex.example"
        assert next(pieces) == b"alice@acme.example"
        assert find_current_tenant() is None

    def test_pages_of_the_public_site_carry_no_url_of_a_tenant(self, settings):
        settings.TENANCY_TENANT_URLCONF = "config.urls.tenant"
        assert HostClient().get("/contacts/").status_code == 404
        assert HostClient("acme").get("/www/").status_code == 404


class TestAtOnce:
    def test_two_threads_have_two_tenants(self, real_transactions):
        def ask(subdomain):
            try:
                return text(HostClient(subdomain).get("/meet/"))
            finally:
                connections.close_all()

        with ThreadPoolExecutor(2) as executor:
            answers = list(executor.map(ask, ["acme", "globex"]))
        assert answers == ["acme alice@acme.example acme", "globex charlie@globex.example globex"]


async def visit(host, page):
    # Not client.get(): it always sends a Host header of its own besides.
    return await AsyncClient().request(path=page, headers=[(b"host", host.encode())])


async def body_of(response):
    if response.streaming:
        return "".join([piece.decode() async for piece in response.streaming_content])
    return response.content.decode()


def aget(subdomain, page):
    """Ask as an ASGI server does, in the thread whose transaction the test is in."""

    async def ask():
        return await body_of(await visit(f"{subdomain}.localhost", page))

    return async_to_sync(ask)()


@pytest.mark.usefixtures("cast")
class TestAsync:
    @pytest.mark.parametrize("subdomain", ["acme", "globex"])
    def test_a_coroutine_runs_under_the_tenant_of_its_host(self, subdomain):
        assert aget(subdomain, "/aname/") == f"{subdomain} {subdomain}"

    def test_so_does_a_plain_view(self):
        assert aget("acme", "/member/") == "alice@acme.example"

    def test_and_a_streamed_body(self):
        assert aget("acme", "/astream/") == "acme alice@acme.example"

    def test_nothing_is_left_after_a_crash(self):
        async def ask():
            with pytest.raises(ImproperlyConfigured, match="as acme"):
                await visit("acme.localhost", "/acrash/")
            return find_current_tenant()

        assert async_to_sync(ask)() is None

    def test_two_tasks_of_one_loop_have_two_tenants(self):
        async def ask(subdomain):
            return await body_of(await visit(f"{subdomain}.localhost", "/ameet/"))

        async def both():
            return await asyncio.gather(*(ask(subdomain) for subdomain in ["acme", "globex"] * 5))

        expected = ["acme alice@acme.example acme", "globex charlie@globex.example globex"] * 5
        assert async_to_sync(both)() == expected

    @pytest.mark.parametrize(("host", "status"), [("nobody.localhost", 404), ("acme.localhost.", 400)])
    def test_refusals_are_the_same(self, host, status, settings):
        settings.ROOT_URLCONF = "config.urls.www"
        response = async_to_sync(visit)(host, "/aname/")
        assert response.status_code == status
        assert "default-src 'self'" in response.headers["Content-Security-Policy"]

    def test_the_public_site_has_none(self):
        assert aget("www", "/www/") == "None None"

    def test_it_stays_a_coroutine_over_one(self):
        async def answer(request):
            return HttpResponse(str(await sync_to_async(current_tenant)()))

        middleware = TenantMiddleware(answer)
        assert asyncio.iscoroutinefunction(answer)
        assert middleware.async_mode
