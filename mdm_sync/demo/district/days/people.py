"""Stories of people: pupils leave or move to another school, a teacher goes, a newcomer waits for a device."""

from collections.abc import Iterator
from typing import Unpack

from mdm_sync.demo.district.devices import add_personal, by_login_alone, by_plain_login, user_fields
from mdm_sync.demo.district.draft import DeviceKey, Draft, Holding, SchoolDraft
from mdm_sync.demo.district.fields import AccountFields
from mdm_sync.demo.district.persons import add_student
from mdm_sync.demo.district.planting.cases import key_of, known_here_alone, name_of
from mdm_sync.demo.model import DemoPerson

_WITHOUT = "student-without-device"
_UNKNOWN = "unknown-user"


def _gone(draft: Draft, key: DeviceKey, reason: str) -> None:
    """The device now names somebody who was known until yesterday."""
    draft.plant_left(key, since=2, reason=reason)
    reason = "The person was known until yesterday; user-left tells it after the grace period."
    draft.plant_device(_UNKNOWN, key, finding=False, reason=reason)


def _leaves(draft: Draft, school: SchoolDraft) -> Iterator[None]:
    if school.held:
        holding = school.held.pop()
        yield
        del draft.persons[holding.person]
        _gone(draft, holding.device, "The student's account vanished.")


def _joins_leavers(draft: Draft, school: SchoolDraft) -> Iterator[None]:
    if school.held:
        holding = school.held.pop()
        yield
        draft.change_person(holding.person, groups=school.school.leaver_groups)
        draft.plant_left(holding.device, since=2, reason="The student was moved to the leavers' group.")


def _teacher_leaves(draft: Draft, school: SchoolDraft) -> Iterator[None]:
    if school.taught:
        holding = school.taught.pop()
        yield
        draft.change_person(holding.person, groups=())
        draft.plant_left(holding.device, since=2, reason="The account is no longer in a teachers' group.")


def _comes_back(draft: Draft, school: SchoolDraft) -> Iterator[None]:
    if school.held:
        holding = school.held.pop()
        person = draft.persons[holding.person]
        yield
        del draft.persons[holding.person]
        _gone(draft, holding.device, "The student's account vanished.")
        yield
        draft.persons[holding.person] = person
        draft.plant_device("user-left", holding.device, finding=False, reason="The account was missing for a day only.")
        draft.plant_device(_UNKNOWN, holding.device, finding=False, reason="The account is back.")


def _cast_mover(draft: Draft, school: SchoolDraft) -> tuple[Holding, SchoolDraft] | None:
    """A student, and a school with 1:1 classes where nobody has that name; the name is kept free there."""
    found = known_here_alone(draft, school, school.held)
    if found is None:
        return None
    holding, person, other = found
    if other.classmate is None:
        school.held.append(holding)
        return None
    draft.keep_free(other, name_of(person))
    draft.change_device(holding.device, **by_login_alone(person))
    return holding, other


def _move(draft: Draft, holding: Holding, other: SchoolDraft, **same: Unpack[AccountFields]) -> DemoPerson:
    """Close the account at the old school and open one at the new; ``same`` is what both have in common.

    Raises:
        ValueError: the new school has no 1:1 class.
    """
    old = draft.persons.pop(holding.person)
    draft.release(other, name_of(old))
    if other.classmate is None:
        raise ValueError(f"{other.school.name} has no 1:1 class")
    return add_student(draft, other, other.classmate, name_of(old), **same)


def _moves_with_uuid(draft: Draft, school: SchoolDraft) -> Iterator[None]:
    cast = _cast_mover(draft, school)
    if cast:
        holding, other = cast
        yield
        person = _move(draft, holding, other, uuid=holding.person[1])
        add_personal(draft, other, **user_fields(other, person, teacher=False))
        _gone(draft, holding.device, "The student moved to another school.")
        draft.plant_moved(holding.device, since=2, reason=f"The same uuid now stands at {other.school.number}.")


def _moves_with_mail(draft: Draft, school: SchoolDraft) -> Iterator[None]:
    cast = _cast_mover(draft, school)
    if cast:
        holding, other = cast
        mail = draft.persons[holding.person].mail
        yield
        person = _move(draft, holding, other, mail=mail)
        add_personal(draft, other, **by_login_alone(person))
        _gone(draft, holding.device, "The student moved to another school.")
        draft.plant_moved(holding.device, since=2, reason=f"The same mail address now stands at {other.school.number}.")


def _moves_by_name(draft: Draft, school: SchoolDraft) -> Iterator[None]:
    cast = _cast_mover(draft, school)
    if cast:
        holding, other = cast
        yield
        person = _move(draft, holding, other)
        add_personal(draft, other, **by_plain_login(person))
        _gone(draft, holding.device, "The account vanished; somebody of that name appeared at another school.")
        reason = "Only the name is the same, which is no proof of one person."
        draft.plant_device("user-moved", holding.device, finding=False, reason=reason)


def _moves_and_device_follows(draft: Draft, school: SchoolDraft) -> Iterator[None]:
    """The new school has no device for the student until the old one follows."""
    cast = _cast_mover(draft, school)
    if cast:
        holding, other = cast
        yield
        person = _move(draft, holding, other, uuid=holding.person[1])
        _gone(draft, holding.device, "The student moved to another school.")
        draft.plant_moved(holding.device, since=2, reason=f"The same uuid now stands at {other.school.number}.")
        draft.plant_person(_WITHOUT, key_of(person), finding=True, reason="A newcomer of a 1:1 class without a device.")
        yield
        draft.change_device(holding.device, site_id=other.school.site_id)
        draft.change_device(holding.device, **by_plain_login(person))
        reason = "The device followed the student to the new school."
        for rule in ("user-left", "user-moved", _UNKNOWN, "wrong-school"):
            draft.plant_device(rule, holding.device, finding=False, reason=reason)
        draft.plant_person(_WITHOUT, key_of(person), finding=False, reason=reason)


def _newcomer(draft: Draft, school: SchoolDraft) -> Iterator[None]:
    if school.classmate:
        yield
        person = add_student(draft, school, school.classmate)
        draft.plant_person(_WITHOUT, key_of(person), finding=True, reason="A newcomer of a 1:1 class without a device.")
        yield
        add_personal(draft, school, **by_plain_login(person))
        draft.plant_person(_WITHOUT, key_of(person), finding=False, reason="The newcomer got a device.")


def _gets_the_unassigned_one(draft: Draft, school: SchoolDraft) -> Iterator[None]:
    if school.held and school.classmate:
        holding = school.held.pop()
        person = draft.persons[holding.person]
        del draft.devices[holding.device]
        device = add_personal(draft, school)
        draft.plant_person(_WITHOUT, holding.person, finding=True, reason="A student of a 1:1 class without a device.")
        draft.plant_device("device-unassigned", device, finding=True, reason="A personal iPad that names nobody yet.")
        yield
        draft.change_device(device, **by_plain_login(person))
        reason = "Since the second day the device names the student."
        draft.plant_person(_WITHOUT, holding.person, finding=False, reason=reason)
        draft.plant_device("device-unassigned", device, finding=False, reason=reason)


LEAVING = (_leaves, _joins_leavers, _teacher_leaves, _comes_back)
MOVING = (_moves_with_uuid, _moves_with_mail, _moves_by_name, _moves_and_device_follows)
ARRIVING = (_newcomer, _gets_the_unassigned_one)
