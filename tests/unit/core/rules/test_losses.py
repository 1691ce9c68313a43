"""Stolen, lost, locked, found again, in repair: one device, what was reported of it, what Jamf Pro says of it."""

from datetime import UTC, date, datetime, timedelta
from typing import Any, TypedDict, Unpack

import pytest

from mdm_sync.core.conditions import Calendar, Conditions
from mdm_sync.core.incidents import Handling, Incident, IncidentKind
from mdm_sync.core.locks import LockCommand, LockKind, LockState
from mdm_sync.core.model import Assignment, AssignmentState, Device, DeviceKind, Severity
from mdm_sync.core.rules import LOSS_RULES, Judgement, judge
from mdm_sync.core.views import LossCase, LossView
from tests.replacing import replace
from tests.unit.core.given import CONDITIONS, EMIL_SUED, FINE, MAX, NORD, NOW, ipad, unclear

HOUR, MINUTE, SECOND = timedelta(hours=1), timedelta(minutes=1), timedelta(seconds=1)
REPORTED = NOW - 30 * HOUR
READ = NOW - 10 * MINUTE
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


def case(about: Device | None, *incidents: Incident, **fields: Any) -> LossCase:
    """One device; without more, no lock was ever asked for."""
    known = LossCase(subject="device:1", serial="DMPX1", device=about, incidents=incidents, commands=())
    return replace(known, **fields)


class ViewFields(TypedDict, total=False):
    """What may be said beside the cases."""

    conditions: Conditions
    read_at: datetime | None


def all_judged(rule_id: str, *cases: LossCase, **fields: Unpack[ViewFields]) -> Judgement:
    """What one rule says of these cases."""
    view = LossView(school=NORD, cases=cases, conditions=CONDITIONS, read_at=READ)
    return judge(replace(view, **fields), [rule for rule in LOSS_RULES if rule.id == rule_id])


def judged(rule_id: str, about: Device | None, *incidents: Incident, **fields: Any) -> Judgement:
    """What one rule says of one device."""
    return all_judged(rule_id, case(about, *incidents, **fields))


def is_wrong(judgement: Judgement) -> bool:
    return [one.subject for one in judgement.findings] == ["device:1"] and not judgement.unclear


HELD_BY_MAX = Assignment(state=AssignmentState.MATCHED, person=MAX)
IN_USE = device(last_contact=REPORTED + HOUR)
LOCKED_AND_SEEN = locked(last_contact=REPORTED + 9 * HOUR)
SET_UP_ANEW = device(last_enrolled=REPORTED + HOUR)
FORGOTTEN = report(IncidentKind.REPAIR, at=NOW - timedelta(days=60))

FOUND_OF = {
    "stolen-not-locked": case(device(), THEFT),
    "lock-pending": case(device(), THEFT, commands=(command(),)),
    "lock-impossible": case(device(managed=False), THEFT),
    "stolen-device-seen": case(IN_USE, THEFT),
    "locked-device-seen": case(LOCKED_AND_SEEN, THEFT),
    "stolen-device-gone": case(None, THEFT),
    "stolen-device-reenrolled": case(SET_UP_ANEW, THEFT, former=("device:8", "device:9")),
    "locked-without-report": case(locked()),
    "recovered-still-locked": case(locked(), FOUND),
    "stolen-still-assigned": case(device(), THEFT, assignment=HELD_BY_MAX),
    "repair-overdue": case(device(), FORGOTTEN),
}
"""A device that the rule finds."""

STOLEN_30_HOURS_AGO = {"incident": "7", "reported_at": "2026-11-22T04:30:00+00:00"}

TOLD = {
    "stolen-not-locked": STOLEN_30_HOURS_AGO,
    "lock-pending": {**STOLEN_30_HOURS_AGO, "asked_at": "2026-11-23T09:30:00+00:00"},
    "lock-impossible": {**STOLEN_30_HOURS_AGO, "reason": "unmanaged"},
    "stolen-device-seen": {**STOLEN_30_HOURS_AGO, "seen_at": "2026-11-22T05:30:00+00:00"},
    "locked-device-seen": {**STOLEN_30_HOURS_AGO, "seen_at": "2026-11-22T13:30:00+00:00"},
    "stolen-device-gone": STOLEN_30_HOURS_AGO,
    "stolen-device-reenrolled": {
        **STOLEN_30_HOURS_AGO,
        "enrolled_at": "2026-11-22T05:30:00+00:00",
        "former": "device:8, device:9",
    },
    "locked-without-report": {},
    "recovered-still-locked": {},
    "stolen-still-assigned": {
        **STOLEN_30_HOURS_AGO,
        "person": "P-max.mueller-100001",
        "person_school": "100001",
    },
    "repair-overdue": {"incident": "7", "reported_at": "2026-09-24T10:30:00+00:00"},
}
"""What the finding says of it, beside serial number and asset tag."""

