"""Remove what is older than a company has to keep. By operators alone: the company's role cannot."""

from datetime import datetime

from apps.events.models import Event
from apps.events.recording import record
from apps.events.verbs import Verb
from lib.tenancy.append_only import remove_rows

ROWS_PER_TRANSACTION = 5_000


def prune(before: datetime) -> int:
    """Remove the current company's events from before a moment, and return how many there were.

    A few thousand at a time, so that nobody waits long to add one. Leaves an event that says so.
    """
    old = Event.objects.filter(at__lt=before).order_by("pk").values_list("pk", flat=True)
    removed = 0
    while keys := list(old[:ROWS_PER_TRANSACTION]):
        removed += remove_rows(Event, keys)
    if removed:
        record(Verb.EVENTS_PRUNED, text=f"{removed} from before {before:%Y-%m-%d %H:%M} UTC")
    return removed
