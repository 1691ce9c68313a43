from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from mdm_sync.core.conditions import Calendar, Conditions, Repair, Thresholds
from mdm_sync.core.model import Device, DeviceKind
from tests.replacing import replace
from tests.unit.core.given import CONDITIONS, FINE, NOW, ipad, judged, unclear, user, wrong

RULE = "device-silent"
AUTUMN = (date(2026, 10, 17), date(2026, 10, 31))
FEW = replace(CONDITIONS, thresholds=Thresholds(silent_school_days=3))
REPAIR = replace(FEW, repair=Repair(attribute="Status", values=("Reparatur", "Werkstatt")))


def seen(last: datetime | None, device: Device | None = None) -> Device:
    return replace(device or ipad(), last_inventory=last)


def on(month: int, day: int, hour: int = 12) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=UTC)


@pytest.mark.parametrize(
    ("last", "silent"),
    [
        pytest.param(on(11, 17), True, id="Tuesday: four school days since"),
        pytest.param(on(11, 18), False, id="Wednesday: three school days since"),
        pytest.param(on(11, 20), False, id="Friday: one school day since"),
        pytest.param(on(11, 23), False, id="today"),
        pytest.param(on(11, 24), False, id="a clock that is ahead"),
    ],
)
def test_more_school_days_without_inventory_than_allowed_are_wrong(last: datetime, *, silent: bool) -> None:
    told = wrong(RULE, last_inventory=last.date().isoformat())

    assert judged(RULE, seen(last), conditions=FEW) == (told if silent else FINE)


def test_the_threshold_moved_by_one_changes_the_answer() -> None:
    allowed = {
        days: judged(RULE, seen(on(11, 17)), conditions=replace(FEW, thresholds=Thresholds(silent_school_days=days)))
        for days in (3, 4)
    }

    assert [judgement == FINE for judgement in allowed.values()] == [False, True]


def test_by_default_twenty_school_days_are_allowed() -> None:
    assert [judged(RULE, seen(NOW - timedelta(days=days))) == FINE for days in (28, 31)] == [True, False]


@pytest.mark.parametrize(
    ("holidays", "silent"), [pytest.param((), True, id="without"), pytest.param((AUTUMN,), False, id="with holidays")]
)
def test_holidays_are_no_school_days(holidays: tuple[tuple[date, date], ...], *, silent: bool) -> None:
    conditions = Conditions(
        now=on(11, 4), calendar=Calendar(holidays=holidays), thresholds=Thresholds(silent_school_days=5)
    )

    assert (judged(RULE, seen(on(10, 15)), conditions=conditions) != FINE) is silent


@pytest.mark.parametrize(
    ("hour", "silent"), [pytest.param(22, True, id="before midnight"), pytest.param(23, False, id="at midnight")]
)
def test_a_day_begins_at_midnight_at_the_schools(hour: int, *, silent: bool) -> None:
    conditions = replace(FEW, calendar=Calendar(zone=ZoneInfo("Europe/Berlin")))
    judgement = judged(RULE, seen(on(11, 17, hour)), conditions=conditions)

    assert (judgement != FINE) is silent


def test_the_day_of_the_last_inventory_is_the_one_at_the_schools() -> None:
    conditions = replace(FEW, calendar=Calendar(zone=ZoneInfo("Europe/Berlin")))

    assert judged(RULE, seen(on(11, 12, 23)), conditions=conditions) == wrong(RULE, last_inventory="2026-11-13")


@pytest.mark.parametrize(
    "device",
    [
        pytest.param(ipad(user("max.mueller")), id="with a person"),
        pytest.param(ipad(name="Wagen-01"), id="a pool device"),
        pytest.param(ipad(kind=DeviceKind.MAC), id="a Mac"),
        pytest.param(ipad(kind=DeviceKind.UNKNOWN), id="of unknown type"),
    ],
)
def test_it_holds_for_every_device(device: Device) -> None:
    assert judged(RULE, seen(on(9, 1), device), conditions=FEW) == wrong(RULE, last_inventory="2026-09-01")


@pytest.mark.parametrize(
    ("attributes", "silent"),
    [
        pytest.param((("Status", "Reparatur"),), False, id="in repair"),
        pytest.param((("Raum", "7"), ("Status", "Werkstatt")), False, id="in repair by another value"),
        pytest.param((("Status", "repariert"),), True, id="back from it"),
        pytest.param((("Raum", "Reparatur"),), True, id="the value of another attribute"),
        pytest.param((), True, id="no attribute"),
        pytest.param(None, True, id="attributes did not come"),
    ],
)
def test_a_device_in_repair_may_be_silent(attributes: tuple[tuple[str, str], ...] | None, *, silent: bool) -> None:
    device = replace(seen(on(9, 1)), attributes=attributes)

    assert (judged(RULE, device, conditions=REPAIR) != FINE) is silent


def test_where_no_attribute_tells_no_device_is_in_repair() -> None:
    device = replace(seen(on(9, 1)), attributes=(("Status", "Reparatur"), ("", "")))

    assert judged(RULE, device, conditions=FEW) != FINE


def test_an_inventory_that_is_not_known_is_unclear() -> None:
    assert judged(RULE, seen(None), conditions=FEW) == unclear(RULE)
