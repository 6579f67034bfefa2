"""ATOMIC_REQUESTS makes each view one transaction, in its company's database and no other."""

import pytest
from django.db import connection, connections, transaction
from django.http import HttpResponse, StreamingHttpResponse
from django.urls import path

from apps.companies.models import Company
from apps.contacts.models import Organisation
from lib.tenancy import current_tenant, tenant_context
from lib.tenancy.testing import HostClient
from lib.tenancy.testing.marks import in_every_isolation

pytestmark = in_every_isolation


def write(request):
    Organisation.objects.create(name="written")
    transaction.on_commit(lambda: committed.append(current_tenant().subdomain))
    in_transaction.append(connection.in_atomic_block)
    return HttpResponse()


def write_and_fail(request):
    write(request)
    raise ZeroDivisionError


def write_and_stream(request):
    def body():
        # The view has returned, and so its transaction is over: each piece sees what is committed.
        in_transaction.append(connection.in_atomic_block)
        yield from names(current_tenant())

    write(request)
    return StreamingHttpResponse(body())


@transaction.non_atomic_requests
def write_alone_and_fail(request):
    write_and_fail(request)


committed: list[str] = []
in_transaction: list[bool] = []
urlpatterns = [
    path(f"{view.__name__}/", view)
    for view in (write, write_and_fail, write_and_stream, write_alone_and_fail)
]


@pytest.fixture
def companies(real_transactions, isolation, settings, monkeypatch):
    settings.TENANCY_TENANT_URLCONF = __name__
    monkeypatch.setitem(connections.settings["default"], "ATOMIC_REQUESTS", True)
    committed.clear()
    in_transaction.clear()
    return [Company.find_by_subdomain(name) for name in ("acme", "globex")]


def names(company):
    with tenant_context(company):
        return list(Organisation.objects.order_by("name").values_list("name", flat=True))


def ask(company, view):
    return HostClient(company.subdomain, raise_request_exception=False).get(f"/{view.__name__}/")


def test_a_view_is_one_transaction_of_its_company(companies):
    for company in companies:
        assert ask(company, write).status_code == 200
        assert names(company) == ["written"]
    assert committed == ["acme", "globex"]
    assert in_transaction == [True, True]


def test_a_view_that_fails_leaves_nothing_and_only_in_its_company(companies):
    acme, globex = companies
    ask(acme, write)
    for company in (acme, globex):
        assert ask(company, write_and_fail).status_code == 500
    assert (names(acme), names(globex)) == (["written"], [])
    assert committed == ["acme"]


def test_a_view_that_asks_for_none_has_no_transaction(companies):
    for company in companies:
        assert ask(company, write_alone_and_fail).status_code == 500
        assert names(company) == ["written"]
    assert in_transaction == [False, False]


def test_a_streamed_body_is_made_after_the_transaction_and_for_its_company(companies):
    for company in companies:
        response = ask(company, write_and_stream)
        assert b"".join(response.streaming_content).decode() == "written"
    assert in_transaction == [True, False, True, False]


def test_the_public_site_answers_too(companies):
    assert HostClient().get("/").status_code == 200


def test_no_company_has_an_alias(companies):
    for company in companies:
        ask(company, write)
    assert list(connections) == ["default", "master"]
