"""Rules about people and what they hold: nobody without a device who is to have one, no class without enough."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import ceil

from mdm_sync.core.model import Person, Role
from mdm_sync.core.rules.verdict import Unclear, Wrong
from mdm_sync.core.views import PeopleView


def student_without_device(view: PeopleView) -> Iterator[Wrong | Unclear]:
    """A student of a form and grade where each has a device, whom no iPad names.

    Harm: the student cannot follow the lesson.

    No finding: who shares by the targets; who holds a device that stands at another school, or is in repair; who left.
    Unclear: a student whose grade is not known, in a form whose targets tell grades apart; one who is missing from the
    last read, for the device may be somebody else's already when it is seen that they left.
    """
    ratios = _ratios(view)
    for person in _of_role(view, Role.STUDENT):
        if person.uuid not in view.held:
            per_device = ratios[person.grade]
            if per_device is None or person.missing:
                yield Unclear(subject=person.subject)
            elif per_device == 1:
                yield _wrong(person)


def teacher_without_device(view: PeopleView) -> Iterator[Wrong | Unclear]:
    """A teacher whom no iPad names.

    Harm: the teacher cannot prepare or give lessons with what the class works with.

    No finding: staff of the office; the account of a teacher of another school outside the teachers' groups; who left.
    Unclear: one who is missing from the last read.
    """
    for person in _of_role(view, Role.TEACHER):
        if person.uuid not in view.held:
            yield Unclear(subject=person.subject) if person.missing else _wrong(person)


def several_devices(view: PeopleView) -> Iterator[Wrong | Unclear]:
    """A person whom more iPads name than the role's allowance says.

    Harm: an iPad lies unused while somebody else has none, or a handover was never entered.

    Unclear: one who is missing from the last read, or of whose iPads one is; a device that was enrolled anew has two
    records until the old one is gone.
    """
    for person in view.persons:
        held = view.held.get(person.uuid, 0)
        if held > view.conditions.targets.allowance(person.role):
            unsure = person.missing or person.uuid in view.unsure
            yield Unclear(subject=person.subject) if unsure else _wrong(person, devices=str(held))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Class:
    """The students of one class who share: how many they are, need, hold themselves, and have in a set of their own.

    Attributes:
        subject: key among the subjects of findings; "" for those who are in no class.
        unsure: somebody of them is missing from the last read, so that they may be fewer.
    """

    subject: str
    students: int
    unsure: bool
    needed: int
    own: int
    in_set: int


def class_short_of_devices(view: PeopleView) -> Iterator[Wrong | Unclear]:
    """A class whose students share iPads, with fewer than the targets say.

    Harm: part of the class sits in front of nothing.

    A class has its set (the shared iPads in the Jamf group of its name) and what its students hold themselves at the
    school. Where all classes together have less than half of what they need in this way, the school shares trolleys:
    then all its shared iPads are compared with what all classes need, and the finding is the school's.

    No finding: students who do not share, or whose grade is not known; a class that has just enough. Students in no
    class count where the school is judged as a whole.
    Unclear: a class, or the school as a whole, from which a student is missing in the last read.
    """
    names = {one.account: one.name for one in view.classes}
    classes = [_class(view, account, names.get(account), sharing) for account, sharing in _sharing(view)]
    needed, own = sum(one.needed for one in classes), sum(one.own for one in classes)
    if own + sum(one.in_set for one in classes) < needed // 2:
        whole = _Class(
            subject=f"school:{view.school.number}",
            students=sum(one.students for one in classes),
            unsure=any(one.unsure for one in classes),
            needed=needed,
            own=own,
            in_set=view.stock.total,
        )
        yield from _short(whole)
        return
    for one in classes:
        if one.subject:
            yield from _short(one)


def _sharing(view: PeopleView) -> list[tuple[str, list[tuple[Person, int]]]]:
    """Students who share, each with how many share one device, by the account of their first class; "" for none."""
    classes: defaultdict[str, list[tuple[Person, int]]] = defaultdict(list)
    ratios = _ratios(view)
    for person in _of_role(view, Role.STUDENT):
        per_device = ratios[person.grade]
        if per_device is not None and per_device > 1:
            classes[person.classes[0] if person.classes else ""].append((person, per_device))
    return sorted(classes.items())


def _class(view: PeopleView, account: str, name: str | None, sharing: list[tuple[Person, int]]) -> _Class:
    students_by_ratio = Counter(per_device for _, per_device in sharing)
    return _Class(
        subject=f"class:{view.school.number}/{account}" if account else "",
        students=len(sharing),
        unsure=any(person.missing for person, _ in sharing),
        needed=ceil(sum(Fraction(students, per_device) for per_device, students in students_by_ratio.items())),
        own=sum(view.held_here.get(person.uuid, 0) > 0 for person, _ in sharing),
        in_set=view.stock.groups.get(name, 0) if name else 0,
    )


def _short(some: _Class) -> Iterator[Wrong | Unclear]:
    """What is to be said of a class, or of all of a school together."""
    devices = some.own + some.in_set
    if some.unsure:
        yield Unclear(subject=some.subject)
    elif devices < some.needed:
        details = {"students": str(some.students), "needed": str(some.needed), "devices": str(devices)}
        yield Wrong(subject=some.subject, details=details)


def _of_role(view: PeopleView, role: Role) -> Iterator[Person]:
    return (person for person in view.persons if person.role is role and not person.leaver)


def _ratios(view: PeopleView) -> Mapping[int | None, int | None]:
    """How many students share one device, by their grade; None where that is not known."""
    targets, form = view.conditions.targets, view.school.form
    grades = {person.grade for person in _of_role(view, Role.STUDENT)}
    return {grade: targets.students_per_device(form, grade) for grade in grades}


def _wrong(person: Person, **more: str) -> Wrong:
    return Wrong(subject=person.subject, details={"person": person.ref, **more})
