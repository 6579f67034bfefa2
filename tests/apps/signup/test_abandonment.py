"""Companies that were founded and left."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core.management import call_command
from django.utils import timezone

from apps.companies.models import Company
from apps.signup.abandonment import remove_abandoned
from apps.signup.services import sign_up
from lib.tenancy import tenant_context
from lib.tenancy.states import State

pytestmark = pytest.mark.usefixtures("real_transactions")


@pytest.fixture
def initech():
    """A company that is older than what is waited for, and whose founder has proved nothing."""
    sign_up(
        company_name="Initech",
        subdomain="initech",
        contact_name="Ines",
        email="ines@initech.example",
        password="correct horse battery staple",
    )
    grow_old(Company.find_by_subdomain("initech"), days=15)
    return Company.find_by_subdomain("initech")


def grow_old(company, days):
    Company.objects.filter(pk=company.pk).update(created_at=timezone.now() - timedelta(days=days))


def removed():
    return [company.subdomain for company in remove_abandoned()]


def test_one_that_nobody_came_back_to_is_removed(initech, capsys):
    call_command("remove_abandoned")
    assert "initech, founded on" in capsys.readouterr().out
    assert Company.find_by_subdomain("initech") is None
    assert removed() == []


def test_one_whose_founder_proved_the_address_stays(initech):
    with tenant_context(initech):
        EmailAddress.objects.update(verified=True)
    assert removed() == []
    assert Company.find_by_subdomain("initech").state == State.ACTIVE


def test_one_that_is_young_stays(initech):
    grow_old(initech, days=13)
    assert removed() == []


def test_acme_and_globex_stay_whatever_their_age(real_transactions):
    ages = {company.pk: company.created_at for company in Company.objects.all()}
    for company in Company.objects.all():
        grow_old(company, days=1000)
    try:
        assert removed() == []
    finally:
        for pk, age in ages.items():
            Company.objects.filter(pk=pk).update(created_at=age)


def test_with_no_days_none_is_abandoned(initech, settings):
    settings.ABANDONED_AFTER_DAYS = 0
    assert removed() == []


def test_one_that_is_proved_at_the_last_moment_is_opened_again(initech, monkeypatch):
    from apps.signup import abandonment

    answers = iter([True, False])
    monkeypatch.setattr(abandonment, "_is_unproved", lambda company: next(answers))
    assert removed() == []
    assert Company.find_by_subdomain("initech").state == State.ACTIVE
