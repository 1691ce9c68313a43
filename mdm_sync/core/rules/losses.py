"""Rules about stolen, lost, locked and repaired devices: what was reported, held against what Jamf Pro says.

A theft or loss is *open* while it is being looked after. What the record did not send is unclear, and so is whether a
lock was asked for while the commands have not been read. A device that cannot be locked is ``lock-impossible`` alone.
"""

from collections.abc import Callable, Iterator
from datetime import timedelta

from mdm_sync.core.incidents import MISSING_KINDS, Handling, Incident, missing_since
from mdm_sync.core.locks import LockCommand
from mdm_sync.core.model import AssignmentState, Device, DeviceKind, Severity
from mdm_sync.core.rules.verdict import Unclear, Wrong
from mdm_sync.core.views import LossCase, LossView

CONFIRMING = timedelta(minutes=5)
"""The contact by which a device confirms Lost Mode may be noted this much after it."""

_WITHOUT_LOST_MODE = frozenset({DeviceKind.MAC, DeviceKind.APPLE_TV})
_WAITS = frozenset({"pending", "not now"})

Verdicts = Iterator[Wrong | Unclear]
OpenCase = tuple[LossCase, Device, Incident]


def stolen_not_locked(view: LossView) -> Verdicts:
    """An open theft or loss on a device whose Lost Mode is neither on nor asked for.

    Harm: whoever has the device can use it, and see what is on it.

    No finding: Lost Mode asked for, which ``lock-pending`` tells; a lock that the device refused, or that was ended, is
    not asked for. Unclear: a lock that was confirmed after the device was read.
    """
    for case, device, report in _open_cases(view):
        asked = _latest(case)
        if device.lost_mode or _cannot_be_locked(device) or _waits(asked):
            continue
        if _says_too_little(device) or case.commands is None or _confirmed_since(asked, view):
            yield Unclear(subject=case.subject)
        else:
            yield _wrong(case, report)


def lock_pending(view: LossView) -> Verdicts:
    """An open theft or loss on a device whose Lost Mode is asked for and not confirmed; critical after some hours.

    Harm: the device is not locked yet, most often because it is off or far from any network.
    """
    limit = view.conditions.now - timedelta(hours=view.conditions.thresholds.lock_pending_hours)
    for case, device, report in _open_cases(view):
        asked = _latest(case)
        if device.lost_mode or _cannot_be_locked(device):
            continue
        if case.commands is None or (_waits(asked) and _says_too_little(device)):
            yield Unclear(subject=case.subject)
        elif asked and _waits(asked):
            late = asked.sent_at is not None and asked.sent_at < limit
            sent = asked.sent_at.isoformat() if asked.sent_at else ""
            yield _wrong(case, report, severity=Severity.CRITICAL if late else None, asked_at=sent)


def lock_impossible(view: LossView) -> Verdicts:
    """An open theft or loss on a device that cannot be locked: unsupervised, unmanaged, or of a kind without Lost Mode.

    Harm: nothing can be done from afar; whoever looks after the case must know it.

    No finding: a device that is in Lost Mode all the same.
    """
    for case, device, report in _open_cases(view):
        if device.lost_mode:
            continue
        if _cannot_be_locked(device):
            yield _wrong(case, report, reason=_obstacle(device))
        elif None in {device.supervised, device.managed}:
            yield Unclear(subject=case.subject)


def stolen_device_seen(view: LossView) -> Verdicts:
    """An open theft or loss on a device that was in contact after the report, while Lost Mode is not confirmed.

    Harm: it is in use; had it been locked, it could be recovered.
    """
    for case, device, report in _open_cases(view):
        contact = device.last_seen
        if contact is None or (contact > report.reported_at and device.lost_mode is None):
            yield Unclear(subject=case.subject)
        elif contact > report.reported_at and not device.lost_mode:
            yield _wrong(case, report, seen_at=contact.isoformat())


def locked_device_seen(view: LossView) -> Verdicts:
    """An open theft or loss on a device that was in contact after it had confirmed Lost Mode.

    Told because it can be recovered now: it is on, and near a network.

    No finding: the contact that confirmed Lost Mode.
    """
    for case, device, report in _open_cases(view):
        contact, since = device.last_seen, device.lost_mode_since
        if device.lost_mode is False:
            continue
        if device.lost_mode is None or contact is None or since is None:
            yield Unclear(subject=case.subject)
        elif contact > since + CONFIRMING:
            yield _wrong(case, report, seen_at=contact.isoformat())


def stolen_device_gone(view: LossView) -> Verdicts:
    """An open theft or loss on a device whose record vanished from Jamf Pro.

    Harm: it can no longer be locked or seen; somebody may have removed it, or the record was cleared away too early.

    No finding: a record that did not come once; a serial number that never stood at Jamf Pro; a device that is there
    under another Jamf id.
    """
    for case in view.cases:
        report = missing_since(case.incidents)
        if case.device is None and report:
            yield _wrong(case, report)


