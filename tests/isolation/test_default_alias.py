"""`default` is the current company in each isolation: what is done with it works unchanged."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.contrib.sessions.models import Session
from django.db import IntegrityError, OperationalError, connections, transaction

from apps.accounts.models import User
from apps.companies.models import Company
from apps.contacts.models import Contact, Organisation
from lib.tenancy import current_tenant, tenant_context
from lib.tenancy.testing import HostClient
from lib.tenancy.testing.marks import in_every_isolation
from tests.conftest import PASSWORD

pytestmark = in_every_isolation

PK = 900_011


@pytest.fixture
def companies(real_transactions, isolation):
    """Acme and Globex, each with an organisation of the same key, committed."""
    found = [Company.find_by_subdomain(name) for name in ("acme", "globex")]
    for company in found:
        with tenant_context(company):
            Organisation.objects.create(pk=PK, name=company.subdomain)
    return found


def names(company=None):
    with tenant_context(company or current_tenant()):
        return list(Organisation.objects.order_by("name").values_list("name", flat=True))


def lock_without_waiting(company):
    try:
        with tenant_context(company), transaction.atomic():
            return Organisation.objects.select_for_update(nowait=True).get(pk=PK).name
    except OperationalError:
        return "locked"
    finally:
        connections.close_all()


def test_a_locked_row_is_locked_in_its_company_alone(companies):
    acme, globex = companies
    with ThreadPoolExecutor(1) as others:
        with tenant_context(acme), transaction.atomic():
            assert Organisation.objects.select_for_update().get(pk=PK).name == "acme"
            assert others.submit(lock_without_waiting, acme).result() == "locked"
            assert others.submit(lock_without_waiting, globex).result() == "globex"
        assert others.submit(lock_without_waiting, acme).result() == "acme"


def test_whoever_waits_for_a_row_goes_on_when_it_is_free(companies):
    is_waiting = threading.Event()
    acme, _ = companies

    def rename():
        try:
            with tenant_context(acme), transaction.atomic():
                is_waiting.set()
                row = Organisation.objects.select_for_update().get(pk=PK)
                row.name += " and second"
                row.save()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as others:
        with tenant_context(acme), transaction.atomic():
            row = Organisation.objects.select_for_update().get(pk=PK)
            renamed = others.submit(rename)
            assert is_waiting.wait(20)
            row.name += " and first"
            row.save()
        renamed.result(20)
    assert names(acme) == ["acme and first and second"]


def test_a_savepoint_undoes_its_own_part(companies):
    for company in companies:
        with tenant_context(company), transaction.atomic():
            Organisation.objects.create(name="kept")
            with pytest.raises(IntegrityError), transaction.atomic():
                Organisation.objects.create(name="kept")
            savepoint = transaction.savepoint()
            Organisation.objects.create(name="undone")
            transaction.savepoint_rollback(savepoint)
            Organisation.objects.create(name="later")
        assert names(company) == [company.subdomain, "kept", "later"]


def test_what_waits_for_the_commit_runs_after_it_and_not_after_a_rollback(companies):
    seen = []
    for company in companies:
        with tenant_context(company):
            with transaction.atomic():
                transaction.on_commit(lambda: seen.append((current_tenant().subdomain, names())))
                Organisation.objects.create(name="new")
                assert len(seen) == companies.index(company)
            with pytest.raises(ZeroDivisionError), transaction.atomic():  # noqa: PT012 - the first is undone
                transaction.on_commit(lambda: seen.append("never"))
                raise ZeroDivisionError
    assert seen == [("acme", ["acme", "new"]), ("globex", ["globex", "new"])]


def test_a_check_that_is_put_off_fails_at_the_commit(companies):
    for company in companies:
        with tenant_context(company):
            with pytest.raises(IntegrityError, match="foreign key"), transaction.atomic():
                Contact.objects.create(last_name="Gibbons", organisation_id=404_404)
            assert not Contact.objects.exists()


def test_a_session_is_a_row_of_its_company(cast, at):
    with tenant_context(cast.globex):
        before = Session.objects.count()
    alice = at(cast.acme, as_=cast.alice)
    key = alice.cookies["session"].value
    with tenant_context(cast.acme):
        assert Session.objects.get(pk=key).get_decoded()["_auth_user_id"] == str(cast.alice.pk)
    with tenant_context(cast.globex):
        assert Session.objects.count() == before


def test_people_sign_in_and_out_at_their_company_alone(cast):
    for company, user in ((cast.acme, cast.alice), (cast.globex, cast.charlie)):
        with tenant_context(company):
            user.set_password(PASSWORD)
            user.save()
    form = {"login": "alice@acme.example", "password": PASSWORD}
    assert HostClient("globex").post("/accounts/login/", form).status_code == 200  # the form, with its error
    alice = HostClient("acme")
    assert alice.post("/accounts/login/", form).url == "/"
    assert alice.get("/").status_code == 200
    with tenant_context(cast.acme):
        assert User.objects.get(pk=cast.alice.pk).last_login
        assert Session.objects.count() == 1
    alice.post("/accounts/logout/")
    assert alice.get("/").status_code == 302
    with tenant_context(cast.acme):
        assert not Session.objects.exists()
