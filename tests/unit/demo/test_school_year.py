"""The fourth day: classes go one up, leavers leave, newcomers come, iPads move."""

import pytest

from mdm_sync.demo.district.figures import MOVED_IN_YEAR, SCHOOLS
from mdm_sync.demo.model import DemoPerson, District
from tests.unit.demo.naive_rules import NaiveRules, grade, subject
from tests.unit.demo.plans import built, one_day_after_another, plan, students, truth_of

DUE = 20
"""Whoever left on the fourth day is due on this one."""


def before_and_after(schools: int = 8, scale: float = 0.5) -> tuple[District, District]:
    return built(plan(schools, scale, day=3)), built(plan(schools, scale, day=4))


def by_key(persons: list[DemoPerson]) -> dict[tuple[str, str], DemoPerson]:
    return {(person.school, person.uuid): person for person in persons}


def test_who_stays_is_one_grade_up_but_for_those_who_repeat_a_year() -> None:
    before, after = (by_key(students(district)) for district in before_and_after())
    graded = [key for key in before if key in after and grade(before[key])]
    steps = [(grade(after[key]) or 0) - (grade(before[key]) or 0) for key in graded]

    assert set(steps) <= {0, 1}
    assert sum(steps) > 0.8 * len(steps)


def test_pupils_leave_and_no_fewer_come() -> None:
    before, after = before_and_after()
    gone = by_key(students(before)).keys() - by_key(students(after)).keys()
    new = by_key(students(after)).keys() - by_key(students(before)).keys()

    assert len(gone) > 0.05 * len(students(before))
    assert len(gone) <= len(new)


def test_some_pupils_go_on_to_another_school_with_their_uuid_or_their_address() -> None:
    before, after = before_and_after()
    old, new = by_key(students(before)), by_key(students(after))
    gone = [person for key, person in old.items() if key not in new]
    come = [person for key, person in new.items() if key not in old]

    assert {person.uuid for person in gone} & {person.uuid for person in come}
    assert {person.mail for person in gone} & {person.mail for person in come}


def moved(before: District, after: District) -> int:
    """How many devices stand at another site."""
    sites = {subject(device): device.site_id for device in before.devices}
    return sum(device.site_id != sites.get(subject(device), device.site_id) for device in after.devices)


@pytest.mark.parametrize(("schools", "scale"), [(8, 0.5), (3, 0.6)])
def test_no_more_devices_move_than_in_a_real_year(schools: int, scale: float) -> None:
    assert 0 < moved(*before_and_after(schools, scale)) <= round(MOVED_IN_YEAR * scale * schools / SCHOOLS)


@pytest.mark.verify
def test_in_the_whole_district_as_many_devices_move_as_in_a_real_year() -> None:
    assert moved(*before_and_after(155, 1.0)) == MOVED_IN_YEAR


@pytest.mark.parametrize(("schools", "scale"), [(2, 0.2), (2, 0.6), (12, 0.2), (14, 0.3)])
def test_who_left_is_due_after_the_grace_period_as_simple_rules_find(schools: int, scale: float) -> None:
    story = [*one_day_after_another(schools, scale), built(plan(schools, scale, day=DUE))]
    rules = NaiveRules(story)

    assert rules.findings() | rules.after_the_grace_period() == truth_of(story[-1])


def test_nobody_who_left_with_the_school_year_is_due_before() -> None:
    fourth, last = built(plan(2, 0.6, day=4)), built(plan(2, 0.6, day=DUE - 1))

    assert not [rule for rule, _ in truth_of(fourth) if rule in {"user-left", "user-moved"}]
    assert len([rule for rule, _ in truth_of(last) if rule == "user-left"]) == 7
