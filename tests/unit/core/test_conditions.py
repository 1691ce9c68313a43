from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from mdm_sync.core.conditions import TARGETS, Calendar, Conditions, Target, Targets, Thresholds
from mdm_sync.core.model import Role

BERLIN = ZoneInfo("Europe/Berlin")
MONDAY = datetime(2026, 11, 23, 10, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("count", "day"),
    [
        pytest.param(1, 23, id="today"),
        pytest.param(2, 20, id="Friday before the weekend"),
        pytest.param(6, 16, id="a week ago"),
        pytest.param(7, 13, id="the weekend before is left out too"),
    ],
)
def test_school_days_are_counted_back_from_today_without_weekends(count: int, day: int) -> None:
    assert Calendar().school_days_back(MONDAY, count) == datetime(2026, 11, day, tzinfo=UTC)


@pytest.mark.parametrize("day", [21, 22])
def test_from_a_weekend_on_the_first_is_friday(day: int) -> None:
    assert Calendar().school_days_back(datetime(2026, 11, day, tzinfo=UTC), 1) == datetime(2026, 11, 20, tzinfo=UTC)


def test_both_ends_of_holidays_are_no_school_days() -> None:
    calendar = Calendar(holidays=((date(2026, 11, 18), date(2026, 11, 20)), (date(2026, 11, 16), date(2026, 11, 16))))

    days = [calendar.school_days_back(MONDAY, count).day for count in (1, 2, 3)]

    assert days == [23, 17, 13]


def test_a_day_begins_at_midnight_at_the_schools_also_after_the_change_of_the_clock() -> None:
    calendar = Calendar(zone=BERLIN)

    assert calendar.school_days_back(MONDAY, 1).astimezone(UTC) == datetime(2026, 11, 22, 23, tzinfo=UTC)
    assert calendar.school_days_back(datetime(2026, 10, 26, 12, tzinfo=UTC), 2).astimezone(UTC) == datetime(
        2026, 10, 22, 22, tzinfo=UTC
    )


def test_the_day_of_a_moment_is_the_one_at_the_schools() -> None:
    late = datetime(2026, 11, 23, 20, tzinfo=timezone(timedelta(hours=-5)))

    assert (Calendar().day(late), Calendar(zone=BERLIN).day(late)) == (date(2026, 11, 24), date(2026, 11, 24))
    assert Calendar(zone=BERLIN).day(datetime(2026, 11, 23, 23, tzinfo=UTC)) == date(2026, 11, 24)


@pytest.mark.parametrize(
    ("form", "grade", "students"),
    [
        ("02", 1, 2),
        ("02", 2, 2),
        ("02", 3, 1),
        ("02", None, None),
        ("30", None, 2),
        ("30", 12, 2),
        ("20", 5, 1),
        ("20", None, 1),
        ("", None, 1),
    ],
)
def test_how_many_share_a_device_by_the_city_s_plan(form: str, grade: int | None, students: int | None) -> None:
    assert Targets().students_per_device(form, grade) == students


def test_the_first_target_that_fits_counts() -> None:
    targets = Targets(
        sharing=(
            Target(form="02", grades=frozenset({1}), students_per_device=3),
            Target(form="02", students_per_device=4),
        )
    )

    assert [targets.students_per_device("02", grade) for grade in (1, 2, None)] == [3, 4, None]


def test_who_has_no_allowance_of_its_role_has_one() -> None:
    targets = Targets(allowances={Role.TEACHER: 2})

    assert [targets.allowance(role) for role in Role] == [1, 2, 1, 1]


def test_where_nobody_shares_the_target_is_one_device_each_in_that_form() -> None:
    assert Targets().target("20", 7) == Target(form="20", students_per_device=1)


def test_the_defaults() -> None:
    assert Conditions(now=MONDAY) == Conditions(
        now=MONDAY,
        calendar=Calendar(zone=UTC, holidays=()),
        thresholds=Thresholds(
            silent_school_days=20,
            over_age_years=5,
            profile_days=30,
            grace_days=14,
            repair_school_days=30,
            lock_pending_hours=24,
        ),
        targets=Targets(sharing=TARGETS, allowances={}),
        fleet_limit=timedelta(hours=24),
        directory_limit=timedelta(days=3),
    )
