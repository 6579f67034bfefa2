"""The events as a CSV file."""

import json
from collections.abc import Iterable, Iterator

from apps.events.models import Event, EventQuerySet
from lib.spreadsheets import csv_lines

HEADINGS = ["When", "Who", "E-mail", "What", "Record", "Name then", "Changes", "Network address", "Request"]

ROWS_PER_FETCH = 2000


def event_lines(events: EventQuerySet) -> Iterator[str]:
    """Yield the file line by line."""
    return csv_lines(HEADINGS, map(cells, events.iterator(chunk_size=ROWS_PER_FETCH)))


def cells(event: Event) -> Iterable[str]:
    return (
        event.at.isoformat(),
        event.actor_name,
        event.actor_email,
        event.verb,
        str(event.subject or ""),
        event.subject_text,
        json.dumps(event.changes, ensure_ascii=False) if event.changes else "",
        event.ip or "",
        event.request_id,
    )
