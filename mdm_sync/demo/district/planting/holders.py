"""Cases for the rules about people: without a device, with several, alike in name, or former."""

from mdm_sync.demo.district.classes import class_of
from mdm_sync.demo.district.devices import (
    add_personal,
    by_display_name,
    by_login_alone,
    by_plain_login,
    by_turned_name,
    user_fields,
)
from mdm_sync.demo.district.draft import Draft, Holding, SchoolDraft
from mdm_sync.demo.district.figures import BERUFSKOLLEG, GRUNDSCHULE
from mdm_sync.demo.district.names import name_key
from mdm_sync.demo.district.persons import add_staff, add_student, fresh_name
from mdm_sync.demo.district.planting.cases import Case, key_of, known_here_alone, name_of

_STUDENT = "student-without-device"
_TEACHER = "teacher-without-device"
_SEVERAL = "several-devices"
_AMBIGUOUS = "ambiguous-user"
_SHORT = "class-short-of-devices"


def _student_without(draft: Draft, school: SchoolDraft) -> bool:
    if not school.held or school.classmate is None:
        return False
    holding = school.held.pop()
    del draft.devices[holding.device]
    draft.plant_person(_STUDENT, holding.person, finding=True, reason="A student of a 1:1 class without a device.")
    return True


def _shares(draft: Draft, school: SchoolDraft) -> bool:
    if not school.sharing:
        return False
    form = school.layout.form.key
    reason = "Grades 1 and 2 share devices." if form == GRUNDSCHULE else "Students of a Berufskolleg may share devices."
    draft.plant_person(_STUDENT, school.sharing.pop(), finding=False, reason=reason)
    return True


def _in_repair(draft: Draft, school: SchoolDraft) -> bool:
    if not school.repairs:
        return False
    holding, _ = school.repairs[0]
    reason = "The student's device is in repair, and still the student's."
    draft.plant_person(_STUDENT, holding.person, finding=False, reason=reason)
    return True


def _former(draft: Draft, school: SchoolDraft) -> bool:
    person = draft.add_person(school, school.school.leaver_groups, fresh_name(school, draft))
    reason = "A former student needs no device."
    draft.plant_person(_STUDENT, key_of(person), finding=False, reason=reason)
    return True


def _teacher_without(draft: Draft, school: SchoolDraft) -> bool:
    person = draft.add_person(school, school.school.teacher_groups[:1], fresh_name(school, draft))
    draft.plant_person(_TEACHER, key_of(person), finding=True, reason="A teacher without a device.")
    return True


def _staff_without(draft: Draft, school: SchoolDraft) -> bool:
    reason = "Somebody of the office is no teacher."
    draft.plant_person(_TEACHER, key_of(add_staff(draft, school)), finding=False, reason=reason)
    return True


def _seconded(draft: Draft, school: SchoolDraft) -> bool:
    found = known_here_alone(draft, school, school.taught)
    if found is None:
        return False
    _, teacher, other = found
    person = draft.add_person(other, ("abordnung",), name_of(teacher))
    reason = "The account of a teacher of another school, who has a device there; not in the teachers' group."
    draft.plant_person(_TEACHER, key_of(person), finding=False, reason=reason)
    return True


def _several(draft: Draft, school: SchoolDraft) -> bool:
    if not school.held:
        return False
    holding = school.held.pop()
    add_personal(draft, school, **by_plain_login(draft.persons[holding.person]))
    draft.plant_person(_SEVERAL, holding.person, finding=True, reason="Two devices name this student.")
    return True


def _twins(draft: Draft, school: SchoolDraft) -> tuple[Holding, Holding] | None:
    """Two students of one name, each with a device that names the login."""
    while school.held:
        first = school.held.pop()
        person = draft.persons[first.person]
        if school.names[name_key(*name_of(person))] == 1:
            draft.change_device(first.device, **by_plain_login(person))
            twin = add_student(draft, school, person, name_of(person))
            device = add_personal(draft, school, **by_plain_login(twin))
            return first, Holding(key_of(twin), device)
    return None


def _ambiguous_display_name(draft: Draft, school: SchoolDraft) -> bool:
    return _ambiguous(draft, school, turned=False)


def _ambiguous_real_name(draft: Draft, school: SchoolDraft) -> bool:
    return _ambiguous(draft, school, turned=True)


def _ambiguous(draft: Draft, school: SchoolDraft, *, turned: bool) -> bool:
    """A third device names the twins by the name that they share."""
    twins = _twins(draft, school)
    if twins is None:
        return False
    person = draft.persons[twins[0].person]
    name = by_turned_name(person) if turned else by_display_name(person)
    key = add_personal(draft, school, **name)
    draft.plant_device(_AMBIGUOUS, key, finding=True, reason="Two students of the school have this name.")
    draft.plant_device("unknown-user", key, finding=False, reason="The name is known, only not whose it is.")
    return True


