"""The owners' page of what everybody did."""

import csv
from datetime import UTC, datetime, timedelta

import pytest

from apps.contacts.models import Contact, Organisation
from apps.events.filters import EVENTS_PER_PAGE
from apps.events.subjects import Subject
from lib.tenancy import tenant_context
from tests.apps.contacts.pages import shows


def verbs_on(response):
    return [event.verb for event in response.context["page"].events]


def test_owners_see_it_and_other_members_do_not(alice, bob, acme_event):
    acme_event("contact.created", subject_text="Ann Lee")
    for path in ("/events/", "/events/export.csv"):
        assert alice.get(path).status_code == 200
        assert bob.get(path).status_code == 403
    assert shows(alice.get("/events/"), "Ann Lee")


def test_only_owners_find_the_way_to_it(alice, bob, cast):
    with tenant_context(cast.acme):
        contact = Contact.objects.create(last_name="Lee")
        organisation = Organisation.objects.create(name="Initech")
    for path in ("/", f"/contacts/{contact.pk}/", f"/organisations/{organisation.pk}/"):
        assert 'href="/events/' in alice.get(path).content.decode()
        assert 'href="/events/' not in bob.get(path).content.decode()


def test_it_shows_nothing_of_another_company(alice, charlie, acme_event):
    acme_event("contact.created", subject_text="Ann Lee")
    assert shows(alice.get("/events/"), "Ann Lee")
    assert not shows(charlie.get("/events/"), "Ann Lee")


def test_it_says_who_did_what_to_what_and_from_where(alice, acme_event, cast):
    acme_event(
        "contact.changed",
        actor=cast.bob,
        subject_kind="contacts.contact",
        subject_key="7",
        subject_text="Ann Lee",
        changes={"last_name": ["Lee", "Moss"]},
        ip="192.0.2.9",
    )
    response = alice.get("/events/")
    for text in ("Contact changed", "Bob Baker", "Ann Lee", "192.0.2.9", "Last name", "Lee", "Moss"):
        assert shows(response, text)


def test_what_people_typed_is_text_and_no_markup(alice, acme_event):
    acme_event(subject_text="<script>alert(1)</script>", changes={"<b>": ["<i>", "<u>"]})
    page = alice.get("/events/").content.decode()
    assert "&lt;script&gt;alert(1)" in page
    for markup in ("<script>alert", "<b>", "<i>", "<u>"):
        assert markup not in page


def test_a_verb_that_the_code_no_longer_knows_is_shown_as_it_is(alice, acme_event):
    acme_event("invoice.paid")
    assert shows(alice.get("/events/"), "invoice.paid")


def test_it_is_filtered_by_person(alice, acme_event, cast):
    acme_event("contact.created", actor=cast.alice)
    acme_event("contact.deleted", actor=cast.bob)
    assert verbs_on(alice.get("/events/", {"person": cast.bob.pk})) == ["contact.deleted"]


def test_it_is_filtered_by_a_person_who_has_left(alice, acme_event, cast):
    acme_event("contact.created", actor=cast.alice)
    acme_event("contact.deleted", actor=cast.bob)
    with tenant_context(cast.acme):
        cast.bob.emailaddress_set.all().delete()
        key = cast.bob.pk
        cast.bob.delete()
    response = alice.get("/events/", {"person": key})
    assert verbs_on(response) == ["contact.deleted"]
    assert shows(response, "Bob Baker (has left)")


def test_it_is_filtered_by_what_was_done(alice, acme_event):
    acme_event("contact.created")
    acme_event("note.created")
    assert verbs_on(alice.get("/events/", {"verb": "note.created"})) == ["note.created"]


def test_a_period_begins_and_ends_with_whole_days(alice, acme_event):
    noon = datetime(2026, 3, 10, 12, tzinfo=UTC)
    for verb, hours in (("one", -13), ("two", -12), ("three", 11), ("four", 12)):
        acme_event(verb, at=noon + timedelta(hours=hours))
    day = {"since": "2026-03-10", "until": "2026-03-10"}
    assert verbs_on(alice.get("/events/", day)) == ["three", "two"]
    assert verbs_on(alice.get("/events/", {"since": "2026-03-10"})) == ["four", "three", "two"]
    assert verbs_on(alice.get("/events/", {"until": "2026-03-10"})) == ["three", "two", "one"]


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_the_first_and_the_last_day_there_are_crash_nothing(alice, acme_event, day):
    acme_event()
    for name in ("since", "until"):
        assert alice.get("/events/", {name: day}).status_code == 200


