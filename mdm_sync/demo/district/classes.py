"""Classes, years and courses of a school, by its form, and who is in them.

Sources for the names: IServ's import module ("Klasse 9a", "Jahrgang 9"), the dotted accounts of its groups
(``klasse.9a``), class codes such as ``06e1`` in exports of the school administration in NRW, and courses in the manner
of timetable imports ("Unterricht KU - Haak - 152C").
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil

from mdm_sync.demo.district.draft import Draft, SchoolDraft
from mdm_sync.demo.district.figures import (
    BERUFSKOLLEG,
    FOERDERSCHULE,
    GESAMTSCHULE,
    GRUNDSCHULE,
    GYMNASIUM,
    HAUPTSCHULE,
    REALSCHULE,
    WEITERBILDUNGSKOLLEG,
)
from mdm_sync.demo.district.schools import Layout
from mdm_sync.demo.model import DemoPerson

STUDENTS = "schueler"
SHARED_GRADES = (1, 2)
_GRADES = {
    GRUNDSCHULE: (1, 4),
    FOERDERSCHULE: (1, 10),
    HAUPTSCHULE: (5, 10),
    REALSCHULE: (5, 10),
    GESAMTSCHULE: (5, 13),
    GYMNASIUM: (5, 13),
}
_CLASS_SIZE = {
    GRUNDSCHULE: 25,
    FOERDERSCHULE: 13,
    BERUFSKOLLEG: 23,
    WEITERBILDUNGSKOLLEG: 24,
}
_USUAL_CLASS_SIZE = 28
_COURSES = {GYMNASIUM: 8, GESAMTSCHULE: 8, BERUFSKOLLEG: 8}
_USUAL_COURSES = 4
_TRADES = ("fos", "hbfu", "avm", "kfm", "bsi", "bfs")
_SUBJECTS = ("KU", "MU", "PH", "CH", "EK", "SW", "IF", "SP", "LI", "ER", "KR", "FR")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_FIRST_YEAR, _YEARS = 11, 3
_SEMESTERS = 6
_GRADED_CLASS = re.compile(r"klasse\.[0-9-]+(?:e(?P<number>\d+)|(?P<letter>[a-z]+))")
_UNGRADED_CLASS = re.compile(r"klasse\.(?P<kind>[a-z]+)(?P<step>\d+)(?P<letter>[a-z]+)")


@dataclass(frozen=True, slots=True)
class Seat:
    """A place for one student: the groups to be in, and the grade where the form has grades."""

    groups: tuple[str, ...]
    grade: int | None


def add_school_groups(draft: Draft, school: SchoolDraft) -> None:
    """The groups that every school has, whatever its size."""
    named = {
        STUDENTS: "Schüler",
        "lehrer": "Lehrer",
        "lehrkraefte": "Lehrkräfte",
        "kollegium": "Kollegium",
        "lehramtsanwaerter": "Lehramtsanwärter",
        "ehemalige": "Ehemalige",
        "eltern": "Eltern",
        "verwaltung": "Verwaltung",
        "sekretariat": "Sekretariat",
        "schulsozialarbeit": "Schulsozialarbeit",
        "abordnung": "Abordnungen",
        "support": "Support-Benutzer",
        "dienste": "Dienstkonten",
        "ag.schach": "AG Schach",
    }
    of_school = school.school
    roles = {*of_school.student_groups, *of_school.teacher_groups, *of_school.staff_groups, *of_school.leaver_groups}
    for account in sorted(roles | {"eltern", "abordnung", "support", "dienste", "ag.schach"}):
        draft.add_group(school, account, named[account])


def seats(draft: Draft, school: SchoolDraft) -> list[Seat]:
    """One seat for each student of the school; adds the groups that the seats name."""
    layout = school.layout
    if layout.form.key in _GRADES:
        return list(_graded_seats(draft, school))
    return list(_ungraded_seats(draft, school))


def add_courses(draft: Draft, school: SchoolDraft) -> list[str]:
    """Add the courses of a secondary school and return their accounts."""
    key = school.layout.form.key
    if key == GRUNDSCHULE or not school.layout.size.students:
        return []
    accounts = []
    for number in range(_COURSES.get(key, _USUAL_COURSES)):
        subject = _SUBJECTS[number % len(_SUBJECTS)]
        teacher = school.random.choice(("Haak", "Nolt", "Gleß", "Wüst", "Ott", "Rade"))
        code = f"{school.random.randint(101, 199)}{school.random.choice('ABCDE')}"
        name = f"Unterricht {subject} - {teacher} - {code}"
        account = f"unterricht.{subject.lower()}.{number + 1:02d}"
        draft.add_group(school, account, name)
        accounts.append(account)
    return accounts


def _graded_seats(draft: Draft, school: SchoolDraft) -> Iterator[Seat]:
    layout = school.layout
    first, last = _GRADES[layout.form.key]
    grades = range(first, last + 1)
    for i, grade in enumerate(grades):
        students = layout.size.students // len(grades) + (i < layout.size.students % len(grades))
        classes = max(1, ceil(students / _CLASS_SIZE.get(layout.form.key, _USUAL_CLASS_SIZE)))
        for k in range(students):
            yield Seat(_graded_groups(draft, school, grade, k % classes), grade)


def _class_name(layout: Layout, grade: int, nth: int) -> tuple[str, str]:
    """Account and name of the nth class of a grade."""
    letter = _letter(nth)
    if layout.mixed_grades and grade in SHARED_GRADES:
        return f"klasse.1-2{letter}", f"Klasse 1/2{letter}"
    code = f"{grade:02d}e{nth + 1}" if layout.padded_classes else f"{grade}{letter}"
    return f"klasse.{code}", f"Klasse {code}"


def _letter(nth: int) -> str:
    """A, b, c and so on; after z comes aa."""
    rounds, letter = divmod(nth, len(_LETTERS))
    return (_letter(rounds - 1) if rounds else "") + _LETTERS[letter]


def _ungraded_seats(draft: Draft, school: SchoolDraft) -> Iterator[Seat]:
    """Berufskolleg by trade and year, Weiterbildungskolleg by semester."""
    layout = school.layout
    size = _CLASS_SIZE[layout.form.key]
    classes = max(1, ceil(layout.size.students / size))
    for k in range(layout.size.students):
        nth = k % classes
        if layout.form.key == BERUFSKOLLEG:
            row, trade = divmod(nth, len(_TRADES))
            code = f"{_TRADES[trade]}{_FIRST_YEAR + row % _YEARS}{_letter(row // _YEARS)}"
        else:
            code = f"s{nth % _SEMESTERS + 1}{_letter(nth // _SEMESTERS)}"
        yield Seat((STUDENTS, _ungraded_class(draft, school, code)), None)


def _ungraded_class(draft: Draft, school: SchoolDraft, code: str) -> str:
    """Account of a class without grade, which is added."""
    account = f"klasse.{code}"
    draft.add_group(school, account, f"Klasse {code.upper()}")
    return account


def class_of(person: DemoPerson) -> str:
    """Account of the person's first class group."""
    return next(group for group in person.groups if group.startswith("klasse."))


