"""The accounts of a school: students, teachers, staff, and those who are none of these."""

from dataclasses import dataclass, field
from typing import Unpack

from mdm_sync.demo.district.classes import add_courses, add_school_groups, seats
from mdm_sync.demo.district.draft import Draft, SchoolDraft
from mdm_sync.demo.district.fields import AccountFields
from mdm_sync.demo.district.schools import Part
from mdm_sync.demo.model import DemoPerson

_COURSE_FROM_GRADE = 9
_STUDENTS_PER_STAFF = 300
_STUDENTS_PER_PARENT = 250
_MAX_MUELLER_EVERY = 7
_TEACHERS_PER_CLASS = 3
_TRAINEE_EVERY = 11
_STAFF_AT_LEAST = 2


@dataclass(slots=True)
class Roll:
    """Who is to have a device of their own, in the order of the directory."""

    students: list[DemoPerson] = field(default_factory=list)
    teachers: list[DemoPerson] = field(default_factory=list)


def populate(draft: Draft, school: SchoolDraft) -> Roll:
    """Fill a school's directory."""
    add_school_groups(draft, school)
    roll = Roll()
    if school.layout.part is not Part.FOUNDING:
        roll.students = _add_students(draft, school)
        roll.teachers = _add_teachers(draft, school)
    _add_others(draft, school)
    return roll


def fresh_name(school: SchoolDraft, draft: Draft) -> tuple[str, str]:
    """A name that nobody at the school has, so that no device of another can be meant by it."""
    while True:
        name = draft.draw_name()
        if draft.is_free(school, name):
            return name


def add_student(
    draft: Draft,
    school: SchoolDraft,
    classmate: DemoPerson,
    name: tuple[str, str] | None = None,
    **fields: Unpack[AccountFields],
) -> DemoPerson:
    """Add a student to the class and year of another, with a name that is new there if none is given."""
    groups = [group for group in classmate.groups if not group.startswith("unterricht.")]
    person = draft.add_person(school, groups, name or fresh_name(school, draft), **fields)
    if classmate.uuid in school.grades:
        school.grades[person.uuid] = school.grades[classmate.uuid]
    return person


def add_staff(draft: Draft, school: SchoolDraft, name: tuple[str, str] | None = None) -> DemoPerson:
    """Add somebody of the office, neither student nor teacher, with a name that is new there if none is given."""
    return draft.add_person(school, school.school.staff_groups[:1], name or fresh_name(school, draft))


def _add_students(draft: Draft, school: SchoolDraft) -> list[DemoPerson]:
    random = school.random
    places = seats(draft, school)
    courses = add_courses(draft, school)
    students = []
    for nth, seat in enumerate(places):
        is_max = nth == len(places) - 1 and school.layout.position % _MAX_MUELLER_EVERY in (0, 1)
        upper = courses and (seat.grade is None or seat.grade >= _COURSE_FROM_GRADE)
        chosen = sorted(random.sample(courses, 2)) if upper else []
        person = draft.add_person(school, (*seat.groups, *chosen), ("Max", "Müller") if is_max else None)
        if seat.grade is not None:
            school.grades[person.uuid] = seat.grade
        students.append(person)
    return students


def _add_teachers(draft: Draft, school: SchoolDraft) -> list[DemoPerson]:
    """Teachers are members of some classes too: an account is no student for being in a class."""
    classes = [account for account in school.groups if account.startswith("klasse.")]
    courses = [account for account in school.groups if account.startswith("unterricht.")]
    teachers = []
    for nth in range(school.layout.size.teachers):
        of = school.school.teacher_groups
        role = of[0] if (nth + 1) % _TRAINEE_EVERY else of[-1]
        taught = {classes[(nth * _TEACHERS_PER_CLASS + k) % len(classes)] for k in range(_TEACHERS_PER_CLASS)}
        course = [courses[nth % len(courses)]] if courses else []
        teachers.append(draft.add_person(school, (role, *sorted(taught), *course)))
    return teachers


def _add_others(draft: Draft, school: SchoolDraft) -> None:
    """Office, social work, former students, parents, Support-Benutzer and service accounts.

    A service account has no given name: its ``given_name`` is empty.
    """
    students = school.layout.size.students
    staff = school.school.staff_groups
    for nth in range(_STAFF_AT_LEAST + students // _STUDENTS_PER_STAFF):
        draft.add_person(school, (staff[nth % len(staff)],))
    for group in ("ehemalige", "eltern"):
        for _ in range(1 + students // _STUDENTS_PER_PARENT):
            draft.add_person(school, (group,))
    draft.add_person(school, ("support",), ("Support", "Schulträger"), login="support.benutzer")
    draft.add_person(school, ("dienste",), ("", f"Drucker {school.layout.code}"), login="dienst.drucker")
    draft.add_person(school, (), ("Admin", "IServ"), login="admin")
