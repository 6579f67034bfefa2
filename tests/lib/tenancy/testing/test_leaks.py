"""The assertion that nothing leaks is seen red for each kind of leak, and green without one."""

import json

import pytest
from django.core import mail
from django.db import connection, transaction
from django.http import HttpResponse, JsonResponse, StreamingHttpResponse
from django.urls import path
from django.utils.html import escape

from apps.accounts.models import User
from apps.companies.models import Company
from apps.contacts.models import Organisation
from lib.tenancy import tenant_context
from lib.tenancy.context import no_tenant
from lib.tenancy.exceptions import NoTenantError
from lib.tenancy.testing import assert_no_leak
from lib.tenancy.testing.leaks import distinctive_values
from lib.tenancy.testing.marks import in_every_isolation

SECRET = "Überaus & geheime Söhne"

remembered: dict[str, str] = {}


def names():
    return list(Organisation.objects.values_list("name", flat=True))


def sound(request):
    return HttpResponse(escape(names()))


def cached_for_all(request):
    """The mistake: what the first company asked for is kept for whoever asks next."""
    return HttpResponse(escape(remembered.setdefault("names", str(names()))))


def of_the_first_company(request):
    """The mistake: a fixed company in place of the current one."""
    with tenant_context(Company.find_by_subdomain("acme")):
        return HttpResponse(escape(names()))


def read_without_a_tenant(request):
    """The mistake: the current company is taken away. The backend refuses it."""
    with no_tenant():
        return HttpResponse(escape(names()))


def contact_of_the_first_company(request):
    """The mistake: a row of the platform, read without asking whose it is."""
    return HttpResponse(Company.objects.using("master").get(subdomain="acme").contact_email)


def as_json(request):
    with tenant_context(Company.find_by_subdomain("acme")):
        return JsonResponse({"names": names()})


def in_a_header(request):
    with tenant_context(Company.find_by_subdomain("acme")):
        return HttpResponse(headers={"X-Owner": User.objects.order_by("pk")[0].email})


def in_a_cookie(request):
    response = HttpResponse()
    with tenant_context(Company.find_by_subdomain("acme")):
        response.set_cookie("owner", User.objects.order_by("pk")[0].full_name)
    return response


def in_a_stream(request):
    with tenant_context(Company.find_by_subdomain("acme")):
        text = names()[0].encode()
    return StreamingHttpResponse([text[:5], text[5:]])


def in_a_mail(request):
    with tenant_context(Company.find_by_subdomain("acme")):
        mail.send_mail("Hello", names()[0], None, ["charlie@globex.example"])
    return HttpResponse()


def written_elsewhere(request):
    with tenant_context(Company.find_by_subdomain("acme")):
        Organisation.objects.update(city="Springfield")
    return HttpResponse()


LEAKS = [
    cached_for_all,
    of_the_first_company,
    contact_of_the_first_company,
    as_json,
    in_a_header,
    in_a_cookie,
    in_a_stream,
    in_a_mail,
]
urlpatterns = [
    path(f"{view.__name__}/", view) for view in (sound, read_without_a_tenant, written_elsewhere, *LEAKS)
]


@pytest.fixture(autouse=True)
def furnished(cast, settings):
    settings.TENANCY_TENANT_URLCONF = __name__
    remembered.clear()
    with tenant_context(cast.acme):
        Organisation.objects.create(name=SECRET, city="Shared City")
    with tenant_context(cast.globex):
        Organisation.objects.create(name="Of Globex", city="Shared City")


@pytest.mark.parametrize("view", LEAKS, ids=lambda view: view.__name__)
def test_it_is_red_when_something_is_shown(view, cast, at, no_leak):
    at(cast.acme).get(f"/{view.__name__}/")
    with pytest.raises(AssertionError, match="Something of another tenant leaked"), no_leak(of=cast.acme):
        at(cast.globex).get(f"/{view.__name__}/")


