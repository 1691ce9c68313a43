from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from mdm_sync.core.lifecycle import Transition, TransitionKind
from mdm_sync.core.model import Finding, School, Severity, Stage
from mdm_sync.core.news import Place, SchoolTotals, may_leave, newsworthy, severity_of, summary
from mdm_sync.core.views import Source
from tests.unit.core.given import NORD, SUED, finding

READ_AT = datetime(2026, 9, 1, 6, 30, tzinfo=UTC)
LATER = datetime(2026, 9, 1, 7, 0, tzinfo=UTC)
OBSERVED = School(number="100003", name="Schule Ost", stage=Stage.OBSERVED)
NOT_CONNECTED = School(number="100004", name="Schule West", stage=Stage.NOT_CONNECTED)


def totals(
    school: School,
    *,
    devices: int = 0,
    students: int | None = 0,
    teachers: int | None = 0,
    findings: Mapping[str, int] | None = None,
) -> SchoolTotals:
    return SchoolTotals(school=school, devices=devices, students=students, teachers=teachers, findings=findings or {})


def source(name: str, complete_at: datetime | None = READ_AT, error: str | None = None) -> Source:
    return Source(name=name, known_since=READ_AT, complete_at=complete_at, error=error)


NORD_TOTALS = totals(NORD, devices=120, students=100, teachers=9, findings={"wrong-school": 1, "device-unassigned": 3})
SUED_TOTALS = totals(SUED, devices=80, students=None, teachers=None, findings={"device-unassigned": 2})
OBSERVED_TOTALS = totals(OBSERVED, devices=7, students=7, teachers=7, findings={"unknown-user": 7})
NOT_CONNECTED_TOTALS = totals(NOT_CONNECTED, devices=5, students=None, teachers=None)
SOURCES = (
    source("jamf"),
    source("iserv-100002", None, "the server does not answer"),
    source("iserv-100001", READ_AT, "the last attempt failed"),
)


def test_the_summary_as_a_whole() -> None:
    assert summary([SUED_TOTALS, NORD_TOTALS], SOURCES, 4) == {
        "schema": "mdm-sync/summary/1",
        "district": {
            "schools": 2,
            "schools_read": 1,
            "devices": 200,
            "devices_without_school": 4,
            "students": 100,
            "teachers": 9,
            "findings": {"device-unassigned": 5, "wrong-school": 1},
        },
        "schools": [
            {
                "number": "100001",
                "form": "02",
                "devices": 120,
                "students": 100,
                "teachers": 9,
                "findings": {"device-unassigned": 3, "wrong-school": 1},
            },
            {
                "number": "100002",
                "form": "10",
                "devices": 80,
                "students": None,
                "teachers": None,
                "findings": {"device-unassigned": 2},
            },
        ],
        "sources": [
            {"name": "iserv-100001", "ever_read": True, "read_now": False},
            {"name": "iserv-100002", "ever_read": False, "read_now": False},
            {"name": "jamf", "ever_read": True, "read_now": True},
        ],
    }


def test_the_summary_of_a_district_without_schools() -> None:
    assert summary([], [], 0) == {
        "schema": "mdm-sync/summary/1",
        "district": {
            "schools": 0,
            "schools_read": 0,
            "devices": 0,
            "devices_without_school": 0,
            "students": 0,
            "teachers": 0,
            "findings": {},
        },
        "schools": [],
        "sources": [],
    }


def test_a_school_that_was_read_and_has_nobody_is_zero_not_unknown() -> None:
    told = summary([totals(NORD, students=0, teachers=0)], [], 0)

    assert (told["district"], told["schools"]) == (
        {
            "schools": 1,
            "schools_read": 1,
            "devices": 0,
            "devices_without_school": 0,
            "students": 0,
            "teachers": 0,
            "findings": {},
        },
        [{"number": "100001", "form": "02", "devices": 0, "students": 0, "teachers": 0, "findings": {}}],
    )


