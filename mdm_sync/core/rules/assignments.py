"""Rules about device and person: who has none, whom nobody knows, who is at another school.

Outside of all schools nobody is looked for, so these rules are applied ``within_a_school``: elsewhere they say nothing,
and of a record that did not come with its site, what was said before stays.
"""

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import wraps
from typing import TypeGuard

from mdm_sync.core.model import AssignmentState, Device, DeviceKind, Person
from mdm_sync.core.rules.verdict import Unclear, Wrong
from mdm_sync.core.views import NOWHERE, SchoolView

Check = Callable[[SchoolView], Iterator[Wrong | Unclear]]


def within_a_school(check: Check) -> Check:
    """The check as it is applied: where a school is, and silent elsewhere."""

    @wraps(check)
    def judged(view: SchoolView) -> Iterator[Wrong | Unclear]:
        if view.school != NOWHERE:
            return check(view)
        return (Unclear(subject=device.subject) for device in view.devices if device.site_id is None)

    return judged


def device_unassigned(view: SchoolView) -> Iterator[Wrong | Unclear]:
    """A personal iPad that names nobody.

    Harm: nobody answers for it, its loss is noticed by nobody, and a pupil may wait for exactly this device.

    No finding: a pool device (by the school's register entry, or a Shared iPad); anything that is no iPad.
    Unclear: a record that did not come with its type, its user fields, or whether it is a Shared iPad.
    """
    for device in view.devices:
        if device.kind is DeviceKind.UNKNOWN or device.user is None:
            yield Unclear(subject=device.subject)
        elif device.kind is DeviceKind.IPAD and device.user.empty and not device.is_pool(view.school):
            yield _wrong_unless_shared(device)


def unknown_user(view: SchoolView) -> Iterator[Wrong | Unclear]:
    """A device whose user fields name somebody whom nobody knows.

    Harm: the device looks taken care of, yet nobody holds it: a misspelt login, or a person long gone. Where one
    person's login is clearly near, it is told whose.

    No finding: a pool device, which needs no person; a person who left and is still known.
    Unclear: an assignment that is undecided, because a school that could hold the person has not been read or the
    record names somebody in no way that is looked up; an iPad whose record does not say whether it is a Shared iPad.
    """
    for device in view.devices:
        assignment = view.assignments[device.subject]
        match assignment.state:
            case AssignmentState.UNDECIDED:
                yield Unclear(subject=device.subject)
            case AssignmentState.UNMATCHED if not device.is_pool(view.school):
                yield _wrong_unless_shared(device, **({"near": assignment.near.ref} if assignment.near else {}))


def ambiguous_user(view: SchoolView) -> Iterator[Wrong | Unclear]:
    """A device whose user fields fit several persons.

    Harm: nobody can say who answers for it: two pupils of one name, or a handover that was entered in one field and
    forgotten in the other.

    No finding: a pool device, which needs no person; a name that somebody at another school has too.
    Unclear: an assignment that is undecided; an iPad whose record does not say whether it is a Shared iPad.
    """
    for device in view.devices:
        match view.assignments[device.subject].state:
            case AssignmentState.UNDECIDED:
                yield Unclear(subject=device.subject)
            case AssignmentState.AMBIGUOUS if not device.is_pool(view.school):
                yield _wrong_unless_shared(device)


def wrong_school(view: SchoolView) -> Iterator[Wrong | Unclear]:
    """A device that stands in one school's site and names a person of another school.

    Harm: profiles, apps and the school's own admins follow the site, so the person works with another school's
    settings, and both schools count wrongly.

    No finding: a teacher with an account at both schools whose record names the account of the device's school; the
    same login at another school, because the own school's person counts first; a person who is gone from there, whom
    ``user-left`` tells.
    Unclear: an assignment that is undecided; a person who is missing from the last read of that school.
    """
    for device in view.devices:
        assignment = view.assignments[device.subject]
        if assignment.state is AssignmentState.UNDECIDED:
            yield Unclear(subject=device.subject)
        elif _is_at_another_school(assignment.person, view):
            yield _wrong_unless_missing(device, assignment.person)


def user_left(view: SchoolView) -> Iterator[Wrong | Unclear]:
    """A device that names a person who is gone, among the leavers, or without the role that they had.

    Harm: somebody who has no claim to it any more may still hold the device, and its loss would go unnoticed.

    No finding: within the grace period, for accounts vanish by mistake and come back; a pool device.
    Unclear: an assignment that is undecided; an iPad whose record does not say whether it is a Shared iPad.
    """
    for device in view.devices:
        assignment = view.assignments[device.subject]
        if assignment.state is AssignmentState.UNDECIDED:
            yield Unclear(subject=device.subject)
        elif person := _left(view, device):
            yield _wrong_unless_shared(device, **_since(view, person))


def user_moved(view: SchoolView) -> Iterator[Wrong | Unclear]:
    """A hint beside ``user-left``: the person seems to be at another school now.

    Harm: none; it tells where the device may be, or where it has to go.

    No finding: the same name alone, unless settings take that for the same person.
    Unclear: as for ``user-left``.
    """
    for device in view.devices:
        assignment = view.assignments[device.subject]
        if assignment.state is AssignmentState.UNDECIDED:
            yield Unclear(subject=device.subject)
        elif (person := _left(view, device)) and (moved := view.moved.get(person.subject)):
            yield _wrong_unless_shared(device, person=moved.ref, person_school=moved.school, by=moved.by)


def _left(view: SchoolView, device: Device) -> Person | None:
    """Whom the device names, if that person has left for longer than the grace period."""
    person = view.assignments[device.subject].person
    if person is None or person.left_since is None or device.is_pool(view.school):
        return None
    grace = timedelta(days=view.conditions.thresholds.grace_days)
    return person if view.conditions.now - person.left_since > grace else None


def _since(view: SchoolView, person: Person) -> dict[str, str]:
    """Who it is and since when; the school only where it is another one."""
    facts = {
        "person": person.ref,
        "left": view.conditions.calendar.day(person.left_since or view.conditions.now).isoformat(),
    }
    return facts | ({"person_school": person.school} if person.school != view.school.number else {})


def _is_at_another_school(person: Person | None, view: SchoolView) -> TypeGuard[Person]:
    return person is not None and not person.gone and person.school != view.school.number


def _wrong_unless_missing(device: Device, person: Person) -> Wrong | Unclear:
    """Who is missing may have left for the very school where the device stands."""
    if person.missing:
        return Unclear(subject=device.subject)
    return _wrong(device, person=person.ref, person_school=person.school)


def _wrong_unless_shared(device: Device, **more: str) -> Wrong | Unclear:
    """Only an iPad can be shared, and only its record says so; other devices never send the field."""
    if device.kind in {DeviceKind.IPAD, DeviceKind.UNKNOWN} and device.shared is None:
        return Unclear(subject=device.subject)
    return _wrong(device, **more)


def _wrong(device: Device, **more: str) -> Wrong:
    return Wrong(subject=device.subject, details={"serial": device.serial, "asset_tag": device.asset_tag, **more})
