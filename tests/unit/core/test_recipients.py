"""When somebody is told: by rhythm, by the clock of the schools, and not in quiet hours."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from mdm_sync.core.recipients import Circle, QuietHours, Recipient, Rhythm
from tests.replacing import replace

BERLIN = ZoneInfo("Europe/Berlin")
NIGHT = QuietHours(first=time(20), last=time(6))
NOON = QuietHours(first=time(12), last=time(13))


def recipient(rhythm: Rhythm = Rhythm.DAILY, *, weekday: int = 0, quiet: QuietHours | None = None) -> Recipient:
    nothing: frozenset[str] = frozenset()
    return Recipient(
        address="team@it.example",
        circle=Circle.CENTRAL,
        schools=nothing,
        rules=nothing,
        rhythm=rhythm,
        hour=time(6, 30),
        weekday=weekday,
        quiet=quiet,
    )


def at(text: str) -> datetime:
    """A moment by the clock of the schools, in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN).astimezone(UTC)


# 23 November 2026 is a Monday.
@pytest.mark.parametrize(
    ("last", "now", "due"),
    [
        pytest.param("2026-11-23 06:30", "2026-11-24 06:29", False, id="a minute before the hour"),
        pytest.param("2026-11-23 06:30", "2026-11-24 06:30", True, id="at the hour"),
        pytest.param("2026-11-24 06:29", "2026-11-24 06:30", True, id="looked at a minute before"),
        pytest.param("2026-11-24 06:30", "2026-11-24 23:59", False, id="looked at already"),
        pytest.param("2026-11-20 09:00", "2026-11-24 03:00", True, id="days were missed"),
        pytest.param("2026-11-22 09:00", "2026-11-24 03:00", True, id="a day was missed"),
        pytest.param("2026-03-28 06:30", "2026-03-29 06:30", True, id="the clocks went forward"),
        pytest.param("2026-10-24 06:30", "2026-10-25 06:29", False, id="the clocks went back: a minute before"),
        pytest.param("2026-10-24 06:30", "2026-10-25 06:30", True, id="the clocks went back"),
    ],
)
def test_a_daily_digest_is_due_once_a_day_from_its_hour_on(last: str, now: str, *, due: bool) -> None:
    assert recipient().digest_is_due(at(last), at(now), BERLIN) is due


@pytest.mark.parametrize(
    ("weekday", "last", "now", "due"),
    [
        pytest.param(0, "2026-11-16 06:30", "2026-11-23 06:29", False, id="a minute before the hour of the day"),
        pytest.param(0, "2026-11-16 06:30", "2026-11-23 06:30", True, id="on the day"),
        pytest.param(0, "2026-11-23 06:30", "2026-11-29 23:00", False, id="on the last day of the week"),
        pytest.param(0, "2026-11-16 06:30", "2026-11-25 12:00", True, id="the day was missed"),
        pytest.param(4, "2026-11-20 06:30", "2026-11-26 12:00", False, id="the day before a Friday"),
        pytest.param(4, "2026-11-20 06:30", "2026-11-27 07:00", True, id="on a Friday"),
    ],
)
def test_a_weekly_digest_is_due_once_a_week(weekday: int, last: str, now: str, *, due: bool) -> None:
    weekly = recipient(Rhythm.WEEKLY, weekday=weekday)
    assert weekly.digest_is_due(at(last), at(now), BERLIN) is due
    assert weekly.sign_of_life_is_due(at(last), at(now), BERLIN) is due


def test_at_once_is_always() -> None:
    now = at("2026-11-23 03:00")
    assert recipient(Rhythm.AT_ONCE).digest_is_due(now, now, BERLIN)


@pytest.mark.parametrize("rhythm", Rhythm)
def test_who_was_never_told_is_told_now(rhythm: Rhythm) -> None:
    assert recipient(rhythm).digest_is_due(None, at("2026-11-25 15:00"), BERLIN)


@pytest.mark.parametrize(
    ("quiet", "hour", "disturbed"),
    [
        (NIGHT, "19:59", True),
        (NIGHT, "20:00", False),
        (NIGHT, "00:00", False),
        (NIGHT, "05:59", False),
        (NIGHT, "06:00", True),
        (NOON, "11:59", True),
        (NOON, "12:00", False),
        (NOON, "13:00", True),
        (QuietHours(first=time(12), last=time(12)), "12:00", True),
        (None, "03:00", True),
    ],
)
def test_nobody_is_disturbed_in_quiet_hours(quiet: QuietHours | None, hour: str, *, disturbed: bool) -> None:
    now = at(f"2026-11-24 {hour}")
    told = [
        recipient(quiet=quiet).may_be_disturbed(now, BERLIN),
        recipient(Rhythm.AT_ONCE, quiet=quiet).digest_is_due(None, now, BERLIN),
        recipient(quiet=quiet).sign_of_life_is_due(now - timedelta(days=8), now, BERLIN),
    ]
    assert told == [disturbed] * 3


def test_a_digest_whose_hour_is_quiet_comes_when_the_quiet_ends() -> None:
    early_bird = recipient(quiet=QuietHours(first=time(20), last=time(7)))
    last = at("2026-11-23 07:00")
    assert not early_bird.digest_is_due(last, at("2026-11-24 06:45"), BERLIN)
    assert early_bird.digest_is_due(last, at("2026-11-24 07:00"), BERLIN)


def test_a_day_begins_at_the_schools_midnight() -> None:
    night_owl = replace(recipient(), hour=time(0, 15))
    last = at("2026-11-23 12:00")
    assert not night_owl.digest_is_due(last, at("2026-11-24 00:14"), BERLIN)
    assert night_owl.digest_is_due(last, at("2026-11-24 00:15"), BERLIN)
