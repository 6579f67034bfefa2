"""What Python refuses to do to rows that are only added, before PostgreSQL has to."""

import io

import pytest
from django.core import serializers
from django.core.management import call_command
from django.db import IntegrityError, models, transaction

from apps.events.models import Event
from lib.tenancy import tenant_context
from lib.tenancy.append_only_constraint import AppendOnlyConstraint
from lib.tenancy.context import as_owner
from lib.tenancy.exceptions import AppendOnlyError


@pytest.fixture
def event(cast):
    with tenant_context(cast.acme):
        yield Event.objects.create(verb="contact.created")


def change(event):
    event.verb = "contact.deleted"
    return event


WAYS = {
    "save": lambda event: change(event).save(),
    "save of some fields": lambda event: change(event).save(update_fields=["verb"]),
    "save of a copy": lambda event: Event(pk=event.pk, verb="x").save(force_update=True),
    "delete": lambda event: event.delete(),
    "update": lambda event: Event.objects.update(verb="x"),
    "update of some": lambda event: Event.objects.filter(pk=event.pk).update(verb="x"),
    "update of many": lambda event: Event.objects.bulk_update([change(event)], ["verb"]),
    "delete of some": lambda event: Event.objects.filter(pk=event.pk).delete(),
    "base manager, update": lambda event: Event._base_manager.update(verb="x"),
    "base manager, delete": lambda event: Event._base_manager.all().delete(),
    "raw delete": lambda event: Event._base_manager.all()._raw_delete("default"),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_row_is_not_changed_or_deleted(event, way):
    with pytest.raises(AppendOnlyError, match=r"events\.Event cannot be (updated|deleted).*operators"):
        WAYS[way](event)
    assert Event.objects.get(pk=event.pk).verb == "contact.created"


def test_rows_are_added_in_every_way(event):
    Event(verb="one").save()
    Event.objects.bulk_create([Event(verb="two"), Event(verb="three")])
    Event.objects.get_or_create(verb="four")
    Event(pk=event.pk + 1000, verb="five").save()
    assert Event.objects.filter(verb__in=["one", "two", "three", "four", "five"]).count() == 5


def test_a_dump_can_be_loaded_where_the_rows_are_not_there_and_overwrites_none(event, tmp_path):
    file = tmp_path / "events.json"
    file.write_text(serializers.serialize("json", [event]))
    with as_owner(), pytest.raises(IntegrityError), transaction.atomic():
        call_command("loaddata", file, stdout=io.StringIO())
    file.write_text(file.read_text().replace(f'"pk": {event.pk}', f'"pk": {event.pk + 1}'))
    with as_owner():
        call_command("loaddata", file, stdout=io.StringIO())
    assert Event.objects.get(pk=event.pk + 1).verb == "contact.created"


def test_a_member_who_goes_leaves_their_events(event, cast):
    Event.objects.create(verb="note.created", actor=cast.bob, actor_name="Bob Baker")
    bobs_key = cast.bob.pk
    cast.bob.delete()
    left = Event.objects.get(verb="note.created")
    assert (left.actor_id, left.actor_name) == (bobs_key, "Bob Baker")


def test_the_name_of_the_constraint_says_what_it_is():
    with pytest.raises(ValueError, match="must end with '_append_only'"):
        AppendOnlyConstraint(name="event_lock")


def test_equal_constraints_are_no_migration():
    one, other = AppendOnlyConstraint(name="a_append_only"), AppendOnlyConstraint(name="a_append_only")
    assert one == other == one.clone()
    assert one != AppendOnlyConstraint(name="b_append_only")
    assert one != models.CheckConstraint(condition=models.Q(pk=1), name="a_append_only")
