"""Classes, years and courses of a school, by its form, and who is in them.

Sources for the names: IServ's import module ("Klasse 9a", "Jahrgang 9"), the dotted accounts of its groups
(``klasse.9a``), class codes such as ``06e1`` in exports of the school administration in NRW, and courses in the manner
of timetable imports ("Unterricht KU - Haak - 152C").
"""

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
_YEARS = 3
_SEMESTERS = 6


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
        year = f"jahrgang.{grade}"
        draft.add_group(school, year, f"Jahrgang {grade}")
        for k in range(students):
            account, name = _class_name(layout, grade, k % classes)
            draft.add_group(school, account, name)
            yield Seat((STUDENTS, account, year), grade)


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
            code = f"{_TRADES[trade]}{11 + row % _YEARS}{_letter(row // _YEARS)}"
        else:
            code = f"s{nth % _SEMESTERS + 1}{_letter(nth // _SEMESTERS)}"
        account = f"klasse.{code}"
        draft.add_group(school, account, f"Klasse {code.upper()}")
        yield Seat((STUDENTS, account), None)
