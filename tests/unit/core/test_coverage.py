"""Coverage: what is there, what targets ask for; sums add up, and what is not known is never zero."""

from collections import Counter
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdm_sync.core.conditions import Target, Targets
from mdm_sync.core.coverage import Coverage, Need, SchoolCounts, Standing, Use, coverage_of, grouped, together
from mdm_sync.core.model import MachineKind, School
from tests.replacing import replace
from tests.unit.core.given import NORD, SUED, WEST

TARGETS = Targets()
WORKING = Standing.WORKING
NORD_COUNTS = SchoolCounts(
    school=NORD,
    ipads={
        (Use.STUDENT, WORKING): 6,
        (Use.POOL, WORKING): 3,
        (Use.TEACHER, WORKING): 1,
        (Use.UNKNOWN, WORKING): 2,
        (Use.STUDENT, Standing.STOLEN): 1,
        (Use.POOL, Standing.SPARE): 4,
    },
    other_devices=5,
    ages={0: 10, 6: 7},
    replacement={2031: 10, 2025: 7},
    students={1: 5, 2: 4, 3: 7},
    teachers=3,
    staff=1,
    machines={MachineKind.DESKTOP: 8},
    office_machines=1,
    machine_replacement={2028: 8},
)
"""A Grundschule: grades 1 and 2 share in twos."""


def needs(coverage: Coverage) -> tuple[Need | None, Need | None, Need | None]:
    return coverage.for_students, coverage.for_teachers, coverage.for_administration


def test_students_need_what_form_and_grade_ask_for() -> None:
    """Nine in grades 1 and 2 need five, seven in grade 3 need seven."""
    assert coverage_of(NORD_COUNTS, TARGETS).for_students == Need(needed=12, usable=9, shortage=3, surplus=0)


def test_of_a_form_that_shares_by_turns_only_those_at_school_are_counted() -> None:
    targets = Targets(sharing=(Target(form="20", students_per_device=2, taught_percent=40),))
    counts = SchoolCounts(school=WEST, ipads={(Use.POOL, WORKING): 25}, students={None: 101})

    assert coverage_of(counts, targets).for_students == Need(needed=21, usable=25, shortage=0, surplus=4)


@pytest.mark.parametrize("standing", [one for one in Standing if one is not WORKING])
def test_what_does_not_work_covers_nobody(standing: Standing) -> None:
    counts = replace(NORD_COUNTS, ipads={(Use.STUDENT, standing): 50, (Use.TEACHER, standing): 50})

    assert needs(coverage_of(counts, TARGETS))[:2] == (
        Need(needed=12, usable=0, shortage=12, surplus=0),
        Need(needed=3, usable=0, shortage=3, surplus=0),
    )


def test_each_teacher_needs_an_ipad_and_five_of_the_staff_share_a_machine() -> None:
    coverage = coverage_of(NORD_COUNTS, TARGETS)

    assert coverage.for_teachers == Need(needed=3, usable=1, shortage=2, surplus=0)
    assert coverage.for_administration == Need(needed=1, usable=1, shortage=0, surplus=0)
    assert coverage_of(replace(NORD_COUNTS, staff=3), TARGETS).for_administration == Need.of(2, 1)


def test_students_without_grade_are_told_beside_what_the_others_need() -> None:
    coverage = coverage_of(replace(NORD_COUNTS, students={3: 7, None: 2}), TARGETS)

    assert (coverage.students, coverage.students_without_grade) == (9, 2)
    assert coverage.for_students == Need.of(7, 9)


def test_students_without_grade_are_added_up() -> None:
    schools = (replace(NORD_COUNTS, students={3: 7, None: 2}), replace(NORD_COUNTS, students={None: 3}))

    assert grouped(schools, TARGETS).district.students_without_grade == 5


def test_where_no_student_has_a_grade_it_is_not_known_what_they_need() -> None:
    coverage = coverage_of(replace(NORD_COUNTS, students={None: 2}), TARGETS)

    assert (coverage.students, coverage.for_students) == (2, None)


def test_a_school_without_students_needs_nothing_for_them() -> None:
    need = coverage_of(replace(NORD_COUNTS, students={}), TARGETS).for_students

    assert need == Need(needed=0, usable=9, shortage=0, surplus=9)
    assert need.percent is None


@pytest.mark.parametrize(
    ("needed", "usable", "percent"),
    [(3, 2, "66.7"), (1000, 1, "0.1"), (8, 9, "112.5"), (2000, 1, "0.1"), (7, 7, "100.0")],
)
def test_the_share_is_told_to_a_tenth(needed: int, usable: int, percent: str) -> None:
    assert Need.of(needed, usable).percent == Decimal(percent)


def test_of_a_school_that_was_never_read_neither_people_nor_needs_are_known() -> None:
    coverage = coverage_of(replace(NORD_COUNTS, students=None, teachers=None, staff=None, ipads={}), TARGETS)

    assert (coverage.students, coverage.students_without_grade, coverage.teachers, coverage.staff) == (None,) * 4
    assert needs(coverage) == (None, None, None)
    assert (coverage.schools, coverage.schools_read, coverage.schools_at_jamf) == (1, 0, 1)
    assert (coverage.ipads_by(use=Use.STUDENT), coverage.ipads_by(use=Use.TEACHER)) == (None, None)
    assert (coverage.ipads_by(use=Use.POOL), coverage.ipads_by()) == (0, 0)


