"""Every page of a company that takes a form records what it changed: tomorrow's as well."""

import re
from datetime import date
from pathlib import Path

import pytest
from allauth.account.models import EmailAddress
from django.apps import apps
from django.contrib.sessions.models import Session
from django.core import mail, serializers
from django.forms import BaseForm

from apps.accounts.handovers import issue_handover
from apps.accounts.models import User
from apps.contacts.models import Contact
from apps.events.models import Event
from apps.events.verbs import Verb
from lib.tenancy import tenant_context
from tests.apps.accounts.conftest import mailed_code
from tests.apps.contacts.pages import contact_form
from tests.conftest import PASSWORD
from tests.isolation.pages import pages
from tests.isolation.rows import make_row_once, tenant_models

PK = 900_001
NEW = "another horse entirely"
CODE = re.compile(r"[A-Z0-9]{3,4}-[A-Z0-9]{3,4}")

# What a person sends to a page that changes something, and the verb by which it is recorded.
FORMS = {
    "contacts:create": ("contact.created", lambda: contact_form()),
    "contacts:edit": (
        "contact.changed",
        lambda: contact_form(Contact.objects.get(pk=PK), last_name="Moss", email="moss@x.example"),
    ),
    "contacts:delete": ("contact.deleted", dict),
    "contacts:note_create": ("note.created", lambda: {"body": "Called."}),
    "contacts:note_delete": ("note.deleted", dict),
    "contacts:organisation_create": ("organisation.created", lambda: {"name": "Hooli"}),
    "contacts:organisation_edit": ("organisation.changed", lambda: {"name": "Hooli", "version": 1}),
    "contacts:organisation_delete": ("organisation.deleted", dict),
}

# Pages at which a form sent by itself changes no row, and why there is nothing to record.
CHANGES_NOTHING = {
    "dashboard:dashboard": "shows",
    "contacts:list": "shows",
    "contacts:detail": "shows",
    "contacts:organisation_list": "shows",
    "contacts:organisation_detail": "shows",
    "contacts:export": "downloads, which is recorded: test_recording.py",
    "events:list": "shows",
    "events:export": "downloads, which is recorded: test_list.py",
    "files:download": "downloads, which is recorded: test_recording.py",
    "accounts:confirm_email": "sends a code; that it proved the address is recorded",
    "account_inactive": "shows",
    "account_signup": "nobody joins from the street",
    "account_email": "leads to the dashboard",
    "account_set_password": "leads to the dashboard",
    "account_reauthenticate": "asks for the password again; a wrong one is recorded: test_recording.py",
    "account_reset_password": "sends a code; the new password is recorded",
    "account_confirm_password_reset_code": "compares a code; the new password is recorded",
    "account_password_reset_completed": "shows",
    "mailbox:index": "of developers",
    "mailbox:message": "of developers",
    "mailbox:html": "of developers",
}


def sign_in(alice, address="/accounts/login/"):
    return alice.post(address, {"login": "alice@acme.example", "password": PASSWORD})


def sign_out(alice):
    sign_in(alice)
    alice.post("/accounts/logout/")


def change_password(alice):
    sign_in(alice)
    form = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    alice.post("/accounts/password/change/", form)


def reset_password(alice):
    alice.post("/accounts/password/reset/", {"email": "alice@acme.example"})
    alice.post("/accounts/password/reset/confirm/", {"code": mailed_code()})
    alice.post("/accounts/password/reset/complete/", {"password1": NEW, "password2": NEW})


def prove_address(alice):
    EmailAddress.objects.update(verified=False)
    sign_in(alice)
    alice.post("/accounts/confirm-email/", {"code": mailed_code()})


def come_from_www(alice):
    alice.get(f"/welcome/{issue_handover(User.objects.get(email='alice@acme.example'))}/")


# Pages that want steps before them, and all that is recorded on the way.
STEPS = {
    "account_login": (sign_in, ["member.signed_in"]),
    "account_logout": (sign_out, ["member.signed_in", "member.signed_out"]),
    "account_change_password": (
        change_password,
        ["member.signed_in", "member.password_changed", "member.signed_out"],
    ),
    "account_complete_password_reset": (reset_password, ["member.password_changed"]),
    "account_email_verification_sent": (prove_address, ["member.email_verified", "member.signed_in"]),
    "accounts:welcome": (come_from_www, ["member.signed_in"]),
}

