"""What one request sets for its thread is gone when the next begins, which may be another company's."""

import threading
from concurrent.futures import ThreadPoolExecutor
from zoneinfo import ZoneInfo

import pytest
from asgiref.sync import async_to_sync
from django.db import connections
from django.http import HttpResponse
from django.test import AsyncClient
from django.urls import get_urlconf, path
from django.utils import timezone, translation

from lib.tenancy import find_current_tenant
from lib.tenancy.testing import HostClient

WISHES = {"acme": ("de", "Asia/Tokyo"), "globex": ("fr", "America/Lima")}


def state():
    return (
        translation.get_language(),
        timezone.get_current_timezone_name(),
        get_urlconf(),
        find_current_tenant(),
    )


def activate(request):
    """Answer what was active before, and activate what this company wishes, with nothing to undo it."""
    before = state()
    language, zone = WISHES[request.tenant.subdomain]
    translation.activate(language)
    timezone.activate(ZoneInfo(zone))
    if "meet" in request.GET:
        both_are_here.wait(20)
    return HttpResponse(
        f"{before[0]} {before[1]} {translation.get_language()} {timezone.get_current_timezone_name()}"
    )


async def activate_in_a_task(request):
    return activate(request)


def crash(request):
    activate(request)
    raise RuntimeError("crash")


both_are_here = threading.Barrier(2)
urlpatterns = [path("", activate), path("task/", activate_in_a_task), path("crash/", crash)]


@pytest.fixture(autouse=True)
def urls(settings):
    settings.TENANCY_TENANT_URLCONF = __name__
    settings.MIDDLEWARE = ["lib.tenancy.middleware.TenantMiddleware"]


def expected(subdomain):
    return "en-gb UTC {} {}".format(*WISHES[subdomain])


@pytest.mark.parametrize("subdomain", WISHES)
def test_a_request_begins_as_the_settings_say_and_leaves_nothing(cast, subdomain):
    for _ in range(2):
        assert HostClient(subdomain).get("/").content.decode() == expected(subdomain)
    assert state() == ("en-gb", "UTC", None, None)


def test_a_crash_leaves_nothing_either(cast):
    client = HostClient("acme", raise_request_exception=False)
    assert client.get("/crash/").status_code == 500
    assert state() == ("en-gb", "UTC", None, None)


def test_a_task_leaves_nothing_either(cast):
    async def ask():
        for subdomain in WISHES:
            response = await AsyncClient().request(
                path="/task/", headers=[(b"host", f"{subdomain}.localhost".encode())]
            )
            assert response.content.decode() == expected(subdomain)
        assert translation.get_language() == "en-gb"
        assert timezone.get_current_timezone_name() == "UTC"

    async_to_sync(ask)()


def test_threads_at_work_for_two_companies_keep_their_own(real_transactions):
    def work(subdomain):
        try:
            return [HostClient(subdomain).get("/", {"meet": 1}).content.decode() for _ in range(20)], state()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as executor:
        for subdomain, (answers, after) in zip(WISHES, executor.map(work, WISHES), strict=True):
            assert set(answers) == {expected(subdomain)}
            assert after == ("en-gb", "UTC", None, None)
