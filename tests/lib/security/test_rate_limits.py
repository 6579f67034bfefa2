import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils import timezone

from lib.security.rate_limits import is_over_limit, rate_limited, too_many_requests

pytestmark = pytest.mark.usefixtures("real_transactions")


@rate_limited("page", limit=2, seconds=3600)
def page(request):
    return HttpResponse("hello")


@rate_limited("form", limit=2, seconds=3600, methods=["POST"])
def form(request):
    return HttpResponse("hello")


def ask(view, method="GET", address="192.0.2.1"):
    return view(RequestFactory().generic(method, "/", REMOTE_ADDR=address)).status_code


def test_it_answers_so_often_and_no_more():
    assert [ask(page) for _ in range(4)] == [200, 200, 429, 429]


def test_each_address_has_its_own_count():
    assert [ask(page, address=f"192.0.2.{number}") for number in range(5)] == [200] * 5
    assert ask(page, address="2001:db8::1") == 200


def test_each_view_has_its_own_count():
    assert [ask(page), ask(page), ask(page), ask(form, "POST")] == [200, 200, 429, 200]


def test_head_counts_as_get():
    assert [ask(page, "HEAD"), ask(page), ask(page, "HEAD")] == [200, 200, 429]


def test_methods_that_are_not_named_are_free():
    assert [ask(form) for _ in range(5)] == [200] * 5
    assert [ask(form, "POST") for _ in range(3)] == [200, 200, 429]


def test_the_page_says_when_to_come_back(rf):
    responses = [page(rf.get("/")) for _ in range(3)]
    assert 0 < int(responses[2].headers["Retry-After"]) <= 3600
    assert "often in a short time" in responses[2].content.decode()
    assert too_many_requests(rf.get("/")).headers["Retry-After"] == "60"


def test_a_header_that_anybody_can_send_does_not_make_a_new_address(rf):
    requests = [rf.get("/", headers={"x-forwarded-for": f"192.0.2.{number}"}) for number in range(3)]
    assert [page(request).status_code for request in requests] == [200, 200, 429]


@pytest.mark.parametrize("key", ["", "a" * 10_000, "\ud800", "a b\0\n", "ü"])
def test_any_text_can_be_counted(key):
    assert [is_over_limit("text", key, limit=1, seconds=60) for _ in range(2)] == [False, True]


def test_a_cache_that_can_count_by_itself_does(settings):
    locmem = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "rate-limits"}
    settings.CACHES = settings.CACHES | {"shared": locmem}
    assert [is_over_limit("memory", "key", limit=2, seconds=60) for _ in range(3)] == [False, False, True]


def test_a_limit_of_nought_lets_nobody_in():
    assert is_over_limit("closed", "key", limit=0, seconds=60)


def test_a_new_period_begins_at_nought():
    while time.time() % 1 > 0.5:
        time.sleep(0.05)
    assert [is_over_limit("short", "key", limit=1, seconds=1) for _ in range(2)] == [False, True]
    time.sleep(1.01 - time.time() % 1)
    assert not is_over_limit("short", "key", limit=1, seconds=1)


def test_the_count_is_kept_for_the_whole_period():
    # Longer than a cache keeps what names no time of its own, which is 300 seconds.
    for _ in range(3):
        is_over_limit("long", "key", limit=1, seconds=7200)
    with connections["master"].cursor() as cursor:
        cursor.execute("SELECT expires FROM cache_entry WHERE cache_key LIKE '%%rate:long:%%'")
        ((expires_at,),) = cursor.fetchall()
    assert (expires_at - timezone.now()).total_seconds() > 7000


def test_no_address_is_stored_in_clear():
    is_over_limit("mail", "alice@acme.example", limit=1, seconds=60)
    with connections["master"].cursor() as cursor:
        cursor.execute("SELECT cache_key, value FROM cache_entry")
        assert "alice" not in str(cursor.fetchall())


def test_requests_that_come_at_once_are_all_counted():
    all_are_here = threading.Barrier(12)

    def use(_):
        try:
            all_are_here.wait(20)
            return is_over_limit("race", "key", limit=5, seconds=7200)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(12) as executor:
        refused = list(executor.map(use, range(12)))
    assert refused.count(False) == 5


def test_a_crowd_does_not_make_it_forget_anybody():
    # Django's caches drop entries that still count when there are more than MAX_ENTRIES: 300 unless set.
    keys = [str(number) for number in range(400)]
    for key in keys:
        is_over_limit("crowd", key, limit=1, seconds=3600)
    assert all(is_over_limit("crowd", key, limit=1, seconds=3600) for key in keys)