def test_schools_that_are_not_live_are_in_no_count_of_the_summary() -> None:
    with_others = summary([NORD_TOTALS, OBSERVED_TOTALS, NOT_CONNECTED_TOTALS], SOURCES, 4)

    assert with_others == summary([NORD_TOTALS], SOURCES, 4)


def test_the_directory_of_a_school_that_is_not_live_is_no_source_of_the_summary() -> None:
    sources = [source("jamf"), source("iserv-100001"), source("iserv-100003", None, "refused")]

    assert summary([NORD_TOTALS, OBSERVED_TOTALS], sources, 0)["sources"] == [
        {"name": "iserv-100001", "ever_read": True, "read_now": True},
        {"name": "jamf", "ever_read": True, "read_now": True},
    ]


def test_equal_states_give_equal_summaries_in_whatever_order_they_come() -> None:
    turned = totals(NORD, devices=120, students=100, teachers=9, findings={"device-unassigned": 3, "wrong-school": 1})

    assert repr(summary([NORD_TOTALS, SUED_TOTALS], SOURCES, 4)) == repr(
        summary([SUED_TOTALS, turned], SOURCES[::-1], 4)
    )


def test_the_moment_of_a_read_makes_no_other_summary() -> None:
    assert summary([NORD_TOTALS], [source("jamf", READ_AT)], 0) == summary([NORD_TOTALS], [source("jamf", LATER)], 0)


def test_why_a_source_was_not_read_makes_no_other_summary() -> None:
    reasons = ("ldaps://iserv.nord.example cannot be reached", "no entry uid=max.mueller")

    first, second = (summary([NORD_TOTALS], [source("iserv-100001", READ_AT, reason)], 0) for reason in reasons)

    assert first == second


def test_the_news_of_live_schools_may_leave() -> None:
    assert may_leave([NORD, OBSERVED, SUED, NOT_CONNECTED]) == frozenset({"100001", "100002"})


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        (TransitionKind.OPENED, True),
        (TransitionKind.REOPENED, True),
        (TransitionKind.RESOLVED, True),
        (TransitionKind.CHANGED, False),
    ],
)
def test_which_steps_somebody_must_be_told_of(kind: TransitionKind, *, told: bool) -> None:
    step = Transition(kind=kind, finding=finding())

    assert newsworthy([step], frozenset({NORD.number})) == ((step,) if told else ())


def test_steps_at_schools_that_are_not_live_are_told_to_nobody() -> None:
    here = Transition(kind=TransitionKind.OPENED, finding=finding())
    there = Transition(kind=TransitionKind.OPENED, finding=finding(school=OBSERVED))

    assert newsworthy([there, here, there], frozenset({NORD.number})) == (here,)


def test_nothing_happened_is_no_news() -> None:
    assert newsworthy([], frozenset({NORD.number})) == ()


@pytest.mark.parametrize(
    ("severities", "highest"),
    [
        ([], None),
        ([Severity.INFO], Severity.INFO),
        ([Severity.INFO, Severity.CRITICAL, Severity.WARNING], Severity.CRITICAL),
        ([Severity.WARNING, Severity.INFO], Severity.WARNING),
    ],
)
def test_the_highest_severity_among_findings(severities: list[Severity], highest: Severity | None) -> None:
    assert severity_of(finding(severity=severity) for severity in severities) is highest


@pytest.mark.parametrize(
    ("found", "serial", "asset_tag"),
    [
        pytest.param(finding(details={"serial": "DMPX1", "asset_tag": "INV-1"}), "DMPX1", "INV-1", id="both"),
        pytest.param(finding(), "", "", id="neither"),
    ],
)
def test_a_reader_finds_the_device_by_serial_and_inventory_number(found: Finding, serial: str, asset_tag: str) -> None:
    place = Place(finding=found, school_name="Schule Nord")

    assert (place.serial, place.asset_tag) == (serial, asset_tag)