def test_an_ipad_of_another_schools_student_is_counted_where_it_stands() -> None:
    elsewhere = replace(NORD_COUNTS, students=None, ipads={(Use.STUDENT, WORKING): 1})

    assert coverage_of(elsewhere, TARGETS).ipads_by(use=Use.STUDENT) == 1


def test_of_a_school_without_a_site_no_ipads_are_known() -> None:
    coverage = coverage_of(SchoolCounts(school=NORD, students={3: 7}, teachers=2, staff=0), TARGETS)

    assert needs(coverage) == (None, None, None)
    assert (coverage.ipads, coverage.ipads_by(), coverage.ages, coverage.machines) == (None,) * 4
    assert (coverage.schools_read, coverage.schools_at_jamf) == (1, 0)


def test_what_one_school_has_too_many_helps_no_other() -> None:
    parts = [
        coverage_of(replace(NORD_COUNTS, school=school, students={3: number}), TARGETS)
        for school, number in ((NORD, 12), (SUED, 5))
    ]

    assert together(parts).for_students == Need(needed=17, usable=18, shortage=3, surplus=4)


def test_ipads_are_told_by_use_by_standing_and_by_both() -> None:
    coverage = coverage_of(NORD_COUNTS, TARGETS)

    assert [coverage.ipads_by(use=use) for use in Use] == [7, 1, 7, 0, 2]
    assert [coverage.ipads_by(standing=one) for one in Standing] == [12, 1, 0, 0, 0, 4]
    assert coverage.ipads_by(use=Use.POOL, standing=Standing.SPARE) == 4
    assert coverage.ipads_by() == 17


COUNT = st.integers(0, 50)
CELLS = st.dictionaries(st.tuples(st.sampled_from(Use), st.sampled_from(Standing)), COUNT, max_size=8)
YEARS = st.dictionaries(st.none() | st.integers(2018, 2031), COUNT, max_size=4)
SCHOOLS = st.builds(
    School,
    number=st.from_regex("[0-9]{6}", fullmatch=True),
    name=st.just("Schule"),
    form=st.sampled_from(["02", "20", "30", ""]),
    campus=st.sampled_from(["", "Asseln", "Kirchlinde"]),
    support=st.sampled_from(["", "Vollsupport"]),
)
COUNTS = st.builds(
    SchoolCounts,
    school=SCHOOLS,
    ipads=st.none() | CELLS,
    other_devices=st.none() | COUNT,
    ages=st.none() | YEARS,
    replacement=st.none() | YEARS,
    students=st.none() | st.dictionaries(st.none() | st.integers(1, 13), COUNT, max_size=4),
    teachers=st.none() | COUNT,
    staff=st.none() | COUNT,
    machines=st.none() | st.dictionaries(st.sampled_from(MachineKind), COUNT),
    office_machines=st.none() | COUNT,
    machine_replacement=st.none() | YEARS,
)


@given(st.lists(COUNTS, max_size=12))
def test_schools_add_up_to_forms_campuses_and_support_types_and_these_to_the_district(
    counts: list[SchoolCounts],
) -> None:
    groups = grouped(counts, TARGETS)
    parts = [groups.forms, groups.campuses, groups.supports]

    assert [together(part.values()) for part in parts] == [groups.district] * 3
    assert together(coverage for _, coverage in groups.schools) == groups.district


@given(st.lists(COUNTS, max_size=12))
def test_a_sum_holds_all_that_is_known_and_is_unknown_where_nothing_is(counts: list[SchoolCounts]) -> None:
    district = grouped(counts, TARGETS).district

    for name in ("teachers", "staff", "other_devices", "office_machines"):
        known = [number for one in counts if (number := getattr(one, name)) is not None]
        assert getattr(district, name) == (sum(known) if known else None)
    cells = [one.ipads for one in counts if one.ipads is not None]
    assert district.ipads_by() == (sum(sum(cell.values()) for cell in cells) if cells else None)
    assert district.schools_read == sum(one.students is not None for one in counts)


@given(COUNTS)
def test_every_cell_is_in_one_use_and_one_standing(counts: SchoolCounts) -> None:
    coverage = coverage_of(counts, TARGETS)
    whole = coverage.ipads_by()

    by_use = Counter({use: coverage.ipads_by(use=use) or 0 for use in Use})
    assert (by_use.total(), sum(coverage.ipads_by(standing=one) or 0 for one in Standing)) == (whole or 0, whole or 0)


@given(st.integers(0, 500), st.integers(0, 500))
def test_there_is_a_shortage_or_a_surplus_and_it_is_the_difference(needed: int, usable: int) -> None:
    need = Need.of(needed, usable)

    assert need.surplus - need.shortage == usable - needed
    assert 0 in (need.surplus, need.shortage)