NOT_FOUND_OF = {
    "stolen-not-locked": case(locked(), THEFT),
    "lock-pending": case(locked(), THEFT, commands=(command(),)),
    "lock-impossible": case(locked(managed=False), THEFT),
    "stolen-device-seen": case(device(), THEFT),
    "locked-device-seen": case(device(), THEFT),
    "stolen-device-gone": case(device(), THEFT),
    "stolen-device-reenrolled": case(device(), THEFT),
    "locked-without-report": case(locked(), THEFT),
    "recovered-still-locked": case(locked(), THEFT),
    "stolen-still-assigned": case(device(), THEFT, assignment=Assignment(state=AssignmentState.NONE)),
    "repair-overdue": case(device(), DAMAGE),
}
"""A device of which the rule says nothing."""

UNCLEAR_OF = {
    "stolen-not-locked": case(device(lost_mode=None), THEFT),
    "lock-pending": case(device(), THEFT, commands=None),
    "lock-impossible": case(device(managed=None), THEFT),
    "stolen-device-seen": case(device(last_contact=None), THEFT),
    "locked-device-seen": case(locked(since=None), THEFT),
    "stolen-device-reenrolled": case(device(last_enrolled=None), THEFT),
    "locked-without-report": case(device(lost_mode=None)),
    "recovered-still-locked": case(device(lost_mode=None), FOUND),
    "stolen-still-assigned": case(device(), THEFT),
}
"""A device that the rule leaves open; of a record that is gone, and of repairs, nothing is."""


class TestEachRule:
    @pytest.mark.parametrize("rule", TOLD)
    def test_tells_the_device_the_report_and_what_it_found(self, rule: str) -> None:
        (found,) = all_judged(rule, replace(FOUND_OF[rule], asset_tag="INV-1")).findings
        assert (found.subject, found.school) == ("device:1", NORD.number)
        assert found.details == {"serial": "DMPX1", "asset_tag": "INV-1", **TOLD[rule]}

    @pytest.mark.parametrize("rule", NOT_FOUND_OF)
    def test_finds_devices_behind_one_that_is_in_order(self, rule: str) -> None:
        assert all_judged(rule, NOT_FOUND_OF[rule]) == FINE
        assert is_wrong(all_judged(rule, replace(NOT_FOUND_OF[rule], subject="device:2"), FOUND_OF[rule]))

    @pytest.mark.parametrize("rule", UNCLEAR_OF)
    def test_finds_devices_behind_one_that_is_unclear(self, rule: str) -> None:
        judgement = all_judged(rule, replace(UNCLEAR_OF[rule], subject="device:2"), FOUND_OF[rule])
        assert [one.subject for one in judgement.findings] == ["device:1"]
        assert judgement.unclear == {(rule, "device:2")}


class TestStolenNotLocked:
    RULE = "stolen-not-locked"

    @pytest.mark.parametrize("told", [THEFT, LOSS, LOCKED_THEFT], ids=["theft", "loss", "said to be locked"])
    def test_is_found_where_nobody_asked_for_lost_mode(self, told: Incident) -> None:
        assert is_wrong(judged(self.RULE, device(), told))

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

    @pytest.mark.parametrize("completed", [READ, READ + SECOND, None], ids=["then", "later", "at an unknown time"])
    def test_is_unclear_where_the_lock_may_be_confirmed_since_the_device_was_read(
        self, completed: datetime | None
    ) -> None:
        confirmed = command(state="acknowledged", completed_at=completed)
        assert judged(self.RULE, device(), THEFT, commands=(confirmed,)) == unclear(self.RULE)

    def test_is_found_where_the_record_is_newer_than_the_confirmation_of_the_lock(self) -> None:
        confirmed = command(state="acknowledged", completed_at=READ - SECOND)
        assert is_wrong(judged(self.RULE, device(), THEFT, commands=(confirmed,)))

    def test_is_unclear_where_a_lock_was_confirmed_and_nobody_told_when_the_device_was_read(self) -> None:
        about = case(device(), THEFT, commands=(command(state="acknowledged", completed_at=REPORTED),))
        assert all_judged(self.RULE, about, read_at=None) == unclear(self.RULE)


