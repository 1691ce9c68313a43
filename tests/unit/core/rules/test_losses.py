"""Stolen, lost, locked, found again, in repair: one device, what was reported of it, what Jamf Pro says of it."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from mdm_sync.core.conditions import Calendar
from mdm_sync.core.incidents import Handling, Incident, IncidentKind
from mdm_sync.core.locks import LockCommand, LockKind, LockState
from mdm_sync.core.model import Assignment, AssignmentState, Device, DeviceKind, Severity
from mdm_sync.core.rules import LOSS_RULES, Judgement, judge
from mdm_sync.core.views import LossCase, LossView
from tests.unit.core.given import CONDITIONS, FINE, MAX, NORD, NOW, ipad, unclear

HOUR = timedelta(hours=1)
REPORTED = NOW - 30 * HOUR
READ = NOW - timedelta(minutes=10)
"""When Jamf Pro was read."""


def report(
    kind: IncidentKind = IncidentKind.THEFT, handling: Handling = Handling.OPEN, at: datetime = REPORTED
) -> Incident:
    return Incident(number=7, case_number="V-7", kind=kind, serial="DMPX1", reported_at=at, handling=handling)


THEFT, LOSS = report(), report(IncidentKind.LOSS)
DAMAGE = report(IncidentKind.DAMAGE)
LOCKED_THEFT = report(handling=Handling.LOCKED)
FOUND, CLOSED = report(handling=Handling.RECOVERED), report(handling=Handling.CLOSED)


def device(**fields: Any) -> Device:
    """A supervised, managed iPad, last in contact before the report, not locked."""
    before = REPORTED - 5 * HOUR
    sound = replace(ipad(), supervised=True, managed=True, lost_mode=False, last_contact=before, last_enrolled=before)
    return replace(sound, **fields)


def locked(since: datetime | None = REPORTED + HOUR, **fields: Any) -> Device:
    return device(lost_mode=True, lost_mode_since=since, **fields)


def command(
    kind: LockKind = "enable", state: LockState = "pending", sent: datetime | None = NOW - HOUR, **fields: Any
) -> LockCommand:
    asked = LockCommand(uuid="u-1", management_id="m-1", kind=kind, state=state, sent_at=sent)
    return replace(asked, **fields)


def judged(rule_id: str, about: Device | None, *incidents: Incident, **fields: Any) -> Judgement:
    """What one rule says; without more, no lock was ever asked for."""
    case = LossCase(subject="device:1", serial="DMPX1", device=about, incidents=incidents, commands=())
    view = LossView(school=NORD, cases=(replace(case, **fields),), conditions=CONDITIONS, read_at=READ)
    return judge(view, [rule for rule in LOSS_RULES if rule.id == rule_id])


def is_wrong(judgement: Judgement) -> bool:
    return [one.subject for one in judgement.findings] == ["device:1"] and not judgement.unclear


class TestStolenNotLocked:
    RULE = "stolen-not-locked"

    @pytest.mark.parametrize("told", [THEFT, LOSS, LOCKED_THEFT], ids=["theft", "loss", "said to be locked"])
    def test_is_found_where_nobody_asked_for_lost_mode(self, told: Incident) -> None:
        assert is_wrong(judged(self.RULE, device(), told))

    def test_names_the_incident_and_when_it_was_reported(self) -> None:
        (found,) = judged(self.RULE, device(), THEFT).findings
        assert found.details == {
            "serial": "DMPX1",
            "asset_tag": "",
            "incident": "7",
            "reported_at": REPORTED.isoformat(),
        }

    @pytest.mark.parametrize(
        "asked",
        [
            command(state="error"),
            command(state="acknowledged", completed_at=READ - HOUR),
            command(kind="disable"),
        ],
        ids=["refused", "confirmed and ended since", "ending it was asked for last"],
    )
    def test_is_found_where_no_lock_waits_any_more(self, asked: LockCommand) -> None:
        assert is_wrong(judged(self.RULE, device(), THEFT, commands=(asked,)))

    @pytest.mark.parametrize("told", [DAMAGE, FOUND, CLOSED], ids=["damaged", "found", "closed"])
    def test_is_not_found_where_no_theft_is_open(self, told: Incident) -> None:
        assert judged(self.RULE, device(), told) == FINE

    @pytest.mark.parametrize("state", ["pending", "not now"])
    def test_is_not_found_where_a_lock_waits(self, state: LockState) -> None:
        assert judged(self.RULE, device(), THEFT, commands=(command(state=state),)) == FINE

    def test_is_not_found_where_lost_mode_is_on(self) -> None:
        assert judged(self.RULE, locked(), THEFT) == FINE

    @pytest.mark.parametrize("obstacle", [{"supervised": False}, {"managed": False}, {"kind": DeviceKind.MAC}])
    def test_is_not_found_where_the_device_cannot_be_locked(self, obstacle: dict[str, Any]) -> None:
        assert judged(self.RULE, device(**obstacle), THEFT) == FINE

    @pytest.mark.parametrize("unread", [{"lost_mode": None}, {"supervised": None}, {"managed": None}])
    def test_is_unclear_where_the_record_does_not_say(self, unread: dict[str, Any]) -> None:
        assert judged(self.RULE, device(**unread), THEFT) == unclear(self.RULE)

    def test_is_unclear_while_the_commands_have_not_been_read(self) -> None:
        assert judged(self.RULE, device(), THEFT, commands=None) == unclear(self.RULE)

    def test_is_unclear_where_the_lock_was_confirmed_after_the_device_was_read(self) -> None:
        confirmed = command(state="acknowledged", completed_at=READ + timedelta(minutes=1))
        assert judged(self.RULE, device(), THEFT, commands=(confirmed,)) == unclear(self.RULE)


class TestLockPending:
    RULE = "lock-pending"

    @pytest.mark.parametrize(
        ("sent", "severity"),
        [
            (NOW - 23 * HOUR, Severity.WARNING),
            (NOW - 24 * HOUR, Severity.WARNING),
            (NOW - 25 * HOUR, Severity.CRITICAL),
            (None, Severity.WARNING),
        ],
    )
    def test_gets_critical_after_a_day(self, sent: datetime | None, severity: Severity) -> None:
        (found,) = judged(self.RULE, device(), THEFT, commands=(command(sent=sent),)).findings
        assert found.severity is severity

    def test_is_not_found_where_the_device_has_confirmed(self) -> None:
        assert judged(self.RULE, locked(), THEFT, commands=(command(),)) == FINE

    @pytest.mark.parametrize("asked", [command(kind="disable"), command(state="error")], ids=["unlock", "refused"])
    def test_is_not_found_where_no_lock_waits(self, asked: LockCommand) -> None:
        assert judged(self.RULE, device(), THEFT, commands=(asked,)) == FINE

    def test_is_unclear_where_the_record_does_not_say_whether_it_is_locked(self) -> None:
        assert judged(self.RULE, device(lost_mode=None), THEFT, commands=(command(),)) == unclear(self.RULE)

    def test_is_unclear_while_the_commands_have_not_been_read(self) -> None:
        assert judged(self.RULE, device(), THEFT, commands=None) == unclear(self.RULE)


class TestLockImpossible:
    RULE = "lock-impossible"

    @pytest.mark.parametrize(
        ("obstacle", "reason"),
        [
            ({"supervised": False}, "unsupervised"),
            ({"managed": False}, "unmanaged"),
            ({"kind": DeviceKind.MAC}, "mac"),
            ({"kind": DeviceKind.APPLE_TV}, "apple-tv"),
        ],
    )
    def test_is_found_where_lost_mode_does_not_reach(self, obstacle: dict[str, Any], reason: str) -> None:
        (found,) = judged(self.RULE, device(**obstacle), LOSS).findings
        assert (found.severity, found.details["reason"]) == (Severity.CRITICAL, reason)

    def test_is_not_found_of_a_device_that_is_locked_all_the_same(self) -> None:
        assert judged(self.RULE, locked(managed=False), THEFT) == FINE

    @pytest.mark.parametrize("told", [DAMAGE, FOUND], ids=["damaged", "found"])
    def test_is_not_found_where_no_theft_is_open(self, told: Incident) -> None:
        assert judged(self.RULE, device(supervised=False), told) == FINE

    def test_is_unclear_where_the_record_does_not_say(self) -> None:
        assert judged(self.RULE, device(supervised=None), THEFT) == unclear(self.RULE)


class TestSeen:
    @pytest.mark.parametrize("contact", ["last_contact", "last_inventory"])
    def test_a_contact_after_the_report_is_found(self, contact: str) -> None:
        assert is_wrong(judged("stolen-device-seen", device(**{contact: REPORTED + HOUR}), THEFT))

    def test_a_contact_at_the_very_moment_of_the_report_is_not(self) -> None:
        assert judged("stolen-device-seen", device(last_contact=REPORTED), THEFT) == FINE

    def test_of_several_open_reports_the_earliest_counts(self) -> None:
        later = report(at=REPORTED + 20 * HOUR)
        assert is_wrong(judged("stolen-device-seen", device(last_contact=REPORTED + HOUR), later, THEFT))

    def test_a_locked_device_is_not_in_use(self) -> None:
        assert judged("stolen-device-seen", locked(last_contact=NOW), THEFT) == FINE

    @pytest.mark.parametrize("unread", [{"last_contact": None}, {"last_contact": NOW, "lost_mode": None}])
    def test_what_was_not_read_is_unclear(self, unread: dict[str, Any]) -> None:
        assert judged("stolen-device-seen", device(**unread), THEFT) == unclear("stolen-device-seen")

    def test_a_locked_device_in_contact_can_be_recovered(self) -> None:
        assert is_wrong(judged("locked-device-seen", locked(last_contact=REPORTED + 9 * HOUR), THEFT))

    def test_the_contact_that_confirmed_the_lock_is_none(self) -> None:
        confirmed = REPORTED + HOUR + timedelta(minutes=4)
        assert judged("locked-device-seen", locked(last_contact=confirmed), THEFT) == FINE

    @pytest.mark.parametrize("about", [device(last_contact=NOW), device()], ids=["in contact", "silent"])
    def test_a_device_without_lock_is_no_locked_one(self, about: Device) -> None:
        assert judged("locked-device-seen", about, THEFT) == FINE

    def test_a_lock_of_unknown_time_is_unclear(self) -> None:
        assert judged("locked-device-seen", locked(since=None), THEFT) == unclear("locked-device-seen")


class TestGoneAndBack:
    def test_a_record_that_vanished_keeps_its_incident(self) -> None:
        assert is_wrong(judged("stolen-device-gone", None, THEFT))

    def test_a_record_that_is_there_has_not_vanished(self) -> None:
        assert judged("stolen-device-gone", device(), THEFT) == FINE

    @pytest.mark.parametrize("told", [FOUND, CLOSED, DAMAGE], ids=["found", "closed", "damaged"])
    def test_nobody_misses_a_device_whose_case_is_settled(self, told: Incident) -> None:
        assert judged("stolen-device-gone", None, told) == FINE

    @pytest.mark.parametrize("rule", [one.id for one in LOSS_RULES if one.id != "stolen-device-gone"])
    def test_no_other_rule_speaks_of_a_device_that_vanished(self, rule: str) -> None:
        assert judged(rule, None, THEFT) == FINE

    def test_an_enrolment_after_the_report_is_found_with_the_ids_that_it_had(self) -> None:
        enrolled = REPORTED + HOUR
        (found,) = judged(
            "stolen-device-reenrolled", device(last_enrolled=enrolled), THEFT, former=("device:9",)
        ).findings
        assert (found.details["enrolled_at"], found.details["former"]) == (enrolled.isoformat(), "device:9")

    def test_an_enrolment_before_the_report_is_not(self) -> None:
        assert judged("stolen-device-reenrolled", device(last_enrolled=REPORTED - HOUR), THEFT) == FINE

    def test_a_device_that_was_found_may_be_enrolled_again(self) -> None:
        assert judged("stolen-device-reenrolled", device(last_enrolled=NOW), FOUND) == FINE

    def test_an_unknown_enrolment_is_unclear(self) -> None:
        about = device(last_enrolled=None)
        assert judged("stolen-device-reenrolled", about, THEFT) == unclear("stolen-device-reenrolled")


class TestStillLocked:
    @pytest.mark.parametrize("told", [(), (DAMAGE,), (CLOSED,)], ids=["nothing", "a damage", "a closed theft"])
    def test_a_lock_without_open_report_is_found(self, told: tuple[Incident, ...]) -> None:
        assert is_wrong(judged("locked-without-report", locked(), *told))
        assert judged("recovered-still-locked", locked(), *told) == FINE

    def test_a_lock_of_a_recovered_device_is_told_by_the_other_rule(self) -> None:
        assert is_wrong(judged("recovered-still-locked", locked(), FOUND))
        assert judged("locked-without-report", locked(), FOUND) == FINE

    def test_the_latest_report_decides(self) -> None:
        earlier = report(handling=Handling.RECOVERED, at=REPORTED - 900 * HOUR)
        assert judged("recovered-still-locked", locked(), earlier, CLOSED) == FINE

    @pytest.mark.parametrize("rule", ["locked-without-report", "recovered-still-locked"])
    def test_an_open_theft_explains_the_lock(self, rule: str) -> None:
        assert judged(rule, locked(), FOUND, LOCKED_THEFT) == FINE

    def test_whether_it_is_still_locked_is_unclear_where_the_record_does_not_say(self) -> None:
        assert judged("locked-without-report", device(lost_mode=None)) == unclear("locked-without-report")


class TestStillAssigned:
    RULE = "stolen-still-assigned"

    def test_a_person_is_found_by_reference(self) -> None:
        matched = Assignment(state=AssignmentState.MATCHED, person=MAX)
        (found,) = judged(self.RULE, device(), THEFT, assignment=matched).findings
        assert (found.severity, found.details["person"]) == (Severity.INFO, MAX.ref)
        assert judged(self.RULE, device(), FOUND, assignment=matched) == FINE

    @pytest.mark.parametrize("state", [AssignmentState.NONE, AssignmentState.UNMATCHED, AssignmentState.AMBIGUOUS])
    def test_nobody_is_not(self, state: AssignmentState) -> None:
        assert judged(self.RULE, device(), THEFT, assignment=Assignment(state=state)) == FINE

    @pytest.mark.parametrize("assignment", [None, Assignment(state=AssignmentState.UNDECIDED)])
    def test_who_could_be_at_an_unread_school_is_unclear(self, assignment: Assignment | None) -> None:
        assert judged(self.RULE, device(), THEFT, assignment=assignment) == unclear(self.RULE)


class TestRepairOverdue:
    RULE = "repair-overdue"
    LATE = NOW - timedelta(days=7 * 6 + 1)
    """30 school days are six weeks; the day of the report is the first."""

    @pytest.mark.parametrize(
        ("kind", "handling"),
        [(IncidentKind.DAMAGE, Handling.IN_REPAIR), (IncidentKind.REPAIR, Handling.OPEN)],
    )
    def test_more_school_days_than_allowed_are_found(self, kind: IncidentKind, handling: Handling) -> None:
        assert is_wrong(judged(self.RULE, device(), report(kind, handling, self.LATE - timedelta(days=3))))
        assert judged(self.RULE, device(), report(kind, handling, self.LATE + timedelta(days=1))) == FINE

    def test_holidays_do_not_count(self) -> None:
        told = report(IncidentKind.REPAIR, Handling.IN_REPAIR, self.LATE - timedelta(days=3))
        weeks = ((NOW - timedelta(days=20)).date(), (NOW - timedelta(days=10)).date())
        conditions = replace(CONDITIONS, calendar=Calendar(holidays=(weeks,)))
        case = LossCase(subject="device:1", serial="DMPX1", device=device(), incidents=(told,))
        view = LossView(school=NORD, cases=(case,), conditions=conditions)
        assert judge(view, [rule for rule in LOSS_RULES if rule.id == self.RULE]) == FINE

    @pytest.mark.parametrize("handling", [Handling.OPEN, Handling.CLOSED, Handling.REPLACED])
    def test_a_damage_that_nobody_sent_to_repair_is_not(self, handling: Handling) -> None:
        assert judged(self.RULE, device(), report(IncidentKind.DAMAGE, handling, self.LATE)) == FINE
