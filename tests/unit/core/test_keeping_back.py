"""Small counts are kept back, and neither a sum nor a share brings them to light."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mdm_sync.core.coverage import FindingCount, SchoolCounts, Standing, Use
from mdm_sync.core.keeping_back import kept_back
from mdm_sync.core.summary import summary_of
from tests.replacing import replace
from tests.summary_schema import valid
from tests.unit.core.given import NORD
from tests.unit.core.test_coverage import COUNTS
from tests.unit.core.test_summary import COUNTED, FACTS, NORD_COUNTS, is_live, told

STEP = 5
DISTRICTS = st.lists(COUNTS, max_size=6, unique_by=lambda one: one.school.number)
STEPS = st.integers(5, 30)
WORKING, STOLEN, LOST, LOCKED = Standing.WORKING, Standing.STOLEN, Standing.LOST, Standing.LOCKED


def document(*counts: SchoolCounts, step: int = STEP) -> Any:
    """What upstream is told of these schools."""
    facts = replace(FACTS, counts=replace(COUNTED, schools=counts))
    return told(kept_back(summary_of(facts), step))


def row(cells: dict[Standing, int], step: int = STEP) -> dict[str, int | str]:
    """The iPads of students of one school, as they are told."""
    ipads = {(Use.STUDENT, standing): number for standing, number in cells.items()}
    found: dict[str, int | str] = document(replace(NORD_COUNTS, ipads=ipads), step=step)["schools"][0]["ipads"][
        "student"
    ]
    return found


def test_small_numbers_are_kept_back_and_zero_is_not() -> None:
    summary = told(kept_back(summary_of(FACTS, only=is_live), STEP))
    [school] = [one for one in summary["schools"] if one["number"] == NORD.number]

    assert (summary["few_below"], school["teachers"], school["staff"], school["students"]) == (5, "few", 0, 45)
    assert school["ipads"]["all"]["stolen"] == "few"
    assert school["supply_of_teachers"]["percent"] == "few"
    assert {one["number"] for one in school["findings"]} == {"few"}
    assert {one["number"] for one in school["incidents"]} == {"few"}


def test_where_nothing_is_to_be_kept_back_all_is_told_as_it_is() -> None:
    assert kept_back(summary_of(FACTS), 0) == summary_of(FACTS)


@pytest.mark.parametrize(("number", "is_told"), [(0, 0), (1, "few"), (4, "few"), (5, 5), (9, 5), (10, 10), (123, 120)])
def test_other_numbers_come_in_steps_rounded_down(number: int, is_told: int | str) -> None:
    assert document(replace(NORD_COUNTS, teachers=number))["schools"][0]["teachers"] == is_told


def test_the_share_is_that_of_the_numbers_that_are_told() -> None:
    told_of = document(replace(NORD_COUNTS, students={3: 49}, ipads={(Use.STUDENT, WORKING): 44}))

    supply = told_of["district"]["supply_of_students"]
    assert supply == {"needed": 45, "usable": 40, "shortage": 5, "surplus": 0, "percent": 88.9}


def test_who_needs_nothing_has_no_share() -> None:
    told_of = document(replace(NORD_COUNTS, students={}, ipads={(Use.POOL, WORKING): 2}))
    assert told_of["district"]["supply_of_students"]["percent"] is None


def test_several_that_are_kept_back_are_never_a_small_sum() -> None:
    """Else "few" for all four together would tell that each is one."""
    assert row({WORKING: 1, STOLEN: 1, LOST: 1, LOCKED: 1}) == {
        **dict.fromkeys(("working", "stolen", "lost", "locked"), "few"),
        "in_repair": 0,
        "spare": 0,
        "all": STEP,
    }


@pytest.mark.parametrize(
    ("working", "lost", "stolen", "whole"),
    [(1, 1, 0, 5), (9, 4, 0, 10), (9, 4, 9, 15), (9, 0, 9, 15), (0, 3, 0, "few")],
)
def test_sums_of_two_and_three_parts(working: int, lost: int, stolen: int, whole: int | str) -> None:
    assert row({WORKING: working, LOST: lost, STOLEN: stolen})["all"] == whole


def test_nor_are_findings_of_several_schools_a_small_sum() -> None:
    counts = schools(1, 1, 1, 1)
    findings = tuple(
        FindingCount(school=one.school.number, rule="wrong-school", severity="warning", number=1) for one in counts
    )
    facts = replace(FACTS, counts=replace(COUNTED, schools=tuple(counts), findings=findings))
    assert [one["number"] for one in told(kept_back(summary_of(facts), STEP))["forms"][0]["findings"]] == [STEP]


def test_a_sum_that_its_other_parts_would_not_reach_is_told_one_step_lower() -> None:
    """9 + 9 + 9 + 4 = 31, and three parts told as 5 are 27 at most: told as 30 only 3 or 4 would be left."""
    assert row({WORKING: 9, STOLEN: 9, LOST: 9, LOCKED: 4})["all"] == 25
    assert row({WORKING: 9, STOLEN: 9, LOST: 9, LOCKED: 8})["all"] == 35


def schools(*numbers: int) -> list[SchoolCounts]:
    """Schools of one form, campus and support type, each with so many teachers and so many lost iPads of students."""
    where = replace(NORD, campus="Asseln", support="Vollsupport")
    return [
        SchoolCounts(
            school=replace(where, number=f"19000{place}"),
            ipads={(Use.STUDENT, LOST): number},
            students={3: 0},
            teachers=number,
        )
        for place, number in enumerate(numbers)
    ]


@pytest.mark.parametrize("level", ["district", "forms", "campuses", "supports"])
def test_nor_are_several_schools_a_small_sum(level: str) -> None:
    told_of = document(*schools(1, 1, 1, 1))
    [whole] = [told_of["district"]] if level == "district" else told_of[level]

    assert {school["teachers"] for school in told_of["schools"]} == {"few"}
    assert (whole["teachers"], whole["supply_of_teachers"]["needed"]) == (STEP, STEP)
    assert (whole["ipads"]["student"]["lost"], whole["ipads"]["all"]["lost"]) == (STEP, STEP)
    assert (whole["ipads"]["student"]["all"], whole["ipads"]["all"]["all"]) == (STEP, STEP)


def test_nor_are_several_uses_a_small_sum_of_a_standing() -> None:
    ipads = {(use, LOST): 1 for use in Use if use is not Use.UNKNOWN}
    assert document(replace(NORD_COUNTS, ipads=ipads))["schools"][0]["ipads"]["all"]["lost"] == STEP


@pytest.mark.parametrize("name", ["ages", "replacement"])
def test_nor_are_several_years_a_small_sum(name: str) -> None:
    counts = replace(NORD_COUNTS, ipads={(Use.STUDENT, WORKING): 4}, ages={}, replacement={})
    years = {name: dict.fromkeys(range(2027, 2031), 1)}
    assert document(counts)["schools"][0]["ipads"]["all"]["all"] == "few"
    assert document(replace(counts, **years))["schools"][0]["ipads"]["all"]["all"] == STEP


def test_a_sum_is_looked_at_beside_schools_and_beside_groups_of_them() -> None:
    """Of 31 in four forms, 9 + 9 + 9 + 4, each 9 is that of two schools: beside these alone 30 would tell nothing."""
    pairs = [
        replace(one, school=replace(one.school, form=f"0{place // 2}")) for place, one in enumerate(schools(*PAIRS))
    ]
    assert document(*pairs)["district"]["teachers"] == 25


PAIRS = (5, 4, 5, 4, 5, 4, 4)


@settings(max_examples=20)
@given(st.integers(5, 9), st.data())
def test_what_is_kept_back_may_be_any_small_number_whatever_a_sum_and_its_other_part_tell(
    step: int, data: st.DataObject
) -> None:
    """Whoever subtracts knows how the numbers are made."""
    few, other = data.draw(st.integers(1, step - 1)), data.draw(st.integers(step, 500))
    alternative = data.draw(st.integers(1, step - 1))

    near = range(other // step * step, other // step * step + step)
    before = row({STOLEN: few, WORKING: other}, step)
    assert any(row({STOLEN: alternative, WORKING: working}, step) == before for working in near)


@given(DISTRICTS, STEPS)
def test_no_number_below_the_limit_is_told_and_none_is_more_than_a_step_off(
    counts: list[SchoolCounts], step: int
) -> None:
    exact = told(summary_of(replace(FACTS, counts=replace(COUNTED, schools=tuple(counts)))))
    rounded = document(*counts, step=step)

    valid(rounded)
    for path, number in _numbers(exact):
        is_told = _at(rounded, path)
        if is_told == "few":
            assert 0 < number < step
        else:
            assert is_told % step == 0
            assert abs(is_told - number // step * step) <= step
            assert (is_told == 0) == (number == 0)


def _numbers(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], int]]:
    """All counts of people and devices, and where they stand."""
    exempt = {"years", "year", "percent", "few_below", "age_minutes", "schools_read", "schools_at_jamf", "holds"}
    match value:
        case dict():
            for name, inner in value.items():
                if name not in exempt and not (name == "schools" and isinstance(inner, int)):
                    yield from _numbers(inner, (*path, name))
        case list():
            for place, inner in enumerate(value):
                yield from _numbers(inner, (*path, place))
        case int() if not isinstance(value, bool):
            yield path, value


def _at(value: Any, path: tuple[str | int, ...]) -> Any:
    for step in path:
        value = value[step]
    return value
