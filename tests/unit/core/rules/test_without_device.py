"""``student-without-device`` and ``teacher-without-device``."""

import pytest

from mdm_sync.core.conditions import Target, Targets
from mdm_sync.core.model import Person, Role
from mdm_sync.core.rules import Judgement
from tests.replacing import replace
from tests.unit.core.given import CONDITIONS, FINE, NORD, SUED, finding, people_judged, person, pupil

STUDENT, TEACHER = "student-without-device", "teacher-without-device"
BERUFSKOLLEG = replace(NORD, form="30")
LEHRERIN = person("t.weiss", role=Role.TEACHER)


def missing(rule: str, who: Person) -> Judgement:
    return Judgement(findings=(finding(rule, who.subject, details={"person": who.ref}),))


@pytest.mark.parametrize("grade", [3, 4])
def test_a_student_of_a_grade_with_a_device_each_is_wrong_without_one(grade: int) -> None:
    kim = pupil("kim", "klasse.3a", grade=grade)

    assert people_judged(STUDENT, kim) == missing(STUDENT, kim)


@pytest.mark.parametrize("grade", [None, 5, 13])
def test_in_a_form_of_which_no_target_speaks_every_student_has_one(grade: int | None) -> None:
    kim = pupil("kim", grade=grade)

    assert people_judged(STUDENT, kim, school=replace(NORD, form="20")) == missing(STUDENT, kim)


@pytest.mark.parametrize("grade", [1, 2])
def test_a_student_of_a_grade_that_shares_needs_none(grade: int) -> None:
    assert people_judged(STUDENT, pupil("kim", "klasse.1-2a", grade=grade)) == FINE


@pytest.mark.parametrize("grade", [None, 11])
def test_a_student_of_a_form_that_shares_needs_none(grade: int | None) -> None:
    assert people_judged(STUDENT, pupil("kim", grade=grade), school=BERUFSKOLLEG) == FINE


def test_a_grade_that_is_not_known_where_grades_differ_is_unclear() -> None:
    kim = pupil("kim", "klasse.eulen")

    assert people_judged(STUDENT, kim) == Judgement(unclear=frozenset({(STUDENT, kim.subject)}))


def test_who_holds_a_device_is_fine_even_if_the_grade_is_not_known() -> None:
    assert people_judged(STUDENT, pupil("kim"), held={"kim": 1}) == FINE


@pytest.mark.parametrize(("rule", "who"), [(STUDENT, pupil("kim", grade=4)), (TEACHER, LEHRERIN)])
def test_a_device_that_stands_at_another_school_is_one(rule: str, who: Person) -> None:
    assert people_judged(rule, who, held={who.login: 1}, held_here={}) == FINE


@pytest.mark.parametrize("role", [Role.TEACHER, Role.STAFF, Role.UNKNOWN])
def test_who_is_no_student_needs_no_student_s_device(role: Role) -> None:
    assert people_judged(STUDENT, person("kim", role=role), school=SUED) == FINE


@pytest.mark.parametrize("role", [Role.STUDENT, Role.STAFF, Role.UNKNOWN])
def test_who_is_no_teacher_needs_no_teacher_s_device(role: Role) -> None:
    assert people_judged(TEACHER, person("kim", role=role), school=SUED) == FINE


def test_a_teacher_without_a_device_is_wrong() -> None:
    assert people_judged(TEACHER, LEHRERIN, person("kim")) == missing(TEACHER, LEHRERIN)


@pytest.mark.parametrize(("rule", "who"), [(STUDENT, pupil("kim", grade=4)), (TEACHER, LEHRERIN)])
def test_who_left_needs_none(rule: str, who: Person) -> None:
    assert people_judged(rule, replace(who, leaver=True)) == FINE


def test_a_seconded_teacher_outside_the_teachers_groups_needs_none() -> None:
    assert people_judged(TEACHER, replace(LEHRERIN, role=Role.UNKNOWN)) == FINE


def test_other_targets_count_instead() -> None:
    targets = Targets(sharing=(Target(form="02", grades=frozenset({4}), students_per_device=3),))
    conditions = replace(CONDITIONS, targets=targets)
    first, fourth = pupil("kim", grade=1), pupil("tim", grade=4)

    assert people_judged(STUDENT, first, fourth, conditions=conditions) == missing(STUDENT, first)


def test_each_is_judged_for_itself() -> None:
    people = [pupil(name, grade=4) for name in ("a", "b", "c", "d")]

    judgement = people_judged(STUDENT, *people, held={"b": 1})

    assert [one.subject for one in judgement.findings] == [people[n].subject for n in (0, 2, 3)]


@pytest.mark.parametrize(("rule", "who"), [(STUDENT, pupil("kim", grade=4)), (TEACHER, LEHRERIN)])
def test_of_who_is_missing_from_the_last_read_nothing_is_concluded_yet(rule: str, who: Person) -> None:
    absent = replace(who, missing=True)

    assert people_judged(rule, absent) == Judgement(unclear=frozenset({(rule, who.subject)}))
    assert people_judged(rule, absent, held={who.login: 1}) == FINE
