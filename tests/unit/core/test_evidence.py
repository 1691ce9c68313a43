from datetime import timedelta

import pytest

from mdm_sync.core.evidence import Event, EventKind, Origin, chronology, contact_after_report
from mdm_sync.core.incidents import IncidentKind
from tests.replacing import replace
from tests.unit.cli.losses import COMMAND, DEVICE, ORDER, REPORTED, THEFT, evidence


def kinds(events: tuple[Event, ...]) -> list[EventKind]:
    return [event.kind for event in events]


class TestTheCourseOfEvents:
    def test_the_earliest_comes_first(self) -> None:
        assert kinds(chronology(evidence())) == [
            EventKind.ENROLLED,
            EventKind.LAST_INVENTORY,
            EventKind.REPORTED,
            EventKind.LOCK_ORDERED,
            EventKind.LOCK_SENT,
            EventKind.LOCK_CONFIRMED,
            EventKind.LAST_CONTACT,
        ]

    def test_each_event_has_its_moment_its_source_and_what_tells_it(self) -> None:
        told = {event.kind: (event.at, event.origin, event.about) for event in chronology(evidence())}
        assert told == {
            EventKind.ENROLLED: (DEVICE.last_enrolled, Origin.JAMF, None),
            EventKind.LAST_INVENTORY: (DEVICE.last_inventory, Origin.JAMF, None),
            EventKind.REPORTED: (REPORTED, Origin.REPORT, THEFT),
            EventKind.LOCK_ORDERED: (ORDER.asked_at, Origin.ORDERS, ORDER),
            EventKind.LOCK_SENT: (COMMAND.sent_at, Origin.JAMF, COMMAND),
            EventKind.LOCK_CONFIRMED: (COMMAND.completed_at, Origin.JAMF, COMMAND),
            EventKind.LAST_CONTACT: (DEVICE.last_contact, Origin.JAMF, None),
        }

    def test_a_command_of_which_no_moment_is_told_is_left_out(self) -> None:
        timeless = replace(COMMAND, sent_at=None, completed_at=None)
        assert {EventKind.LOCK_SENT, EventKind.LOCK_CONFIRMED}.isdisjoint(
            kinds(chronology(replace(evidence(), commands=(timeless,))))
        )

    def test_a_command_that_waits_was_not_answered_whatever_moment_is_told(self) -> None:
        odd = replace(COMMAND, state="not now")
        assert EventKind.LOCK_CONFIRMED not in kinds(chronology(replace(evidence(), commands=(odd,))))

    def test_an_end_that_the_device_refused_is_told_so(self) -> None:
        refused = replace(COMMAND, kind="disable", state="error")
        assert EventKind.UNLOCK_REFUSED in kinds(chronology(replace(evidence(), commands=(refused,))))

    def test_lost_mode_of_the_record_is_told_where_no_command_tells_it(self) -> None:
        without = replace(evidence(), commands=(), orders=())
        (told,) = (one for one in chronology(without) if one.kind is EventKind.LOST_MODE_ON)
        assert (told.at, told.origin) == (DEVICE.lost_mode_since, Origin.JAMF)
        assert EventKind.LOST_MODE_ON not in kinds(chronology(evidence()))

    def test_a_command_that_tells_more_exactly_when_it_was_confirmed_is_the_same_moment(self) -> None:
        exact = replace(COMMAND, completed_at=REPORTED + timedelta(hours=3, microseconds=250_000))
        assert EventKind.LOST_MODE_ON not in kinds(chronology(replace(evidence(), commands=(exact,))))
        record = replace(DEVICE, lost_mode_since=REPORTED + timedelta(hours=3, microseconds=900_000))
        assert EventKind.LOST_MODE_ON not in kinds(chronology(replace(evidence(device=record), commands=(exact,))))

    @pytest.mark.parametrize("other", [{"kind": "disable"}, {"state": "error"}])
    def test_another_command_of_that_moment_does_not_tell_it(self, other: dict[str, str]) -> None:
        told = replace(evidence(), commands=(replace(COMMAND, **other),))
        assert EventKind.LOST_MODE_ON in kinds(chronology(told))

    def test_lost_mode_that_is_off_by_now_is_not_told_as_on(self) -> None:
        off = evidence(device=replace(DEVICE, lost_mode=False))
        assert EventKind.LOST_MODE_ON not in kinds(chronology(replace(off, commands=())))

    def test_a_command_that_waits_has_no_answer(self) -> None:
        waiting = replace(evidence(), commands=(replace(COMMAND, state="pending", completed_at=None),))
        assert EventKind.LOCK_CONFIRMED not in kinds(chronology(waiting))

    def test_a_command_that_the_device_refused_is_told_so(self) -> None:
        refused = replace(evidence(), commands=(replace(COMMAND, state="error"),))
        assert EventKind.LOCK_REFUSED in kinds(chronology(refused))

    def test_the_end_of_a_lock_is_told(self) -> None:
        end = replace(COMMAND, kind="disable", uuid="another")
        ended = replace(evidence(), commands=(end,), orders=(replace(ORDER, kind="disable"),))
        told = set(kinds(chronology(ended)))
        assert {EventKind.UNLOCK_ORDERED, EventKind.UNLOCK_SENT, EventKind.UNLOCK_CONFIRMED} <= told

    def test_of_a_device_that_vanished_the_rest_stays(self) -> None:
        gone = chronology(evidence(device=None))
        assert EventKind.REPORTED in kinds(gone)
        assert EventKind.LAST_CONTACT not in kinds(gone)


class TestContactSinceTheReport:
    def test_is_told(self) -> None:
        assert contact_after_report(evidence()) is True

    def test_contact_until_the_report_is_none(self) -> None:
        silent = replace(DEVICE, last_contact=REPORTED)
        assert contact_after_report(evidence(device=silent)) is False

    def test_the_first_report_counts(self) -> None:
        again = replace(THEFT, reported_at=REPORTED + timedelta(days=9))
        assert contact_after_report(evidence(incidents=(again, THEFT))) is True

    def test_a_loss_counts_as_a_theft_does(self) -> None:
        assert contact_after_report(evidence(incidents=(replace(THEFT, kind=IncidentKind.LOSS),))) is True

    @pytest.mark.parametrize("kind", [IncidentKind.DAMAGE, IncidentKind.REPAIR])
    def test_a_damage_is_no_loss(self, kind: IncidentKind) -> None:
        assert contact_after_report(evidence(incidents=(replace(THEFT, kind=kind),))) is None

    def test_of_a_vanished_device_it_cannot_be_told(self) -> None:
        assert contact_after_report(evidence(device=None)) is None
        assert contact_after_report(evidence(device=replace(DEVICE, last_contact=None, last_inventory=None))) is None

    def test_an_inventory_is_a_contact(self) -> None:
        told = replace(DEVICE, last_contact=None, last_inventory=REPORTED + timedelta(seconds=1))
        assert contact_after_report(evidence(device=told)) is True
