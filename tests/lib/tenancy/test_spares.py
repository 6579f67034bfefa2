"""Schemas made in advance."""

import io
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from django.core.management import call_command
from django.db import connections

from apps.companies.models import Company
from apps.contacts.models import Contact
from lib.tenancy import tenant_context
from lib.tenancy.models import TenantSpare
from lib.tenancy.provisioning import provisioning
from lib.tenancy.spares import refill_spares
from lib.tenancy.states import State
from lib.tenancy.versions import current_version
from tests.lib.tenancy.whole_schema import catalog_of


@pytest.fixture
def two_spares(real_transactions, settings):
    settings.TENANCY_SPARES = 2
    refill_spares()
    yield
    settings.TENANCY_SPARES = 0
    refill_spares()
    assert spares() == schemas() == roles() == set()


def spares():
    return set(TenantSpare.objects.using("master").values_list("schema_name", flat=True))


def ask(query):
    with connections["master"].cursor() as cursor:
        cursor.execute(query)
        return {name for (name,) in cursor.fetchall()}


def schemas():
    return ask("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'spare%'")


def roles():
    # Those of this database only: roles are the whole server's, where other tests have theirs.
    return {name for name in ask("SELECT rolname FROM pg_roles") if name.rpartition(":")[2] in spares()}


def found(subdomain):
    company = Company(
        subdomain=subdomain, company_name="Initech", contact_name="Peter", contact_email="p@x.example"
    )
    with provisioning(company):
        Contact.objects.create(last_name="Made inside")
    return company


def test_it_makes_as_many_as_the_settings_want(two_spares):
    assert len(spares()) == 2
    assert spares() == schemas()
    assert refill_spares() == 0


def test_the_doctor_takes_them_for_nobodys_orphans(two_spares):
    out = io.StringIO()
    with suppress(SystemExit):
        call_command("doctor", stdout=out)
    assert not [name for name in spares() if name in out.getvalue()]


def test_a_company_takes_one_and_equals_those_that_were_made(two_spares, settings):
    before = spares()
    initech = found("initech")
    assert len(spares()) == 1
    assert spares() < before
    settings.TENANCY_SPARES = 0
    hooli = found("hooli")
    settings.TENANCY_SPARES = 2
    assert len(spares()) == 1
    assert catalog_of(initech) == catalog_of(hooli)
    with tenant_context(initech):
        assert Contact.objects.get().last_name == "Made inside"


def test_without_any_left_a_company_is_made_as_ever(two_spares):
    companies = [found(f"company-{number}") for number in range(4)]
    assert {company.state for company in companies} == {State.ACTIVE}
    assert spares() == set()


def test_of_several_at_once_each_takes_another(two_spares):
    all_are_here = threading.Barrier(4)

    def take(number):
        try:
            all_are_here.wait(20)
            return found(f"company-{number}").schema_name
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as executor:
        assert len(set(executor.map(take, range(4)))) == 4
    assert spares() == set()


def test_one_is_given_back_when_the_company_is_not_made(two_spares):
    before = spares()
    company = Company(subdomain="initech", company_name="I", contact_name="P", contact_email="p@x.example")
    with pytest.raises(Exception, match="the disk is full"), provisioning(company):
        raise RuntimeError("the disk is full")
    assert spares() == schemas() == before


def test_those_of_another_version_are_not_taken_and_are_replaced(two_spares, capsys):
    TenantSpare.objects.using("master").update(version="00001-x")
    before = spares()
    assert found("initech").version == current_version()
    assert spares() == before
    call_command("refill_spares")
    assert "Spare schemas: 2 made, 2 wanted (TENANCY_SPARES)." in capsys.readouterr().out
    assert not spares() & before
    assert schemas() == spares()