class TestLockPending:
    RULE = "lock-pending"

    @pytest.mark.parametrize(
        ("sent", "severity"),
        [
            (NOW - 23 * HOUR, Severity.WARNING),
            (NOW - 24 * HOUR, Severity.WARNING),
            (NOW - 24 * HOUR - SECOND, Severity.CRITICAL),
            (None, Severity.WARNING),
        ],
    )
    def test_gets_critical_after_a_day(self, sent: datetime | None, severity: Severity) -> None:
        (found,) = judged(self.RULE, device(), THEFT, commands=(command(sent=sent),)).findings
        assert found.severity is severity

    def test_tells_no_time_where_none_is_known(self) -> None:
        (found,) = judged(self.RULE, device(), THEFT, commands=(command(sent=None),)).findings
        assert found.details == {"serial": "DMPX1", "asset_tag": "", **STOLEN_30_HOURS_AGO}

    def test_the_last_command_counts(self) -> None:
        lock, end = command(), command(kind="disable")
        assert is_wrong(judged(self.RULE, device(), THEFT, commands=(end, lock)))
        assert judged(self.RULE, device(), THEFT, commands=(lock, end)) == FINE

    def test_is_not_found_where_the_device_has_confirmed(self) -> None:
        assert judged(self.RULE, locked(), THEFT, commands=(command(),)) == FINE

    @pytest.mark.parametrize("asked", [command(kind="disable"), command(state="error")], ids=["unlock", "refused"])
    def test_is_not_found_where_no_lock_waits(self, asked: LockCommand) -> None:
        assert judged(self.RULE, device(), THEFT, commands=(asked,)) == FINE

    @pytest.mark.parametrize("unread", [{"lost_mode": None}, {"supervised": None}, {"managed": None}])
    def test_is_unclear_where_a_lock_waits_and_the_record_does_not_say(self, unread: dict[str, Any]) -> None:
        assert judged(self.RULE, device(**unread), THEFT, commands=(command(),)) == unclear(self.RULE)
        assert judged(self.RULE, device(**unread), THEFT) == FINE

    @pytest.mark.parametrize("obstacle", [{"supervised": False}, {"managed": False}, {"kind": DeviceKind.MAC}])
    def test_is_not_found_where_the_device_cannot_be_locked(self, obstacle: dict[str, Any]) -> None:
        assert judged(self.RULE, device(**obstacle), THEFT, commands=(command(),)) == FINE

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

    def test_is_not_found_of_a_device_that_can_be_locked(self) -> None:
        assert judged(self.RULE, device(), THEFT) == FINE
        assert judged(self.RULE, device(lost_mode=None), THEFT) == FINE

    @pytest.mark.parametrize("unread", [{"supervised": None}, {"managed": None}])
    def test_is_unclear_where_the_record_does_not_say(self, unread: dict[str, Any]) -> None:
        assert judged(self.RULE, device(**unread), THEFT) == unclear(self.RULE)

    def test_one_obstacle_is_enough_whatever_else_the_record_does_not_say(self) -> None:
        assert is_wrong(judged(self.RULE, device(supervised=None, managed=False), THEFT))


