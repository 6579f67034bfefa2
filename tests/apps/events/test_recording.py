"""record(): who, what, when, from where, and nothing that is secret."""

from contextlib import suppress

import pytest
from asgiref.sync import async_to_sync
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.http import HttpResponse
from django.test import RequestFactory

from apps.accounts.models import User
from apps.accounts.receivers import record_email_change
from apps.contacts import services
from apps.contacts.models import Contact, Organisation
from apps.events.changes import HIDDEN, changes_between
from apps.events.middleware import OriginMiddleware
from apps.events.origins import find_origin
from apps.events.recording import record
from apps.events.verbs import Verb
from lib.tenancy import tenant_context
from lib.tenancy.exceptions import WrongTenantError
from tests.apps.contacts.pages import contact_form
from tests.conftest import PASSWORD


@pytest.fixture
def in_acme(cast):
    with tenant_context(cast.acme):
        yield


def test_outside_of_a_request_nobody_and_nowhere_is_recorded(in_acme):
    event = record(Verb.EXPORT_DOWNLOADED, text="All contacts")
    assert (event.actor_id, event.ip, event.request_id) == (None, None, "")
    assert event.actor_text == ""


def test_it_keeps_the_names_of_that_moment(in_acme, cast):
    organisation = Organisation.objects.create(name="Initech")
    event = record(Verb.ORGANISATION_CREATED, organisation, actor=cast.bob)
    organisation.delete()
    User.objects.filter(pk=cast.bob.pk).update(full_name="Robert Baker", email="robert@acme.example")
    event.refresh_from_db()
    assert (event.actor_name, event.actor_email) == ("Bob Baker", "bob@acme.example")
    assert event.subject_text == "Initech"
    assert event.subject.find() is None


def test_it_records_nobody_and_nothing_of_another_company(in_acme, cast):
    with tenant_context(cast.globex):
        theirs = Organisation.objects.create(name="Initech")
    for foreign in ({"actor": cast.charlie}, {"subject": theirs}):
        with pytest.raises(WrongTenantError, match="recorded"):
            record(Verb.ORGANISATION_CREATED, **foreign)
    assert record(Verb.ORGANISATION_CREATED, Organisation.objects.create(name="Initech"), actor=cast.bob).pk


def test_it_is_undone_with_the_change_it_tells_of(in_acme, events_of):
    with suppress(ZeroDivisionError), transaction.atomic():
        services.save_organisation(Organisation(name="Initech"), seen_version=None)
        raise ZeroDivisionError
    assert events_of() == []
    assert not Organisation.objects.exists()


def test_a_change_names_each_field_before_and_after(alice, cast, events_of):
    with tenant_context(cast.acme):
        contoso, northwind = (Organisation.objects.create(name=name) for name in ("Contoso", "Northwind"))
        contact = Contact.objects.create(first_name="Ann", last_name="Lee", organisation=contoso)
        contact.replace_phone_numbers([("work", "020 7946 0018")])
    form = contact_form(
        contact,
        last_name="Moss",
        organisation=northwind.pk,
        phone_numbers=[("home", "020 7946 0019")],
    )
    assert alice.post(f"/contacts/{contact.pk}/edit/", form).status_code == 302
    (event,) = events_of()
    assert event.changes == {
        "last_name": ["Lee", "Moss"],
        "organisation": ["Contoso", "Northwind"],
        "phone_numbers": ["Work: 020 7946 0018", "Home: 020 7946 0019"],
    }


def test_a_save_that_changes_nothing_is_not_recorded(alice, cast, events_of):
    with tenant_context(cast.acme):
        contact = Contact.objects.create(first_name="Ann", last_name="Lee")
    assert alice.post(f"/contacts/{contact.pk}/edit/", contact_form(contact)).status_code == 302
    assert events_of() == []


def test_of_two_who_delete_one_contact_one_is_recorded(in_acme, events_of):
    contact = Contact.objects.create(last_name="Lee")
    same = Contact.objects.get()
    services.delete(contact)
    services.delete(same)
    assert [event.verb for event in events_of()] == ["contact.deleted"]


@pytest.mark.parametrize("name", ["password", "api_key", "token_digest", "new_secret", "code", "otp"])
def test_a_secret_is_recorded_as_changed_and_not_by_its_value(in_acme, name):
    assert record(Verb.CONTACT_CHANGED, changes={name: ["old", "new"]}).changes == {name: [HIDDEN, HIDDEN]}


