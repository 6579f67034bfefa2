"""What crashes and failures left."""

import os
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connections
from django.utils import timezone

from apps.companies.models import Company
from lib.tenancy.provisioning import provisioning
from lib.tenancy.reaping import reap_tenants
from lib.tenancy.recorded_steps import at_work_on
from lib.tenancy.states import Isolation, State
from tests.databases import databases_and_logins

pytestmark = pytest.mark.usefixtures("real_transactions")

NAME = f"initech{os.getpid()}"


@pytest.fixture
def left():
    """`left(state)` leaves a company as a crash in that state leaves it, its database there or not."""

    def make(state, **fields):
        company = Company(
            subdomain=NAME,
            company_name="Initech",
            contact_name="Peter",
            contact_email="p@x.example",
            **fields,
        )
        with provisioning(company):
            pass
        Company.objects.filter(pk=company.pk).update(state=state)
        return company

    return make


@pytest.mark.parametrize("state", [State.RESERVED, State.PROVISIONING])
def test_what_a_crash_left_is_removed_with_its_database(state, left, capsys):
    left(state, isolation=Isolation.DATABASE)
    assert databases_and_logins(NAME)
    call_command("reap_tenants")
    printed = capsys.readouterr().out
    assert NAME in printed
    assert "1 removed." in printed
    assert Company.find_by_subdomain(NAME) is None
    assert databases_and_logins(NAME) == []
    call_command("reap_tenants")
    assert "0 removed." in capsys.readouterr().out


def test_one_at_which_somebody_is_at_work_is_left_to_them(left):
    left(State.PROVISIONING)
    with at_work_on(NAME):
        assert list(reap_tenants()) == []
    assert [tenant.subdomain for tenant in reap_tenants()] == [NAME]


@pytest.mark.parametrize("state", [State.ACTIVE, State.SUSPENDED])
def test_those_that_came_to_be_are_left_alone(state, left):
    left(state)
    assert list(reap_tenants()) == []
    assert Company.find_by_subdomain(NAME)


def test_a_failure_is_kept_for_a_while_with_its_reason(left, settings):
    company = left(State.FAILED)
    assert list(reap_tenants()) == []
    long_ago = timezone.now() - timedelta(days=settings.TENANCY_KEEP_FAILED_DAYS, minutes=1)
    Company.objects.filter(pk=company.pk).update(created_at=long_ago)
    assert [tenant.subdomain for tenant in reap_tenants()] == [NAME]
    with connections["master"].cursor() as cursor:
        cursor.execute("SELECT FROM pg_namespace WHERE nspname = %s", [company.schema_name])
        assert cursor.rowcount == 0
