"""Each directory is read once a night, few at a time; what a night left out is made up for."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from mdm_sync.core.model import School, Stage
from mdm_sync.core.night import Night
from mdm_sync.core.views import Source

BERLIN = ZoneInfo("Europe/Berlin")
NIGHT = Night(first=time(3), until=time(5, 30), every=timedelta(minutes=5), least=2, zone=BERLIN)
BEGAN = datetime(2026, 1, 20, 2, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def school(number: int, stage: Stage = Stage.LIVE) -> School:
    return School(number=f"{100000 + number}", name=f"Schule {number}", form="15", sites=(), stage=stage)


def source(one: School, attempted: datetime | None, error: str | None = None) -> Source:
    return Source(name=one.source, school=one.number, known_since=BEGAN, attempted_at=attempted, error=error)


def due(sources: list[Source], schools: list[School], now: datetime = BEGAN, night: Night = NIGHT) -> list[str]:
    return [one.number for one in night.due(schools, {source.name: source for source in sources}, now)]


@pytest.mark.parametrize(
    ("now", "began"),
    [
        (datetime(2026, 1, 20, 1, 59, tzinfo=UTC), datetime(2026, 1, 19, 2, tzinfo=UTC)),
        (datetime(2026, 1, 20, 2, 0, tzinfo=UTC), datetime(2026, 1, 20, 2, tzinfo=UTC)),
        (datetime(2026, 1, 20, 23, 30, tzinfo=UTC), datetime(2026, 1, 20, 2, tzinfo=UTC)),
        (datetime(2026, 3, 29, 0, 59, tzinfo=UTC), datetime(2026, 3, 28, 2, tzinfo=UTC)),
        (datetime(2026, 3, 29, 1, 0, tzinfo=UTC), datetime(2026, 3, 29, 1, tzinfo=UTC)),
        (datetime(2026, 10, 25, 1, 59, tzinfo=UTC), datetime(2026, 10, 24, 1, tzinfo=UTC)),
        (datetime(2026, 10, 25, 2, 0, tzinfo=UTC), datetime(2026, 10, 25, 2, tzinfo=UTC)),
    ],
)
def test_a_night_begins_at_its_clock_time_also_where_summer_time_changes(now: datetime, began: datetime) -> None:
    assert NIGHT.began(now) == began
    assert NIGHT.began(now).tzinfo is UTC


def test_the_day_is_that_of_the_schools_not_of_the_machine() -> None:
    after_midnight = Night(first=time(0, 15), until=time(5), every=5 * MINUTE, least=2, zone=BERLIN)
    assert after_midnight.began(datetime(2026, 1, 20, 23, 30, tzinfo=UTC)) == datetime(2026, 1, 20, 23, 15, tzinfo=UTC)


@pytest.mark.parametrize(("schools", "at_once"), [(0, 2), (60, 2), (61, 3), (155, 6), (1550, 52)])
def test_as_many_are_read_at_once_as_it_takes_to_be_done_in_time(schools: int, at_once: int) -> None:
    assert NIGHT.at_once(schools) == at_once


def test_a_night_over_midnight_is_as_long_as_it_is() -> None:
    night = Night(first=time(23), until=time(1), every=timedelta(minutes=30), least=1, zone=BERLIN)
    assert night.at_once(8) == 2


def test_a_look_that_would_begin_too_late_does_not_count() -> None:
    night = Night(first=time(3), until=time(5, 30), every=40 * MINUTE, least=1, zone=BERLIN)
    assert night.at_once(155) == 52


def test_a_night_without_length_reads_all_at_once() -> None:
    night = Night(first=time(3), until=time(3), every=timedelta(minutes=5), least=1, zone=BERLIN)
    assert night.at_once(155) == 155


def test_who_was_never_tried_is_due_and_who_is_not_connected_never() -> None:
    new, unknown = school(1), school(2, Stage.NOT_CONNECTED)
    assert due([], [new, unknown]) == [new.number]


def test_who_was_tried_before_the_night_began_is_due_once() -> None:
    one = school(1)
    assert due([source(one, BEGAN - MINUTE)], [one]) == [one.number]
    assert due([source(one, BEGAN)], [one]) == []


def test_who_could_not_be_read_is_tried_again_after_an_hour() -> None:
    one = school(1)
    assert due([source(one, BEGAN, "no answer")], [one], BEGAN + HOUR - MINUTE) == []
    assert due([source(one, BEGAN, "no answer")], [one], BEGAN + HOUR) == [one.number]


def test_those_that_were_not_tried_for_longest_come_first() -> None:
    old, older, never = school(1), school(2), school(3)
    tried = [source(old, BEGAN - HOUR), source(older, BEGAN - 2 * HOUR), source(never, None)]
    assert due(tried, [old, older, never]) == [never.number, older.number]


def test_an_attempt_in_the_future_of_a_clock_that_was_set_back_counts_for_nothing() -> None:
    one = school(1)
    assert due([source(one, BEGAN + HOUR)], [one]) == [one.number]
