"""What may be asked of the events: by whom, what, when, and to which row."""

from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from django import forms
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.utils import timezone

from apps.events.models import Event, EventQuerySet
from apps.events.subjects import Subject
from apps.events.verbs import Verb
from lib.forms import QueryForm

EVENTS_PER_PAGE = 50
_LARGEST_KEY = 2**63 - 1


class EventPage(NamedTuple):
    """A stretch of the events. `older_before` is what the next page begins behind, None on the last."""

    events: list[Event]
    older_before: int | None


class SubjectField(forms.Field):
    """A row, named as in `contacts.contact:17`. It need not be there any more."""

    def to_python(self, value: Any) -> Subject | None:
        subject = Subject.parse(value) if value else None
        if value and subject is None:
            raise ValidationError("This names no record.")
        return subject


class EventListForm(QueryForm):
    person = forms.TypedChoiceField(required=False, coerce=int, empty_value=None)
    verb = forms.ChoiceField(label="What", required=False, choices=[("", "Everything"), *Verb.choices])
    since = forms.DateField(label="From", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label="To", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    about = SubjectField(label="Record", required=False, widget=forms.HiddenInput)
    # Pages are counted by keys: one far back costs what the first one costs.
    before = forms.IntegerField(
        label="Page", required=False, min_value=1, max_value=_LARGEST_KEY, widget=forms.HiddenInput
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].choices = [("", "Everybody"), *self._people()]  # type: ignore[attr-defined]

    def _people(self) -> list[tuple[int, str]]:
        """Return the members, and the one who is asked for when they have left."""
        people = [(user.pk, str(user)) for user in get_user_model()._default_manager.order_by("email")]
        asked = str(self.data.get("person", ""))
        if asked.isdecimal() and len(asked) < 19 and int(asked) not in dict(people):
            last = Event.objects.filter(actor=int(asked)).newest_first().first()
            people += [(int(asked), f"{last.actor_text} (has left)")] if last else []
        return people

    def events(self) -> EventQuerySet:
        found = Event.objects.newest_first()
        if self.person():
            found = found.filter(actor=self.person())
        if self.verb():
            found = found.filter(verb=self.verb())
        if self.since():
            found = found.filter(at__gte=_midnight(self.since()))
        if self.until():
            found = found.filter(at__lt=_midnight(self.until(), days_later=1))
        return found.about(self.about()) if self.about() else found

    def page(self) -> EventPage:
        found = self.events()
        if self.before():
            found = found.filter(pk__lt=self.before())
        # One more than is shown says whether there are any.
        events = list(found[: EVENTS_PER_PAGE + 1])
        shown = events[:EVENTS_PER_PAGE]
        return EventPage(shown, shown[-1].pk if len(events) > EVENTS_PER_PAGE else None)

    def is_narrowed(self) -> bool:
        """Tell whether the list may show less than everything."""
        return any(self.cleaned_data.get(name) for name in ("person", "verb", "since", "until", "about"))


def _midnight(day: date, *, days_later: int = 0) -> datetime:
    """Return the beginning of a day where the reader is; the last day there is has no next one."""
    later = day + timedelta(days=days_later) if day < date.max else day
    return timezone.make_aware(datetime.combine(later, time.min))