def is_in_first_year(school: SchoolDraft, person: DemoPerson) -> bool:
    """Whether a student is where newcomers come in."""
    form = school.layout.form.key
    if form in _GRADES:
        return school.grades[person.uuid] == _GRADES[form][0]
    return _ungraded_step(person) == _ungraded_span(school.layout)[0]


def seat_a_year_later(draft: Draft, school: SchoolDraft, person: DemoPerson) -> Seat | None:
    """Where a student sits when classes have gone one up (a semester, where there are such); None: it was the last.

    Courses stay; groups that are new at the school are added.
    """
    courses = tuple(group for group in person.groups if group.startswith("unterricht."))
    layout = school.layout
    if layout.form.key in _GRADES:
        grade = school.grades[person.uuid] + 1
        if grade > _GRADES[layout.form.key][1]:
            return None
        return Seat((*_graded_groups(draft, school, grade, _nth_class(class_of(person))), *courses), grade)
    step = _ungraded_step(person) + 1
    if step > _ungraded_span(layout)[1]:
        return None
    code = _UNGRADED_CLASS.sub(rf"\g<kind>{step}\g<letter>", class_of(person))
    return Seat((STUDENTS, _ungraded_class(draft, school, code), *courses), None)


def _graded_groups(draft: Draft, school: SchoolDraft, grade: int, nth: int) -> tuple[str, str, str]:
    """The groups of the nth class of a grade, which are added."""
    account, name = _class_name(school.layout, grade, nth)
    year = f"jahrgang.{grade}"
    draft.add_group(school, year, f"Jahrgang {grade}")
    draft.add_group(school, account, name)
    return STUDENTS, account, year


def _nth_class(account: str) -> int:
    """Which class of its grade it is, from 0; the inverse of ``_class_name``."""
    found = _GRADED_CLASS.fullmatch(account)
    if found is None:
        raise ValueError(f"{account} is no class of a grade")
    if found["number"]:
        return int(found["number"]) - 1
    nth = 0
    for letter in found["letter"]:
        nth = nth * len(_LETTERS) + _LETTERS.index(letter) + 1
    return nth - 1


def _ungraded_step(person: DemoPerson) -> int:
    """The year or semester in the name of a class without grade."""
    found = _UNGRADED_CLASS.fullmatch(class_of(person))
    if found is None:
        raise ValueError(f"{class_of(person)} tells no year")
    return int(found["step"])


def _ungraded_span(layout: Layout) -> tuple[int, int]:
    """First and last year or semester."""
    if layout.form.key == BERUFSKOLLEG:
        return _FIRST_YEAR, _FIRST_YEAR + _YEARS - 1
    return 1, _SEMESTERS
