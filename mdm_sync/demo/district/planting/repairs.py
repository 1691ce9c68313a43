"""Cases for ``repair-overdue``: in repair for too long."""

from datetime import timedelta

from mdm_sync.demo.district.draft import DeviceKey, Draft, SchoolDraft
from mdm_sync.demo.district.planting.cases import Case
from mdm_sync.demo.district.stock import CLOSED, EARLIER, REPAIR, in_repair_since

_RULE = "repair-overdue"
_LONG_AGO = (150, 200)


def send_for_too_long(draft: Draft, school: SchoolDraft) -> tuple[DeviceKey, str] | None:
    """Let one of the devices in repair be away for months; returns it and the case number of the report.

    The first device of the list stays as it is: it is the near miss.
    """
    if not school.repairs[1:]:
        return None
    holding, incident = school.repairs.pop()
    since = draft.moment(1) - timedelta(days=school.random.randint(*_LONG_AGO))
    draft.change_device(holding.device, extension_attributes=in_repair_since(since))
    draft.change_incident(incident, kind=REPAIR, reported_at=since, happened=(since - timedelta(days=1)).date())
    draft.plant_device(_RULE, holding.device, finding=True, reason=f"In repair since {since.date()}.")
    return holding.device, incident.case_number


def _overdue(draft: Draft, school: SchoolDraft) -> bool:
    return send_for_too_long(draft, school) is not None


def _recent(draft: Draft, school: SchoolDraft) -> bool:
    """The first of the list, in repair for some days."""
    if not school.repairs:
        return False
    holding, incident = school.repairs[0]
    reason = f"In repair since {incident.reported_at.date()}, a few days."
    draft.plant_device(_RULE, holding.device, finding=False, reason=reason)
    return True


def _done(draft: Draft, school: SchoolDraft) -> bool:
    if not school.held:
        return False
    device = school.held.pop().device
    since = draft.moment(1) - EARLIER
    draft.add_incident(device, REPAIR, CLOSED, since)
    reason = f"Reported on {since.date()}, closed, and back with the student."
    draft.plant_device(_RULE, device, finding=False, reason=reason)
    return True


CASES = (Case(_recent), Case(_overdue, rate=2), Case(_done, rate=1))
