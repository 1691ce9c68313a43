"""Reports from outside Jamf Pro: which of them say that a device is missing, or away in repair."""

from datetime import UTC, datetime, timedelta

import pytest

from mdm_sync.core.incidents import Handling, Incident, IncidentKind, missing_since

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def report(
    kind: IncidentKind = IncidentKind.THEFT, handling: Handling = Handling.OPEN, *, number: int = 1, at: datetime = NOON
) -> Incident:
    return Incident(number=number, case_number=f"V-{number}", kind=kind, reported_at=at, handling=handling)


MISSING = {
    (IncidentKind.THEFT, Handling.OPEN),
    (IncidentKind.THEFT, Handling.LOCKED),
    (IncidentKind.LOSS, Handling.OPEN),
    (IncidentKind.LOSS, Handling.LOCKED),
}

AWAY = {
    (IncidentKind.THEFT, Handling.IN_REPAIR),
    (IncidentKind.LOSS, Handling.IN_REPAIR),
    (IncidentKind.DAMAGE, Handling.IN_REPAIR),
    (IncidentKind.REPAIR, Handling.IN_REPAIR),
    (IncidentKind.REPAIR, Handling.OPEN),
}

each_report = pytest.mark.parametrize(
    ("kind", "handling"),
    [pytest.param(kind, handling, id=f"{kind}, {handling}") for kind in IncidentKind for handling in Handling],
)


@each_report
def test_a_device_is_missing_while_a_theft_or_loss_of_it_is_open_or_said_to_be_locked(
    kind: IncidentKind, handling: Handling
) -> None:
    assert report(kind, handling).is_missing is ((kind, handling) in MISSING)


@each_report
def test_a_device_is_away_when_it_was_sent_to_repair_or_a_repair_is_open(
    kind: IncidentKind, handling: Handling
) -> None:
    assert report(kind, handling).is_away is ((kind, handling) in AWAY)


@pytest.mark.parametrize(
    ("serial", "asset_tag", "name"),
    [("DMPX1", "INV-1", "DMPX1"), ("DMPX1", "", "DMPX1"), ("", "INV-1", "INV-1"), ("", "", "")],
)
def test_a_report_names_its_device_by_the_serial_number_else_by_the_asset_tag(
    serial: str, asset_tag: str, name: str
) -> None:
    told = Incident(case_number="V-1", kind=IncidentKind.DAMAGE, reported_at=NOON, serial=serial, asset_tag=asset_tag)
    assert told.names == name


def test_a_report_of_which_no_more_is_said_is_open_and_not_stored_yet() -> None:
    told = Incident(case_number="V-1", kind=IncidentKind.LOSS, reported_at=NOON)
    assert (told.number, told.handling, told.happened) == (0, Handling.OPEN, None)
    assert (told.serial, told.asset_tag, told.school, told.recorded_by) == ("", "", "", "")


def test_a_device_is_missing_since_the_earliest_report_that_is_still_looked_after() -> None:
    settled = report(handling=Handling.CLOSED, number=1, at=NOON - 3 * HOUR)
    damage = report(IncidentKind.DAMAGE, number=2, at=NOON - 2 * HOUR)
    loss = report(IncidentKind.LOSS, number=3, at=NOON - HOUR)
    theft = report(number=4)
    assert missing_since([settled, damage, theft, loss]) == loss
    assert missing_since([settled, damage, loss, theft]) == loss


def test_nobody_misses_a_device_of_which_no_theft_or_loss_is_open() -> None:
    assert missing_since([report(handling=Handling.RECOVERED), report(IncidentKind.DAMAGE)]) is None
    assert missing_since([]) is None
