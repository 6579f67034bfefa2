"""`manage.py prune_events`: what is older than a company has to keep goes, and that is recorded."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from apps.companies.models import Company
from apps.events import retention
from apps.events.models import Event
from lib.tenancy import tenant_context
from lib.tenancy.context import as_owner
from lib.tenancy.provisioning import provisioning

pytestmark = pytest.mark.usefixtures("real_transactions")


@pytest.fixture
def two_companies(real_transactions):
    made = []
    for subdomain in ("hooli", "piedpiper"):
        row = Company(subdomain=subdomain, company_name="H", contact_name="G", contact_email="g@x.example")
        with provisioning(row):
            for days in (400, 366, 364, 0):
                Event.objects.create(verb="contact.created", at=timezone.now() - timedelta(days=days))
        made.append(row)
    return made


def verbs(company):
    with tenant_context(company):
        return list(Event.objects.order_by("pk").values_list("verb", flat=True))


def test_it_removes_what_is_old_from_every_company(two_companies, monkeypatch):
    monkeypatch.setattr(retention, "ROWS_PER_TRANSACTION", 1)
    said = StringIO()
    call_command("prune_events", "--older-than-days", "365", stdout=said)
    assert "hooli: 2 removed" in said.getvalue()
    assert "piedpiper: 2 removed" in said.getvalue()
    assert "acme: 0 removed" in said.getvalue()
    for company in two_companies:
        assert verbs(company) == ["contact.created", "contact.created", "events.pruned"]


def test_it_can_be_one_company_and_a_second_time_does_nothing(two_companies):
    for _ in range(2):
        call_command("prune_events", "--older-than-days", "365", "--company", "hooli", stdout=StringIO())
    assert [len(verbs(company)) for company in two_companies] == [3, 4]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--older-than-days", "0"], "keep at least one day"),
        (["--older-than-days", "-5"], "keep at least one day"),
        (["--older-than-days", "99999999999"], "more days than there are"),
        (["--older-than-days", "365", "--company", "nobody"], "no tenant with the subdomain 'nobody'"),
        ([], "--older-than-days"),
    ],
)
def test_what_makes_no_sense_removes_nothing(two_companies, words, said):
    with pytest.raises(CommandError, match=said):
        call_command("prune_events", *words)
    assert [len(verbs(company)) for company in two_companies] == [4, 4]


def test_a_company_that_is_behind_stops_no_other(two_companies):
    # Its table is not there yet: the first in the alphabet of the two.
    with as_owner(), tenant_context(two_companies[0]):
        call_command("migrate", "events", "zero", verbosity=0)
    errors = StringIO()
    with pytest.raises(CommandError, match="Not finished: hooli"):
        call_command("prune_events", "--older-than-days", "365", stdout=StringIO(), stderr=errors)
    assert "does not exist" in errors.getvalue()
    assert len(verbs(two_companies[1])) == 3