def _twins_by_login(draft: Draft, school: SchoolDraft) -> bool:
    twins = _twins(draft, school)
    if twins is None:
        return False
    reason = "Another student has the same name, but the login decides."
    draft.plant_device(_AMBIGUOUS, twins[1].device, finding=False, reason=reason)
    reason = "One device each for two students of one name."
    draft.plant_person(_SEVERAL, twins[1].person, finding=False, reason=reason)
    return True


def _namesake_elsewhere(draft: Draft, school: SchoolDraft) -> bool:
    """The same display name at another school."""
    found = known_here_alone(draft, school, school.held)
    if found is None:
        return False
    holding, person, other = found
    add_staff(draft, other, name_of(person))
    draft.change_device(holding.device, **by_display_name(person))
    reason = "Somebody at another school has the same name; within the own school it is one person's."
    draft.plant_device(_AMBIGUOUS, holding.device, finding=False, reason=reason)
    return True


def _short_class(draft: Draft, school: SchoolDraft) -> bool:
    return _resize_class(draft, school, short=True)


def _just_enough(draft: Draft, school: SchoolDraft) -> bool:
    return _resize_class(draft, school, short=False)


def _resize_class(draft: Draft, school: SchoolDraft, *, short: bool) -> bool:
    """A class set has one device more than needed, until it is chosen here."""
    number = school.school.number
    for account, count in school.class_sets.items():
        need = count - 1
        subject = f"class:{number}/{account}"
        if need > 1 and (_SHORT, subject) not in draft.truth:
            school.class_sets[account] = need // 2 if short else need
            reason = f"{school.class_sets[account]} devices where one for two pupils makes {need}."
            draft.plant(_SHORT, subject, number, finding=short, reason=reason)
            return True
    return False


def _class_of_adults(draft: Draft, school: SchoolDraft) -> bool:
    if school.layout.form.key != BERUFSKOLLEG or not school.held:
        return False
    account = class_of(draft.persons[school.held[0].person])
    number = school.school.number
    reason = "Seven of ten students of this class have devices of their own; half would be enough."
    draft.plant(_SHORT, f"class:{number}/{account}", number, finding=False, reason=reason)
    return True


def _former_with_device(draft: Draft, school: SchoolDraft) -> bool:
    """Whoever is in the leavers' group on the first day is given the grace period, too."""
    person = draft.add_person(school, school.school.leaver_groups, fresh_name(school, draft))
    key = add_personal(draft, school, **by_plain_login(person))
    draft.plant_left(key, since=1, reason="The person is in the leavers' group.")
    return True


def _staff_with_device(draft: Draft, school: SchoolDraft) -> bool:
    person = add_staff(draft, school)
    key = add_personal(draft, school, **user_fields(school, person, teacher=False))
    reason = "Somebody of the office never had the role of a student or teacher, and did not lose it."
    draft.plant_device("user-left", key, finding=False, reason=reason)
    return True


def _shares_login(draft: Draft, school: SchoolDraft) -> bool:
    """Two persons at two schools with one login, each with a device that names it."""
    found = known_here_alone(draft, school, school.held)
    if found is None:
        return False
    holding, person, other = found
    draft.change_device(holding.device, **by_login_alone(person))
    add_personal(draft, other, **by_login_alone(add_staff(draft, other, name_of(person))))
    reason = "The other device with this login stands at another school and is somebody else's."
    draft.plant_person(_SEVERAL, holding.person, finding=False, reason=reason)
    return True


CASES = (
    Case(_student_without, rate=8),
    Case(_student_without, rate=2),
    Case(_shares, rate=2),
    Case(_in_repair, rate=0.5),
    Case(_former, rate=0.5),
    Case(_teacher_without, rate=2),
    Case(_teacher_without, rate=1),
    Case(_staff_without, rate=0.5),
    Case(_seconded, rate=3),
    Case(_several, rate=4),
    Case(_several, rate=1),
    Case(_shares_login, rate=0.5),
    Case(_ambiguous_display_name, rate=1),
    Case(_ambiguous_real_name, rate=0.5),
    Case(_twins_by_login, rate=1),
    Case(_namesake_elsewhere, rate=1),
    Case(_short_class, rate=1),
    Case(_just_enough, rate=1),
    Case(_class_of_adults, rate=0.2),
    Case(_former_with_device, rate=1),
    Case(_staff_with_device, rate=1),
)
