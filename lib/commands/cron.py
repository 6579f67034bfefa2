"""The five fields of cron: minute, hour, day, month, weekday."""

from dataclasses import dataclass
from datetime import datetime, timedelta

_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]
_FIELDS = (("minute", 0, 59), ("hour", 0, 23), ("day", 1, 31), ("month", 1, 12), ("weekday", 0, 7))
_NAMES = {
    "month": {name: number for number, name in enumerate(_MONTHS, 1)},
    "weekday": {name: number for number, name in enumerate(_DAYS)},
}


@dataclass(frozen=True)
class Cron:
    """The minutes that an expression means."""

    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    # As in Vixie's cron: where both days are said, either of them will do.
    is_any_day_enough: bool

    def matches(self, time: datetime) -> bool:
        """Return whether `time`, in the schedule's own time zone, is in one of the minutes."""
        if time.minute not in self.minutes or time.hour not in self.hours or time.month not in self.months:
            return False
        # An hour that the end of summer time repeats is counted once.
        if time.fold:
            return False
        is_day, is_weekday = time.day in self.days, time.isoweekday() % 7 in self.weekdays
        return is_day or is_weekday if self.is_any_day_enough else is_day and is_weekday


def parse_cron(text: str) -> Cron:
    """Return what a text such as `*/15 8-18 * * mon-fri` means.

    Raises:
        ValueError: it is no such text; the message says which field is wrong.
    """
    fields = text.lower().split()
    if len(fields) != len(_FIELDS):
        raise ValueError(
            f"{text!r} has {len(fields)} fields; cron wants minute, hour, day, month and weekday."
        )
    sets = [_values(field, *limits) for field, limits in zip(fields, _FIELDS, strict=True)]
    weekdays = frozenset(day % 7 for day in sets[4])
    both_said = not fields[2].startswith("*") and not fields[4].startswith("*")
    return Cron(sets[0], sets[1], sets[2], sets[3], weekdays, both_said)


def latest_match(cron: Cron, *, after: datetime, until: datetime) -> datetime | None:
    """Return the last whole minute that matches, later than `after` and not later than `until`, or None.

    Both are aware times in the schedule's time zone.
    """
    zone = until.tzinfo
    minute = until.timestamp() // 60 * 60
    while minute > after.timestamp():
        local = datetime.fromtimestamp(minute, zone)
        if cron.matches(local):
            return local
        minute -= timedelta(minutes=1).total_seconds()
    return None


def _values(field: str, name: str, lowest: int, highest: int) -> frozenset[int]:
    return frozenset(value for part in field.split(",") for value in _part(part, name, lowest, highest))


def _part(part: str, name: str, lowest: int, highest: int) -> range:
    span, _, step = part.partition("/")
    first, dash, last = span.partition("-")
    try:
        if span == "*":
            start, end = lowest, highest
        else:
            start = _number(first, name)
            end = _number(last, name) if dash else highest if step else start
        values = range(start, end + 1, int(step or 1))
    except (KeyError, ValueError):
        raise ValueError(f"{part!r} is no {name} of cron.") from None
    if not lowest <= start <= end <= highest:
        raise ValueError(f"{part!r} is no {name} of cron: it is a number from {lowest} to {highest}.")
    return values


def _number(text: str, name: str) -> int:
    return int(text) if text.isdigit() else _NAMES[name][text]