def test_the_history_of_a_record_outlives_it(alice, cast):
    with tenant_context(cast.acme):
        contact = Contact.objects.create(first_name="Ann", last_name="Lee")
        about = str(Subject.of(contact))
    link = f"/events/?about={about.replace(':', '%3A')}"
    assert link in alice.get(f"/contacts/{contact.pk}/").content.decode()
    alice.post(f"/contacts/{contact.pk}/notes/", {"body": "Called."})
    response = alice.get(link)
    assert shows(response, "History of Ann Lee")
    assert f'href="/contacts/{contact.pk}/"' in response.content.decode()
    alice.post(f"/contacts/{contact.pk}/delete/")
    response = alice.get(link)
    assert verbs_on(response) == ["contact.deleted", "note.created"]
    assert shows(response, "History of Ann Lee")
    assert f'href="/contacts/{contact.pk}/"' not in response.content.decode()


@pytest.mark.parametrize(
    "about", ["x", "a.b", "a.b:", ":7", "contacts.contact:x", "no.model:7", "accounts.user:1", "a.b:\u202e"]
)
def test_a_record_that_makes_no_sense_crashes_nothing(alice, acme_event, about):
    acme_event()
    assert alice.get("/events/", {"about": about}).status_code == 200


def test_what_makes_no_sense_is_left_out_and_said(alice, acme_event):
    acme_event("contact.created")
    for query in ({"person": "0"}, {"person": "x"}, {"verb": "x"}, {"since": "x"}, {"before": "0"}):
        response = alice.get("/events/", query)
        assert verbs_on(response) == ["contact.created"]
        assert len(response.context["form"].complaints) == 1
        assert shows(response, response.context["form"].complaints[0])


def test_it_is_read_page_by_page_newest_first(alice, acme_event):
    keys = [acme_event("note.created").pk for _ in range(EVENTS_PER_PAGE + 5)]
    first = alice.get("/events/", {"verb": "note.created"})
    assert [event.pk for event in first.context["page"].events] == keys[:4:-1]
    older = f"verb=note.created&amp;before={keys[5]}"
    assert older in first.content.decode()
    acme_event("note.created")  # what comes in meanwhile moves nothing
    second = alice.get(f"/events/?{older.replace('&amp;', '&')}")
    assert [event.pk for event in second.context["page"].events] == keys[4::-1]
    assert "Older" not in second.content.decode()
    assert "Newest" in second.content.decode()


def test_it_takes_the_same_few_queries_however_many_events(
    alice, acme_event, cast, django_assert_num_queries
):
    for _ in range(30):
        acme_event(actor=cast.bob, subject_kind="contacts.contact", subject_key="7", subject_text="Ann")
    # session, user, members for the filter, events
    with django_assert_num_queries(4):
        alice.get("/events/")


def rows_of(response):
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.reader(text.splitlines()))


def test_the_file_holds_the_list_as_it_is_filtered_on_all_pages(alice, acme_event, cast):
    for _ in range(EVENTS_PER_PAGE + 5):
        acme_event("note.created", actor=cast.bob, subject_text="=1+1", ip="192.0.2.9")
    acme_event("contact.created")
    response = alice.get("/events/export.csv", {"verb": "note.created", "before": 1})
    assert response.headers["Content-Disposition"].startswith('attachment; filename="events-')
    headings, *rows = rows_of(response)
    assert headings[:4] == ["When", "Who", "E-mail", "What"]
    assert len(rows) == EVENTS_PER_PAGE + 5
    assert rows[0][1:6] == ["Bob Baker", "bob@acme.example", "note.created", "", "'=1+1"]


def test_the_file_is_an_event_too(alice, events_of):
    rows_of(alice.get("/events/export.csv"))
    rows_of(alice.get("/events/export.csv", {"verb": "note.created"}))
    assert [event.subject_text for event in events_of()] == ["All events", "Events, filtered"]


def test_a_file_that_cannot_say_what_it_left_out_is_not_made(alice, events_of):
    assert alice.get("/events/export.csv", {"verb": "x"}).url == "/events/?verb=x"
    assert events_of() == []