every_page = pytest.mark.parametrize("page", pages(PK), ids=str)


def state(company):
    """Return all rows of a company, but sessions and what is recorded."""
    models = [model for model in tenant_models() if model not in (Session, Event)]
    with tenant_context(company):
        rows = [row for model in models for row in model._base_manager.order_by("pk")]
        return serializers.serialize("json", rows)


@pytest.fixture
def author(cast, at):
    """The browser of an owner of Acme to whom a row of every kind belongs."""
    with tenant_context(cast.acme):
        for model in tenant_models():
            if model is not Event:
                make_row_once(model, PK)
        return at(cast.acme, as_=User.objects.get(pk=PK))


@every_page
def test_it_is_said_what_a_page_records(page):
    assert [page.name in place for place in (FORMS, STEPS, CHANGES_NOTHING)].count(True) == 1, (
        f"{page.name}: say in FORMS or STEPS what is sent to it and which verb it records, "
        "or in CHANGES_NOTHING why there is nothing to record"
    )


@pytest.mark.parametrize("page", [page for page in pages(PK) if page.name in FORMS], ids=str)
def test_what_a_page_changes_is_recorded_with_who_and_from_where(page, author, cast, events_of):
    verb, data = FORMS[page.name]
    with tenant_context(cast.acme):
        form = data()
    before = state(cast.acme)
    assert author.post(page.path, form, REMOTE_ADDR="192.0.2.9").status_code == 302
    assert state(cast.acme) != before
    (event,) = events_of()
    assert (event.verb, event.actor_id, event.ip) == (verb, PK, "192.0.2.9")
    assert event.subject_key
    assert event.subject_text
    assert len(event.request_id) == 32


@pytest.mark.parametrize("page", [page for page in pages(PK) if page.name in STEPS], ids=str)
@pytest.mark.usefixtures("quickly_hashed")
def test_what_comes_of_several_steps_is_recorded(page, cast, at, events_of):
    act, verbs = STEPS[page.name]
    with tenant_context(cast.acme):
        act(at(cast.acme))
    recorded = events_of()
    assert [event.verb for event in recorded] == verbs
    assert {event.actor_email for event in recorded} == {"alice@acme.example"}
    assert {event.subject_key for event in recorded} == {str(cast.alice.pk)}
    kept = repr([(event.changes, event.subject_text) for event in recorded])
    assert not [secret for secret in (PASSWORD, NEW) if secret in kept]
    assert not any(code in kept for message in mail.outbox for code in CODE.findall(str(message.body)))


@pytest.mark.parametrize("page", [page for page in pages(PK) if page.name in CHANGES_NOTHING], ids=str)
def test_the_other_pages_change_nothing(page, author, cast):
    before = state(cast.acme)
    response = author.post(page.path, filled(author.get(page.path)))
    assert response.status_code < 500
    assert state(cast.acme) == before, f"{page.name} changes rows, and CHANGES_NOTHING says it does not"


def filled(response):
    """Return what a person might type into the forms of a page, so that a form would be taken."""
    contexts = response.context or []
    values = [value for context in contexts for value in context.flatten().values()]
    forms = [value for value in values if issubclass(type(value), BaseForm)]
    return {form.add_prefix(name): sample(field) for form in forms for name, field in form.fields.items()}


def sample(field):
    kind = type(field).__name__
    samples = {"EmailField": "p@x.example", "DateField": date.max, "IntegerField": 1, "BooleanField": "on"}
    return samples.get(kind, getattr(field, "initial", None) or "Hooli")


def test_every_verb_is_recorded_somewhere():
    folders = [Path(config.path) for config in apps.get_app_configs() if config.name.startswith("apps.")]
    files = [path for folder in folders for path in folder.rglob("*.py") if path.name != "verbs.py"]
    code = "".join(path.read_text() for path in files)
    assert [verb.name for verb in Verb if f"Verb.{verb.name}" not in code] == []