class TestSeen:
    @pytest.mark.parametrize("contact", ["last_contact", "last_inventory"])
    def test_a_contact_after_the_report_is_found(self, contact: str) -> None:
        assert is_wrong(judged("stolen-device-seen", device(**{contact: REPORTED + HOUR}), THEFT))

    @pytest.mark.parametrize("lost_mode", [False, None], ids=["not locked", "perhaps locked"])
    def test_a_contact_at_the_very_moment_of_the_report_is_not(self, *, lost_mode: bool | None) -> None:
        assert judged("stolen-device-seen", device(last_contact=REPORTED, lost_mode=lost_mode), THEFT) == FINE

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

    def test_the_contact_that_confirmed_the_lock_is_none_for_five_minutes(self) -> None:
        since = REPORTED + HOUR
        assert judged("locked-device-seen", locked(since, last_contact=since + 5 * MINUTE), THEFT) == FINE
        assert is_wrong(judged("locked-device-seen", locked(since, last_contact=since + 5 * MINUTE + SECOND), THEFT))

    @pytest.mark.parametrize("about", [device(last_contact=NOW), device()], ids=["in contact", "silent"])
    def test_a_device_without_lock_is_no_locked_one(self, about: Device) -> None:
        assert judged("locked-device-seen", about, THEFT) == FINE

    @pytest.mark.parametrize(
        "about",
        [
            locked(since=None),
            locked(last_contact=None),
            replace(LOCKED_AND_SEEN, lost_mode=None),
        ],
        ids=["a lock of unknown time", "no contact known", "perhaps no lock"],
    )
    def test_whether_a_locked_device_was_seen_is_unclear_where_the_record_does_not_say(self, about: Device) -> None:
        assert judged("locked-device-seen", about, THEFT) == unclear("locked-device-seen")


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

    def test_an_enrolment_after_the_report_is_found_under_the_same_id_too(self) -> None:
        assert is_wrong(judged("stolen-device-reenrolled", device(last_enrolled=REPORTED + SECOND), THEFT))

    @pytest.mark.parametrize("enrolled", [REPORTED - HOUR, REPORTED], ids=["before", "at the very moment"])
    def test_an_enrolment_no_later_than_the_report_is_not(self, enrolled: datetime) -> None:
        assert judged("stolen-device-reenrolled", device(last_enrolled=enrolled), THEFT) == FINE

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
        (found,) = judged(self.RULE, device(), THEFT, assignment=HELD_BY_MAX).findings
        assert (found.severity, found.details["person"]) == (Severity.INFO, MAX.ref)
        assert judged(self.RULE, device(), FOUND, assignment=HELD_BY_MAX) == FINE

    def test_a_person_of_another_school_is_found_with_that_school(self) -> None:
        elsewhere = Assignment(state=AssignmentState.MATCHED, person=EMIL_SUED)
        (found,) = judged(self.RULE, device(), THEFT, assignment=elsewhere).findings
        assert (found.school, found.details["person_school"]) == (NORD.number, "100002")

    @pytest.mark.parametrize("state", [AssignmentState.NONE, AssignmentState.UNMATCHED, AssignmentState.AMBIGUOUS])
    def test_nobody_is_not(self, state: AssignmentState) -> None:
        assert judged(self.RULE, device(), THEFT, assignment=Assignment(state=state)) == FINE

    @pytest.mark.parametrize("assignment", [None, Assignment(state=AssignmentState.UNDECIDED)])
    def test_who_could_be_at_an_unread_school_is_unclear(self, assignment: Assignment | None) -> None:
        assert judged(self.RULE, device(), THEFT, assignment=assignment) == unclear(self.RULE)


class TestRepairOverdue:
    RULE = "repair-overdue"
    FIRST = datetime(2026, 10, 12, tzinfo=UTC)
    """A Monday; the Monday six weeks later is the 30th school day after it."""

    @pytest.mark.parametrize(
        ("kind", "handling"),
        [(IncidentKind.DAMAGE, Handling.IN_REPAIR), (IncidentKind.REPAIR, Handling.OPEN)],
    )
    def test_more_than_thirty_school_days_are_found(self, kind: IncidentKind, handling: Handling) -> None:
        assert judged(self.RULE, device(), report(kind, handling, self.FIRST)) == FINE
        assert is_wrong(judged(self.RULE, device(), report(kind, handling, self.FIRST - SECOND)))

    def test_of_several_repairs_the_longest_counts(self) -> None:
        recent = report(IncidentKind.REPAIR, at=NOW - HOUR)
        long_ago = replace(report(IncidentKind.DAMAGE, Handling.IN_REPAIR, self.FIRST - HOUR), number=8)
        for told in ((recent, long_ago), (long_ago, recent)):
            (found,) = judged(self.RULE, device(), *told).findings
            assert found.details["incident"] == "8"

    def test_of_a_device_that_vanished_from_jamf_pro_it_is_found_too(self) -> None:
        assert is_wrong(judged(self.RULE, None, FORGOTTEN))

    def test_holidays_do_not_count(self) -> None:
        holidays = ((date(2026, 10, 19), date(2026, 10, 23)),)
        conditions = replace(CONDITIONS, calendar=Calendar(holidays=holidays))
        week_earlier = datetime(2026, 10, 5, tzinfo=UTC)
        in_time, late = (
            case(device(), report(IncidentKind.REPAIR, at=at)) for at in (week_earlier, week_earlier - SECOND)
        )
        assert all_judged(self.RULE, in_time, conditions=conditions) == FINE
        assert is_wrong(all_judged(self.RULE, late, conditions=conditions))

    @pytest.mark.parametrize("handling", [Handling.OPEN, Handling.CLOSED, Handling.REPLACED])
    def test_a_damage_that_nobody_sent_to_repair_is_not(self, handling: Handling) -> None:
        assert judged(self.RULE, device(), replace(FORGOTTEN, kind=IncidentKind.DAMAGE, handling=handling)) == FINE

    @pytest.mark.parametrize("handling", [Handling.CLOSED, Handling.WRITTEN_OFF])
    def test_a_repair_that_is_over_is_not(self, handling: Handling) -> None:
        assert judged(self.RULE, device(), replace(FORGOTTEN, handling=handling)) == FINE
