"""The mail of a sign-up is sent elsewhere, and belongs to the transaction that founds the company."""

import pytest
from django.core import mail

from apps.companies.models import Company
from apps.signup import services
from lib.commands.states import JobState
from tests.lib.commands.conftest import jobs
from tests.lib.commands.workers import run_all

__all__ = ["jobs"]


def test_it_comes_with_the_company(jobs, sign_up):
    sign_up(company_name="Buy now at evil.example")
    company = Company.find_by_subdomain("initech")
    [job] = jobs
    assert (job.tenant, job.command, job.state) == (company.schema_name, "mail_welcome", JobState.READY)
    assert "peter" not in job.payload  # keys, not people
    assert mail.outbox == []
    run_all()
    (message,) = mail.outbox
    assert message.to == ["peter@initech.example"]
    assert "http://initech.localhost:8000/" in message.body
    assert "evil" not in message.body + message.subject


def test_without_a_company_there_is_none(jobs, sign_up, monkeypatch):
    send = services.send_command

    def send_and_fail(*args):
        send(*args)
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(services, "send_command", send_and_fail)
    assert sign_up().status_code == 422
    # Of a company with its own database the row stays in the master, until a worker finds no token for it.
    run_all()
    assert not jobs.filter(state=JobState.DONE).exists()
    assert mail.outbox == []


@pytest.mark.parametrize("isolation", ["schema", "database"])
def test_it_comes_in_both_isolations(isolation, jobs, sign_up, settings):
    settings.TENANCY_ISOLATION = isolation
    assert sign_up().status_code == 302
    run_all()
    assert [message.to for message in mail.outbox] == [["peter@initech.example"]]
