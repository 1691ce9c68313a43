"""Stories of devices without any theft: repaired, moved to another site, enrolled anew, gone, out of management."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from mdm_sync.demo.district.devices import add_personal, add_pool, by_full_mail, by_plain_login
from mdm_sync.demo.district.draft import DeviceKey, Draft, SchoolDraft, device_subject
from mdm_sync.demo.district.persons import add_staff
from mdm_sync.demo.district.planting.cases import nobody, other_school
from mdm_sync.demo.district.planting.lost_mode import seen
from mdm_sync.demo.district.planting.repairs import send_for_too_long
from mdm_sync.demo.district.stock import CLOSED

_SOON = timedelta(minutes=10)


def _repaired(draft: Draft, school: SchoolDraft) -> Iterator[None]:
    late = send_for_too_long(draft, school)
    if late:
        device, case_number = late
        yield
        draft.change_device(device, **seen(draft.moment(2) - _SOON) | {"extension_attributes": ()})
        draft.change_incident(draft.incidents[case_number], status=CLOSED)
        reason = "Repaired on the second day, and the report closed."
        draft.plant_device("repair-overdue", device, finding=False, reason=reason)


def _taken_elsewhere(draft: Draft, school: SchoolDraft) -> Iterator[None]:
    """Somebody of the office; a student would be without a device."""
    other = other_school(draft, school)
    if other:
        name = nobody(draft, school, other)
        draft.release(school, name)
        person = add_staff(draft, school, name)
        device = add_personal(draft, school, **by_full_mail(person))
        yield
        draft.change_device(device, site_id=other.school.site_id)
        reason = "The device was moved to another school's site; its person was not."
        draft.plant_device("wrong-school", device, finding=True, reason=reason)
        draft.plant_device("unknown-user", device, finding=False, reason="The person is known, at another school.")
        yield
        draft.change_device(device, site_id=school.school.site_id)
        for rule in ("wrong-school", "unknown-user"):
            draft.plant_device(rule, device, finding=False, reason="It was moved back.")


def _trolley_taken_elsewhere(draft: Draft, school: SchoolDraft) -> Iterator[None]:
    other = other_school(draft, school)
    if other:
        device = add_pool(draft, school)
        yield
        draft.change_device(device, site_id=other.school.site_id)
        reason = "Its name says trolley at the old school only; at the new one it is a personal device without person."
        draft.plant_device("device-unassigned", device, finding=True, reason=reason)
        yield
        draft.change_device(device, name=other.next_name("Koffer-01", 2))
        draft.plant_device("device-unassigned", device, finding=False, reason="It was given a name of the new school.")


def _shared_taken_elsewhere(draft: Draft, school: SchoolDraft) -> Iterator[None]:
    other = other_school(draft, school)
    if other:
        device = add_personal(draft, school, shared_ipad=True)
        yield
        draft.change_device(device, site_id=other.school.site_id)
        reason = "A Shared iPad moved to another school: nobody's at either."
        draft.plant_device("device-unassigned", device, finding=False, reason=reason)


def enrol_anew(draft: Draft, old: DeviceKey, day: int) -> DeviceKey:
    """Replace a record by one under a new Jamf id: the same device, enrolled again on that day."""
    record = draft.devices.pop(old)
    at = draft.moment(day) - _SOON
    new = draft.add_device(family=record.family, serial=record.serial, udid=record.udid, name=record.name, site_id=None)
    number, management = draft.devices[new].jamf_id, draft.devices[new].management_id
    draft.devices[new] = replace(
        record, jamf_id=number, management_id=management, last_enrolled=at - _SOON, last_inventory=at, last_contact=at
    )
    return new


def _enrolled_anew(draft: Draft, school: SchoolDraft) -> Iterator[None]:
    if school.held:
        holding = school.held.pop()
        draft.change_device(holding.device, **by_plain_login(draft.persons[holding.person]))
        yield
        new = enrol_anew(draft, holding.device, 2)
        serial = draft.devices[new].serial
        number = school.school.number
        reason = f"Enrolled anew under another Jamf id; the record {device_subject(holding.device)} is gone."
        draft.plant("duplicate-serial", f"serial:{serial}", number, finding=False, reason=reason)
        draft.plant_person("several-devices", holding.person, finding=False, reason=reason)
        draft.plant_device("stolen-device-reenrolled", new, finding=False, reason="Nobody reported it stolen.")


def _removed(draft: Draft, school: SchoolDraft) -> Iterator[None]:
    device = add_pool(draft, school)
    yield
    del draft.devices[device]
    reason = "The record vanished, but nobody reported a theft or loss."
    draft.plant("stolen-device-gone", device_subject(device), school.school.number, finding=False, reason=reason)


def _out_of_management(draft: Draft, school: SchoolDraft) -> Iterator[None]:
    if school.held:
        device = school.held.pop().device
        yield
        draft.change_device(device, managed=False)
        reason = "The MDM profile was removed on the second day."
        draft.plant_device("device-unmanaged", device, finding=True, reason=reason)
        yield
        draft.change_device(device, **seen(draft.moment(3) - _SOON) | {"managed": True})
        draft.plant_device("device-unmanaged", device, finding=False, reason="Managed again since the third day.")


STORIES = (
    _repaired,
    _taken_elsewhere,
    _trolley_taken_elsewhere,
    _shared_taken_elsewhere,
    _enrolled_anew,
    _removed,
    _out_of_management,
)
