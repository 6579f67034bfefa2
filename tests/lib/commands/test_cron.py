from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from lib.commands.cron import latest_match, parse_cron

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("text", "time", "is_match"),
    [
        ("* * * * *", "2026-03-01 12:34", True),
        ("34 12 * * *", "2026-03-01 12:34", True),
        ("35 12 * * *", "2026-03-01 12:34", False),
        ("*/15 * * * *", "2026-03-01 12:45", True),
        ("*/15 * * * *", "2026-03-01 12:46", False),
        ("10-20/5 8-18 * * mon-fri", "2026-03-02 08:15", True),
        ("10-20/5 8-18 * * mon-fri", "2026-03-01 08:15", False),  # a Sunday
        ("0 0 1 jan *", "2026-01-01 00:00", True),
        ("0 0 1,15 * *", "2026-01-15 00:00", True),
        ("0 0 * * 7", "2026-03-01 00:00", True),
        ("0 0 * * 0", "2026-03-01 00:00", True),
        ("0 0 13 * fri", "2026-03-06 00:00", True),  # either will do, as in cron
        ("0 0 13 * fri", "2026-03-13 00:00", True),
        ("0 0 13 * fri", "2026-03-14 00:00", False),
        ("5/20 * * * *", "2026-03-01 12:25", True),
    ],
)
def test_it_knows_its_minutes(text, time, is_match):
    assert parse_cron(text).matches(datetime.fromisoformat(time)) is is_match


@pytest.mark.parametrize(
    "text",
    [
        "",
        "* * * *",
        "60 * * * *",
        "* 24 * * *",
        "* * 0 * *",
        "x * * * *",
        "5-1 * * * *",
        "*/0 * * * *",
        "-1 * * * *",
    ],
)
def test_it_refuses_what_is_no_cron(text):
    with pytest.raises(ValueError, match="cron"):
        parse_cron(text)


def test_the_latest_minute_that_was_missed_is_found():
    now = datetime(2026, 3, 1, 12, 34, 56, tzinfo=UTC)
    nightly = parse_cron("0 3 * * *")
    assert latest_match(nightly, after=now - timedelta(days=3), until=now) == now.replace(
        hour=3, minute=0, second=0
    )
    assert latest_match(nightly, after=now - timedelta(hours=1), until=now) is None
    assert latest_match(nightly, after=now.replace(hour=3, minute=0, second=0), until=now) is None


def test_the_hour_that_summer_time_repeats_counts_once():
    night = datetime(2026, 10, 25, 0, 0, tzinfo=BERLIN)
    matches, minute = 0, night.astimezone(UTC)
    while minute < datetime(2026, 10, 25, 12, 0, tzinfo=BERLIN):
        matches += parse_cron("30 2 * * *").matches(minute.astimezone(BERLIN))
        minute += timedelta(minutes=1)
    assert matches == 1
