"""Stories of thefts: reported, locked, seen, found, gone, enrolled anew."""

from collections.abc import Iterator
from datetime import datetime

from mdm_sync.demo.district.days.records import enrol_anew
from mdm_sync.demo.district.devices import add_pool
from mdm_sync.demo.district.draft import DeviceKey, Draft, SchoolDraft, device_subject
from mdm_sync.demo.district.planting.lost_mode import HOUR, in_lost_mode, locked, report, seen
from mdm_sync.demo.district.stock import LOCKED, LOSS, OPEN, RECOVERED, THEFT
from mdm_sync.demo.model import Incident

_NOT_LOCKED = "stolen-not-locked"
_PENDING = "lock-pending"
_RECOVERED = "recovered-still-locked"
_GONE = "stolen-device-gone"


def _reported(draft: Draft) -> datetime:
    """When the thefts of the second day are reported: after the last contact of all the first day."""
    return draft.moment(2) - 2 * HOUR


def _steal(draft: Draft, device: DeviceKey, kind: str = THEFT, status: str = OPEN) -> Incident:
    return draft.add_incident(device, kind, status, _reported(draft))


def _locked_a_day_late(draft: Draft, school: SchoolDraft) -> Iterator[None]:
    device = add_pool(draft, school)
    yield
    case = _steal(draft, device)
    draft.plant_device(_NOT_LOCKED, device, finding=True, reason="Stolen on the second day, not locked.")
    yield
    draft.change_device(device, **in_lost_mode(draft.moment(3) - HOUR))
    draft.change_incident(case, status=LOCKED)
    draft.plant_device(_NOT_LOCKED, device, finding=False, reason="Locked on the third day.")


def _confirmed_a_day_late(draft: Draft, school: SchoolDraft) -> Iterator[None]:
    device = add_pool(draft, school)
    yield
    case = _steal(draft, device, LOSS)
    draft.change_device(device, pending_lock=True)
    draft.plant_device(_PENDING, device, finding=True, reason="Lost on the second day; Lost Mode is asked for.")
    yield
    draft.change_device(device, **in_lost_mode(draft.moment(3) - HOUR) | {"pending_lock": False})
    draft.change_incident(case, status=LOCKED)
    draft.plant_device(_PENDING, device, finding=False, reason="The device confirmed Lost Mode on the third day.")


def _found_and_unlocked(draft: Draft, school: SchoolDraft) -> Iterator[None]:
    device = add_pool(draft, school)
    yield
    case = _steal(draft, device, status=LOCKED)
    draft.change_device(device, **in_lost_mode(draft.moment(2) - HOUR))
    yield
    found = draft.moment(3) - HOUR
    draft.change_device(device, **seen(found) | {"lost_mode": False, "lost_mode_since": None})
    draft.change_incident(case, status=RECOVERED)
    draft.plant_device(_RECOVERED, device, finding=False, reason="Found and unlocked on the third day.")


def _found_and_still_locked(draft: Draft, school: SchoolDraft) -> Iterator[None]:
    device = add_pool(draft, school)
    yield
    case = _steal(draft, device, status=LOCKED)
    draft.change_device(device, **in_lost_mode(draft.moment(2) - HOUR))
    yield
    draft.change_incident(case, status=RECOVERED)
    draft.plant_device(_RECOVERED, device, finding=True, reason="Found on the third day, and still locked.")
    reason = "There was a report; recovered-still-locked tells."
    draft.plant_device("locked-without-report", device, finding=False, reason=reason)


def _seen_on_the_third_day(draft: Draft, school: SchoolDraft) -> Iterator[None]:
    device = add_pool(draft, school)
    yield
    _steal(draft, device)
    draft.plant_device(_NOT_LOCKED, device, finding=True, reason="Stolen on the second day, not locked.")
    yield
    draft.change_device(device, **seen(draft.moment(3) - HOUR))
    reason = "In contact on the third day, after the report, and not locked."
    draft.plant_device("stolen-device-seen", device, finding=True, reason=reason)


def _vanishes(draft: Draft, school: SchoolDraft) -> Iterator[None]:
    device = add_pool(draft, school, **locked(draft))
    report(draft, device, status=LOCKED)
    subject, number = device_subject(device), school.school.number
    yield
    del draft.devices[device]
    reason = "Stolen and vanished from Jamf; absence counts from the second read on: due on day 3."
    draft.plant(_GONE, subject, number, finding=False, reason=reason)
    yield
    reason = "Stolen, and not at Jamf for the second day."
    draft.plant(_GONE, subject, number, finding=True, reason=reason)


def _returns_as_another(draft: Draft, school: SchoolDraft) -> Iterator[None]:
    device = add_pool(draft, school, **locked(draft))
    report(draft, device, LOSS, LOCKED)
    yield
    new = enrol_anew(draft, device, 2)
    draft.change_device(new, **in_lost_mode(draft.moment(2)))
    reason = f"Lost as {device_subject(device)} and enrolled again under a new Jamf id."
    draft.plant_device("stolen-device-reenrolled", new, finding=True, reason=reason)
    reason = f"The device is at Jamf, as {device_subject(new)}."
    draft.plant(_GONE, device_subject(device), school.school.number, finding=False, reason=reason)


STORIES = (
    _locked_a_day_late,
    _confirmed_a_day_late,
    _found_and_unlocked,
    _found_and_still_locked,
    _seen_on_the_third_day,
    _vanishes,
    _returns_as_another,
)