def stolen_device_reenrolled(view: LossView) -> Verdicts:
    """An open theft or loss on a device that was enrolled after the report, under the same or a new Jamf id.

    Harm: it was erased, Lost Mode and all, and somebody has set it up anew, perhaps one of the schools.
    """
    for case, device, report in _open_cases(view):
        if device.last_enrolled is None:
            yield Unclear(subject=case.subject)
        elif device.last_enrolled > report.reported_at:
            yield _wrong(case, report, enrolled_at=device.last_enrolled.isoformat(), former=", ".join(case.former))


def locked_without_report(view: LossView) -> Verdicts:
    """A device in Lost Mode of which no theft or loss is open.

    Harm: either a report is missing, or somebody cannot work with the device.

    No finding: a device that was reported as found, which ``recovered-still-locked`` tells.
    """
    yield from _still_locked(view, lambda case: not _was_recovered(case))


def recovered_still_locked(view: LossView) -> Verdicts:
    """A device that was reported as found, and is still in Lost Mode.

    Harm: the device is back, and nobody can use it.
    """
    yield from _still_locked(view, _was_recovered)


def stolen_still_assigned(view: LossView) -> Verdicts:
    """An open theft or loss on a device that still names a person.

    Harm: the person seems to have a device and gets no other.

    Unclear: a device whose person may be at a school that is not read.
    """
    for case, _, report in _open_cases(view):
        assignment = case.assignment
        if assignment is None or assignment.state is AssignmentState.UNDECIDED:
            yield Unclear(subject=case.subject)
        elif assignment.person:
            yield _wrong(case, report, person=assignment.person.ref, person_school=assignment.person.school)


def repair_overdue(view: LossView) -> Verdicts:
    """A device that has been in repair for more school days than the threshold allows.

    Harm: it may be forgotten at the workshop while somebody waits for it.

    No finding: a damage that nobody has sent to repair; holidays and weekends.
    """
    conditions = view.conditions
    limit = conditions.calendar.school_days_back(conditions.now, conditions.thresholds.repair_school_days + 1)
    for case in view.cases:
        away = (one for one in case.incidents if one.is_away)
        report = min(away, key=lambda one: one.reported_at, default=None)
        if report and report.reported_at < limit:
            yield _wrong(case, report)


def _open_cases(view: LossView) -> Iterator[OpenCase]:
    """The cases of devices that are at Jamf Pro and of which a theft or loss is open; the earliest such report."""
    for case in view.cases:
        report = missing_since(case.incidents)
        if case.device and report:
            yield case, case.device, report


def _still_locked(view: LossView, applies: Callable[[LossCase], bool]) -> Verdicts:
    for case in view.cases:
        if case.device is None or missing_since(case.incidents) or not applies(case):
            continue
        if case.device.lost_mode is None:
            yield Unclear(subject=case.subject)
        elif case.device.lost_mode:
            yield _wrong(case, None)


def _was_recovered(case: LossCase) -> bool:
    """Whether the latest theft or loss ended with the device's return."""
    reports = [one for one in case.incidents if one.kind in MISSING_KINDS]
    latest = max(reports, key=lambda one: one.reported_at, default=None)
    return latest is not None and latest.handling is Handling.RECOVERED


def _says_too_little(device: Device) -> bool:
    """Whether the record leaves open that Lost Mode is on, or that it can be switched on."""
    return None in {device.lost_mode, device.supervised, device.managed}


def _cannot_be_locked(device: Device) -> bool:
    return device.kind in _WITHOUT_LOST_MODE or device.supervised is False or device.managed is False


def _obstacle(device: Device) -> str:
    if device.kind in _WITHOUT_LOST_MODE:
        return device.kind.value
    return "unmanaged" if device.managed is False else "unsupervised"


def _latest(case: LossCase) -> LockCommand | None:
    return case.commands[-1] if case.commands else None


def _waits(command: LockCommand | None) -> bool:
    """Whether a lock is asked for that the device has not confirmed."""
    return command is not None and command.kind == "enable" and command.state in _WAITS


def _confirmed_since(command: LockCommand | None, view: LossView) -> bool:
    """Whether a lock was confirmed after the device was read: its record cannot show it yet."""
    if command is None or command.kind != "enable" or command.state != "acknowledged":
        return False
    return command.completed_at is None or view.read_at is None or command.completed_at >= view.read_at


def _wrong(case: LossCase, report: Incident | None, *, severity: Severity | None = None, **more: str) -> Wrong:
    told = {"incident": str(report.number), "reported_at": report.reported_at.isoformat()} if report else {}
    known = {name: value for name, value in more.items() if value}
    details = {"serial": case.serial, "asset_tag": case.asset_tag, **told, **known}
    return Wrong(subject=case.subject, details=details, severity=severity)
