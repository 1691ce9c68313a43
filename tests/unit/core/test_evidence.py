from dataclasses import replace
from datetime import timedelta

import pytest

from mdm_sync.core.evidence import Event, EventKind, Origin, chronology, contact_after_report
from mdm_sync.core.incidents import IncidentKind
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

    def test_each_event_has_its_source(self) -> None:
        sources = {event.kind: event.origin for event in chronology(evidence())}
        assert sources[EventKind.REPORTED] is Origin.REPORT
        assert sources[EventKind.LOCK_ORDERED] is Origin.ORDERS
        assert sources[EventKind.LOCK_SENT] is Origin.JAMF
        assert sources[EventKind.LAST_CONTACT] is Origin.JAMF

    def test_lost_mode_of_the_record_is_told_where_no_command_tells_it(self) -> None:
        without = replace(evidence(), commands=(), orders=())
        assert EventKind.LOST_MODE_ON in kinds(chronology(without))
        assert EventKind.LOST_MODE_ON not in kinds(chronology(evidence()))

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

    def test_earlier_contact_is_none(self) -> None:
        silent = replace(DEVICE, last_contact=REPORTED - timedelta(seconds=1))
        assert contact_after_report(evidence(device=silent)) is False

    def test_the_first_report_counts(self) -> None:
        again = replace(THEFT, reported_at=REPORTED + timedelta(days=9))
        assert contact_after_report(evidence(incidents=(again, THEFT))) is True

    @pytest.mark.parametrize("kind", [IncidentKind.DAMAGE, IncidentKind.REPAIR])
    def test_a_damage_is_no_loss(self, kind: IncidentKind) -> None:
        assert contact_after_report(evidence(incidents=(replace(THEFT, kind=kind),))) is None

    def test_of_a_vanished_device_it_cannot_be_told(self) -> None:
        assert contact_after_report(evidence(device=None)) is None
        assert contact_after_report(evidence(device=replace(DEVICE, last_contact=None, last_inventory=None))) is None

    def test_an_inventory_is_a_contact(self) -> None:
        told = replace(DEVICE, last_contact=None, last_inventory=REPORTED + timedelta(seconds=1))
        assert contact_after_report(evidence(device=told)) is True
