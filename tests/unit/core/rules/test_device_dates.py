"""``device-over-age`` and ``mdm-profile-expiring``."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from mdm_sync.core.conditions import Calendar, Conditions, Thresholds
from mdm_sync.core.model import Severity
from tests.replacing import replace
from tests.unit.core.given import CONDITIONS, FINE, NOW, ipad, judged, unclear, wrong

AGE, PROFILE = "device-over-age", "mdm-profile-expiring"
ONE_SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("purchased", "old"),
    [
        pytest.param(date(2021, 11, 22), True, id="five years and a day"),
        pytest.param(date(2021, 11, 23), False, id="five years today"),
        pytest.param(date(2021, 12, 1), False, id="less than five years, a later month of the same year"),
        pytest.param(date(2021, 10, 30), True, id="more than five years, an earlier month of the same year"),
        pytest.param(date(2020, 12, 31), True, id="an earlier year, later in it"),
        pytest.param(date(2022, 1, 1), False, id="a later year, earlier in it"),
        pytest.param(date(2027, 1, 1), False, id="not yet bought"),
    ],
)
def test_a_device_older_than_five_years_is_wrong(purchased: date, *, old: bool) -> None:
    told = wrong(AGE, severity=Severity.INFO, purchased=purchased.isoformat())

    assert judged(AGE, replace(ipad(), purchased=purchased)) == (told if old else FINE)


@pytest.mark.parametrize(("years", "old"), [(4, True), (5, True), (6, False), (7, False)])
def test_the_threshold_counts(years: int, *, old: bool) -> None:
    conditions = replace(CONDITIONS, thresholds=Thresholds(over_age_years=years))

    assert (judged(AGE, replace(ipad(), purchased=date(2021, 1, 1)), conditions=conditions) != FINE) is old


@pytest.mark.parametrize(
    ("today", "old"), [(datetime(2025, 2, 28, tzinfo=UTC), False), (datetime(2025, 3, 1, tzinfo=UTC), True)]
)
def test_what_was_bought_on_a_leap_day_is_too_old_from_march_on(today: datetime, *, old: bool) -> None:
    device = replace(ipad(), purchased=date(2020, 2, 29))

    assert (judged(AGE, device, conditions=Conditions(now=today)) != FINE) is old


def test_today_is_the_day_at_the_schools() -> None:
    late = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)
    device = replace(ipad(), purchased=date(2021, 11, 23))
    zones = [Calendar(), Calendar(zone=ZoneInfo("Europe/Berlin"))]

    judgements = [judged(AGE, device, conditions=Conditions(now=late, calendar=calendar)) for calendar in zones]

    assert [judgement != FINE for judgement in judgements] == [False, True]


def test_a_date_of_purchase_that_is_not_known_is_unclear() -> None:
    assert judged(AGE, ipad()) == unclear(AGE)


@pytest.mark.parametrize(
    ("expires", "wrong_day"),
    [
        pytest.param(NOW + timedelta(days=30) - ONE_SECOND, "2026-12-23", id="a second less than thirty days"),
        pytest.param(NOW + timedelta(days=30), None, id="thirty days"),
        pytest.param(NOW + timedelta(days=400), None, id="more than a year"),
        pytest.param(NOW, "2026-11-23", id="now"),
        pytest.param(NOW - timedelta(days=2), "2026-11-21", id="two days ago"),
    ],
)
def test_a_profile_that_ends_within_thirty_days_or_has_ended_is_wrong(expires: datetime, wrong_day: str | None) -> None:
    told = wrong(PROFILE, profile_expires=wrong_day) if wrong_day else FINE

    assert judged(PROFILE, replace(ipad(), profile_expires=expires)) == told


@pytest.mark.parametrize(("days", "expiring"), [(9, False), (10, False), (11, True)])
def test_the_threshold_of_the_profile_counts(days: int, *, expiring: bool) -> None:
    conditions = replace(CONDITIONS, thresholds=Thresholds(profile_days=days))
    device = replace(ipad(), profile_expires=NOW + timedelta(days=10))

    assert (judged(PROFILE, device, conditions=conditions) != FINE) is expiring


def test_the_end_of_a_profile_that_is_not_known_is_unclear() -> None:
    assert judged(PROFILE, ipad()) == unclear(PROFILE)
