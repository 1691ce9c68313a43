"""Rules about device and person: who has none, whom nobody knows, who is at another school."""

from collections.abc import Iterator

from mdm_sync.core.model import AssignmentState, Device, DeviceKind, SchoolView
from mdm_sync.core.rules.verdict import Unclear, Wrong


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
    """A device whose user fields name a login or an address that nobody has.

    Harm: the device looks taken care of, yet nobody holds it: a misspelt login, or a person long gone.

    No finding: a pool device, which needs no person.
    Unclear: an assignment that is undecided, because a school that could hold the person has not been read or the
    record gives a display name alone; an iPad whose record does not say whether it is a Shared iPad.
    """
    for device in view.devices:
        match view.assignments[device.jamf_id].state:
            case AssignmentState.UNDECIDED:
                yield Unclear(subject=device.subject)
            case AssignmentState.UNMATCHED if not device.is_pool(view.school):
                yield _wrong_unless_shared(device)


def wrong_school(view: SchoolView) -> Iterator[Wrong | Unclear]:
    """A device that stands in one school's site and names a person of another school.

    Harm: profiles, apps and the school's own admins follow the site, so the person works with another school's
    settings, and both schools count wrongly.

    No finding: a teacher with an account at both schools whose record names the account of the device's school; the
    same login at another school, because the own school's person counts first.
    """
    for device in view.devices:
        assignment = view.assignments[device.jamf_id]
        if assignment.state is AssignmentState.UNDECIDED:
            yield Unclear(subject=device.subject)
        elif assignment.person and assignment.person.school != view.school.number:
            yield _wrong(device, person=assignment.person.ref, person_school=assignment.person.school)


def _wrong_unless_shared(device: Device) -> Wrong | Unclear:
    """Only an iPad can be shared, and only its record says so; other devices never send the field."""
    if device.kind in {DeviceKind.IPAD, DeviceKind.UNKNOWN} and device.shared is None:
        return Unclear(subject=device.subject)
    return _wrong(device)


def _wrong(device: Device, **more: str) -> Wrong:
    return Wrong(subject=device.subject, details={"serial": device.serial, "asset_tag": device.asset_tag, **more})
