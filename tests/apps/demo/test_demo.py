import io
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from apps.accounts.models import User
from apps.companies.directory import companies_of
from apps.companies.models import Company
from apps.contacts.models import Contact, Note
from apps.demo.companies import DEMO_COMPANIES, DEMO_PASSWORD, DemoCompany, ensure_demo_company
from apps.demo.contacts import _CONTACTS
from apps.demo.management.commands import runserver
from apps.events.models import Event
from lib.tenancy import tenant_context
from lib.tenancy.states import State
from lib.tenancy.subdomains import clean_subdomain
from lib.tenancy.testing import HostClient, client_of

PEOPLE = (("Dora Dent", "dora@demo-co.example"), ("Egon Ehrlich", "egon@demo-co.example"))
DEMO = DemoCompany("demo-co", "Demo & Co", PEOPLE)


@pytest.fixture
def demo_company(real_transactions, monkeypatch):
    monkeypatch.setitem(_CONTACTS, "demo-co", _CONTACTS["acme"])
    return ensure_demo_company(DEMO)


def test_it_has_people_who_can_sign_in_and_contacts_to_look_at(demo_company):
    client = HostClient("demo-co")
    form = {"login": "dora@demo-co.example", "password": DEMO_PASSWORD}
    assert client.post("/accounts/login/", form).url == "/"
    assert client.get("/").status_code == 200
    with tenant_context(demo_company):
        assert [user.is_owner for user in User.objects.order_by("pk")] == [True, False]
        assert Contact.objects.count() == 5
        assert Note.objects.exists()
    assert list(companies_of("egon@demo-co.example")) == [demo_company]


def test_it_has_a_past_that_its_owner_can_read(demo_company):
    with tenant_context(demo_company):
        events = list(Event.objects.order_by("pk"))
        dora, egon = User.objects.order_by("pk")
    assert [event.at for event in events] == sorted(event.at for event in events)
    assert {event.actor_id for event in events} == {dora.pk, egon.pk, None}
    assert {"workspace.founded", "contact.changed", "member.sign_in_failed"} <= {
        event.verb for event in events
    }
    assert all(event.ip and event.subject_text for event in events)
    page = client_of(demo_company, dora).get("/events/").content.decode()
    assert "Egon Ehrlich" in page
    assert "Workspace founded" in page


def test_making_it_again_changes_nothing(demo_company):
    with tenant_context(demo_company):
        Contact.objects.all().delete()
    again = ensure_demo_company(DEMO)
    assert again == demo_company
    with tenant_context(again):
        assert not Contact.objects.exists()


def test_the_companies_to_look_at_have_contacts_and_addresses_that_anybody_may_have():
    for demo in DEMO_COMPANIES:
        assert clean_subdomain(demo.subdomain) == demo.subdomain
        assert _CONTACTS[demo.subdomain]


def test_develop_refuses_a_server(settings):
    settings.DEBUG = False
    with pytest.raises(CommandError, match="DEBUG=true"):
        call_command("develop")


@pytest.mark.usefixtures("cast")
class TestRunserver:
    def command(self):
        return runserver.Command(stdout=io.StringIO(), no_color=True)

    def test_it_names_the_companies_that_are_behind(self):
        command = self.command()
        command.check_migrations()
        assert command.stdout.getvalue() == ""
        Company.objects.filter(subdomain="acme").update(version="00001-abc")
        command.check_migrations()
        assert (
            "Behind on migrations: acme. Run: python manage.py migrate_tenants" in command.stdout.getvalue()
        )

    @pytest.mark.parametrize(
        ("state", "is_named"),
        [
            (State.SUSPENDED, True),
            (State.RESERVED, False),
            (State.PROVISIONING, False),
            (State.FAILED, False),
        ],
    )
    def test_but_not_those_that_migrations_do_not_reach(self, state, is_named):
        command = self.command()
        Company.objects.filter(subdomain="acme").update(version="00001-abc", state=state)
        command.check_migrations()
        assert ("acme" in command.stdout.getvalue()) is is_named


def on_bind(**environment):
    """Return what the server prints when it listens. In a process of its own: DEBUG decides about URLs."""
    program = (
        "import django; django.setup(); "
        "from apps.demo.management.commands.runserver import Command; Command().on_bind(8000)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=Path(__file__).resolve().parents[3],
        env={
            **os.environ,
            "BASE_URL": "http://localhost:8000",
            "DJANGO_SETTINGS_MODULE": "config.settings",
            **environment,
        },
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def test_it_prints_addresses_that_lead_somewhere():
    printed = on_bind(DEBUG="true")
    for line in (
        "http://www.localhost:8000/",
        "http://acme.localhost:8000/",
        "http://globex.localhost:8000/",
        f"sign in as alice@acme.example, password {DEMO_PASSWORD}",
    ):
        assert line in printed
    assert "127.0.0.1" not in printed


def test_without_debug_it_names_no_page_that_is_not_there():
    printed = on_bind(DEBUG="false")
    assert "http://www.localhost:8000/" in printed
    assert "/dev/mail/" not in printed
