"""What a look rests on beside stored rows: the same basis for the same things, another one for anything else."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from mdm_sync.core.conditions import Calendar, Conditions, Thresholds
from mdm_sync.core.looks import basis_of, lasting, moved_by_school
from mdm_sync.core.views import Moved
from tests.unit.core.given import NORD, SUED

MORNING = datetime(2026, 9, 1, 6, 30, tzinfo=UTC)
BERLIN = Calendar(zone=ZoneInfo("Europe/Berlin"))


class TestBasis:
    def test_is_the_same_for_the_same_values_in_another_order(self) -> None:
        words = [f"word {number}" for number in range(40)]
        assert basis_of(frozenset(words), {"a": 1, "b": 2}) == basis_of(frozenset(reversed(words)), {"b": 2, "a": 1})

    def test_is_another_one_for_another_value_of_another_school(self) -> None:
        assert len({basis_of(NORD), basis_of(SUED), basis_of(NORD, SUED), basis_of([NORD, SUED])}) == 4

    def test_tells_zones_apart(self) -> None:
        assert basis_of(BERLIN) != basis_of(Calendar(zone=ZoneInfo("Europe/London")))

    def test_refuses_what_it_could_not_tell_apart(self) -> None:
        with pytest.raises(TypeError, match="a object is no value of the core"):
            basis_of(object())


class TestConditions:
    def test_the_moment_does_not_count(self) -> None:
        now, later = Conditions(now=MORNING), Conditions(now=MORNING + timedelta(hours=12))
        assert lasting(now) == lasting(later)

    def test_the_day_at_the_schools_does(self) -> None:
        before, after = (
            Conditions(now=datetime(2026, 9, 1, hour, 30, tzinfo=UTC), calendar=BERLIN) for hour in (21, 22)
        )
        assert lasting(before) != lasting(after)

    def test_so_does_all_else(self) -> None:
        assert lasting(Conditions(now=MORNING)) != lasting(Conditions(now=MORNING, moved_by_name=True))
        thresholds = Thresholds(grace_days=7)
        assert lasting(Conditions(now=MORNING)) != lasting(Conditions(now=MORNING, thresholds=thresholds))


def test_who_moved_is_told_by_the_school_that_they_left() -> None:
    here, there = Moved(school="100002", ref="P-1", by="uuid"), Moved(school="100001", ref="P-2", by="mail")
    moved = {"person:100001/b": here, "person:100002/x": there, "person:100001/a": there}
    assert moved_by_school(moved) == {
        "100001": [("person:100001/a", there), ("person:100001/b", here)],
        "100002": [("person:100002/x", there)],
    }