@in_every_isolation
def test_it_is_red_wherever_the_rows_are(cast, at, no_leak, isolation):
    at(cast.acme).get("/cached_for_all/")
    with pytest.raises(AssertionError, match=SECRET), no_leak(of=cast.acme):
        at(cast.globex).get("/cached_for_all/")


@in_every_isolation
def test_it_is_green_when_nothing_is(cast, at, no_leak, isolation):
    at(cast.acme).get("/sound/")
    with no_leak(of=cast.acme):
        assert "Of Globex" in at(cast.globex).get("/sound/").content.decode()


def test_it_says_what_was_shown_and_where(cast, at, no_leak):
    with pytest.raises(AssertionError, match=f"GET /of_the_first_company/ shows '{SECRET}'"):  # noqa: SIM117
        with no_leak(of=cast.acme):
            at(cast.globex).get("/of_the_first_company/")


def test_a_model_read_without_its_tenant_is_an_error_and_no_leak(cast, at, no_leak):
    with no_leak(of=cast.acme), pytest.raises(NoTenantError):
        at(cast.globex).get("/read_without_a_tenant/")


@in_every_isolation
def test_it_is_red_when_a_row_changes(cast, at, no_leak, isolation):
    with pytest.raises(AssertionError, match="Rows of acme changed in: contacts_organisation"):  # noqa: SIM117
        with no_leak(of=cast.acme):
            at(cast.globex).get("/written_elsewhere/")
    with no_leak(of=cast.globex):
        at(cast.acme).get("/written_elsewhere/")


def test_a_table_that_no_model_knows_is_compared_as_well(cast, no_leak):
    def count(name):
        with tenant_context(cast.acme), connection.cursor() as cursor:
            cursor.execute(f"INSERT INTO {name} (app_label, model) VALUES ('new', 'thing')")

    with pytest.raises(AssertionError, match="changed in: django_content_type"), no_leak(of=cast.acme):
        count("django_content_type")


@pytest.mark.parametrize(
    "shown", [SECRET, escape(SECRET), json.dumps(SECRET), f"before {SECRET} after".encode()], ids=repr
)
def test_it_finds_a_value_however_it_is_written(cast, shown):
    with pytest.raises(AssertionError, match="leaked"):
        assert_no_leak(shown, of=cast.acme)
    assert_no_leak(shown, of=cast.globex)


def test_a_witness_is_shown_what_no_client_brings(cast, no_leak):
    with pytest.raises(AssertionError, match="the export shows"), no_leak(of=cast.acme) as witness:
        witness.see(SECRET, "the export")


def test_more_secrets_may_be_named_and_words_of_the_test_left_out(cast):
    with pytest.raises(AssertionError, match="tiny"):
        assert_no_leak("a tiny text", of=cast.acme, secrets=["tiny"])
    assert_no_leak(f"Nothing found for {SECRET}", of=cast.acme, but=[SECRET])


def test_what_others_have_too_is_not_distinctive(cast):
    values = distinctive_values(cast.acme)
    assert {SECRET, "alice@acme.example", cast.acme.schema_name} <= values
    assert not {"Shared City", "contenttypes", "acme"} & values


def leave_a_tenant(company):
    # As code may that enters a context and loses sight of it.
    context = tenant_context(company)
    left.append(context)
    context.__enter__()


left: list[object] = []


def test_it_is_red_when_the_tenant_stays_active(cast, no_leak):
    try:
        with pytest.raises(AssertionError, match="The tenant globex is still active"), no_leak(of=cast.acme):
            leave_a_tenant(cast.globex)
    finally:
        left.pop().__exit__(None, None, None)


@in_every_isolation
def test_it_is_red_when_a_transaction_stays_open(cast, no_leak, isolation):
    atomic = transaction.atomic()
    with tenant_context(cast.globex):
        with pytest.raises(AssertionError, match="A transaction is still open"), no_leak(of=cast.globex):
            atomic.__enter__()
        atomic.__exit__(None, None, None)