@pytest.mark.parametrize("name", ["last_name", "postcode", "keyword", "company"])
def test_what_is_no_secret_is_recorded(in_acme, name):
    assert record(Verb.CONTACT_CHANGED, changes={name: ["old", "new"]}).changes == {name: ["old", "new"]}


def test_the_password_of_a_member_is_no_secret_that_slips_through(in_acme, cast):
    changed = User.objects.get(pk=cast.bob.pk)
    changed.set_password("another")
    event = record(Verb.CONTACT_CHANGED, changes=changes_between(cast.bob, changed))
    assert event.changes == {"password": [HIDDEN, HIDDEN]}


def test_long_texts_are_shortened(in_acme):
    event = record(Verb.CONTACT_CHANGED, text="x" * 1000, changes={"body": [None, "y" * 100_000]})
    assert len(event.subject_text) == 200
    assert len(event.changes["body"][1]) == 500


def test_a_failed_sign_in_names_the_member_who_was_meant(cast, at, events_of):
    for email in ("bob@acme.example", "zelda@acme.example"):
        at(cast.acme, REMOTE_ADDR="192.0.2.9").post("/accounts/login/", {"login": email, "password": "wrong"})
    known, unknown = events_of()
    assert known.verb == unknown.verb == "member.sign_in_failed"
    assert known.actor_id is None
    assert (known.subject_key, known.subject_text) == (str(cast.bob.pk), "bob@acme.example")
    assert (unknown.subject_key, unknown.subject_text) == ("", "zelda@acme.example")
    assert known.ip == "192.0.2.9"


@pytest.mark.usefixtures("quickly_hashed")
def test_a_wrong_password_of_who_is_signed_in_is_recorded(cast, alice, events_of):
    alice.post("/accounts/login/", {"login": "alice@acme.example", "password": PASSWORD})
    alice.post("/accounts/reauthenticate/", {"password": "wrong"})
    assert events_of()[-1].verb == "member.sign_in_failed"
    assert events_of()[-1].actor_id == cast.alice.pk


def test_an_e_mail_address_that_changes_is_recorded_with_both(in_acme, cast):
    old, new = cast.bob.emailaddress_set.get(), cast.bob.emailaddress_set.model(email="robert@acme.example")
    record_email_change(user=cast.bob, from_email_address=old, to_email_address=new)
    event = cast.bob._meta.apps.get_model("events.event").objects.get()
    assert event.changes == {"email": ["bob@acme.example", "robert@acme.example"]}


def test_an_export_is_recorded_with_what_was_asked(alice, cast, events_of):
    with tenant_context(cast.acme):
        northwind = Organisation.objects.create(name="Northwind")
    alice.get("/contacts/export.csv")
    alice.get("/contacts/export.csv", {"q": "ann", "organisation": northwind.pk})
    assert [(event.verb, event.subject_text) for event in events_of()] == [
        ("export.downloaded", "All contacts"),
        ("export.downloaded", "Contacts of Northwind with “ann”"),
    ]


def test_a_file_that_is_downloaded_is_recorded_and_one_that_is_not_there_is_not(
    alice, cast, events_of, settings, tmp_path
):
    settings.MEDIA_ROOT = tmp_path
    with tenant_context(cast.acme):
        default_storage.save("plan.txt", ContentFile(b"plan"))
    assert alice.get("/files/plan.txt").getvalue() == b"plan"
    alice.get("/files/no.txt")
    assert [(event.verb, event.subject_text) for event in events_of()] == [("file.downloaded", "plan.txt")]


@pytest.mark.parametrize(
    ("address", "proxies", "kept"),
    [
        ("2001:db8::7", 0, "2001:db8::7"),
        ("unix:", 1, None),
        ("", 1, None),
        ("fe80::1%eth0", 0, "fe80::1"),
    ],
)
def test_an_address_is_kept_if_it_is_one(alice, events_of, settings, address, proxies, kept):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    assert alice.post("/organisations/new/", {"name": "Hooli"}, REMOTE_ADDR=address).status_code == 302
    assert events_of()[0].ip == kept


def test_the_request_is_forgotten_even_after_a_crash(in_acme):
    seen = []

    def view(request):
        seen.append(find_origin())
        raise ZeroDivisionError

    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            OriginMiddleware(view)(RequestFactory().get("/"))
        assert find_origin() is None
    assert len({origin.request_id for origin in seen}) == 2


async def answer_with_the_origin(request):
    return HttpResponse(find_origin().request_id)


def test_a_task_has_its_request_too():

    response = async_to_sync(OriginMiddleware(answer_with_the_origin))(RequestFactory().get("/"))
    assert len(response.content) == 32
    assert find_origin() is None
