from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from mdm_sync.core.lifecycle import Transition, TransitionKind
from mdm_sync.core.model import Finding, School, Severity, Stage
from mdm_sync.core.news import (
    Baseline,
    Digest,
    Place,
    SchoolTotals,
    digest_of,
    may_leave,
    newsworthy,
    severity_of,
    summary,
)
from mdm_sync.core.views import NOWHERE, Source
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
        (TransitionKind.WORSENED, True),
        (TransitionKind.DUE, True),
        (TransitionKind.CHANGED, False),
        (TransitionKind.WITHDRAWN, False),
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


def step(kind: TransitionKind, subject: str = "device:1", *, school: School = NORD) -> Transition:
    return Transition(kind=kind, finding=finding(subject=subject, school=school))


def first_look(rule_id: str, subject: str, *, school: School = NORD) -> Transition:
    found = finding(rule_id, subject, school=school)
    return Transition(kind=TransitionKind.OPENED, finding=found, baseline=True)


class TestTheDigest:
    def test_tells_every_step_under_its_kind_with_the_name_of_the_school(self) -> None:
        news = [
            step(TransitionKind.OPENED, "device:1"),
            step(TransitionKind.REOPENED, "device:2"),
            step(TransitionKind.RESOLVED, "device:3", school=SUED),
            step(TransitionKind.WORSENED, "device:4"),
            step(TransitionKind.DUE, "device:5", school=SUED),
        ]

        assert digest_of(news, [NORD, SUED], {"unknown-user": 4, "wrong-school": 1}) == Digest(
            opened=(Place(finding=finding(subject="device:1"), school_name="Schule Nord"),),
            reopened=(Place(finding=finding(subject="device:2"), school_name="Schule Nord"),),
            resolved=(Place(finding=finding(subject="device:3", school=SUED), school_name="Schule Süd"),),
            worsened=(Place(finding=finding(subject="device:4"), school_name="Schule Nord"),),
            due=(Place(finding=finding(subject="device:5", school=SUED), school_name="Schule Süd"),),
            baselines=(),
            still_open={"unknown-user": 4, "wrong-school": 1},
        )

    def test_tells_the_steps_of_one_kind_in_their_order(self) -> None:
        news = [step(TransitionKind.OPENED, f"device:{number}") for number in (7, 5, 6)]

        digest = digest_of(news, [NORD], {})

        assert [place.finding.subject for place in digest.opened] == ["device:7", "device:5", "device:6"]

    def test_names_no_school_where_a_finding_belongs_to_none(self) -> None:
        found = finding("site-without-school", "site:12", school=NOWHERE)

        digest = digest_of([Transition(kind=TransitionKind.OPENED, finding=found)], [NORD], {})

        assert digest.opened == (Place(finding=found, school_name=""),)

    def test_counts_first_looks_by_school_and_rule_and_lists_none_of_them(self) -> None:
        news = [
            first_look("wrong-school", "device:1", school=SUED),
            first_look("wrong-school", "device:2"),
            first_look("device-silent", "device:3"),
            first_look("wrong-school", "device:4"),
            first_look("site-without-school", "site:12", school=NOWHERE),
        ]

        assert digest_of(news, [NORD, SUED], {}) == Digest(
            opened=(),
            reopened=(),
            resolved=(),
            still_open={},
            baselines=(
                Baseline(school="", school_name="", found={"site-without-school": 1}),
                Baseline(school="100001", school_name="Schule Nord", found={"device-silent": 1, "wrong-school": 2}),
                Baseline(school="100002", school_name="Schule Süd", found={"wrong-school": 1}),
            ),
        )

    def test_tells_the_rules_of_a_first_look_in_the_order_of_their_ids(self) -> None:
        news = [first_look("wrong-school", "device:1"), first_look("device-silent", "device:1")]

        [baseline] = digest_of(news, [NORD], {}).baselines

        assert list(baseline.found) == ["device-silent", "wrong-school"]

    def test_tells_what_happened_beside_a_first_look_one_by_one(self) -> None:
        digest = digest_of([first_look("wrong-school", "device:1"), step(TransitionKind.OPENED)], [NORD], {})

        assert digest.opened == (Place(finding=finding(), school_name="Schule Nord"),)
        assert digest.baselines == (Baseline(school="100001", school_name="Schule Nord", found={"wrong-school": 1}),)


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


@pytest.mark.parametrize(
    ("subject", "details", "about"),
    [
        pytest.param("device:1", {"serial": "DMPX1", "person": "P-7"}, "DMPX1", id="a device by its serial number"),
        pytest.param("computer:1", {"serial": "C02X1"}, "C02X1", id="a computer as well"),
        pytest.param("device:1", {"person": "P-7"}, "", id="a device whose record names no serial number"),
        pytest.param("person:100001/uuid-7", {"person": "P-7"}, "P-7", id="a person by the reference alone"),
        pytest.param("class:klasse.5a", {"class": "5a", "person": ""}, "5a", id="a class by its name"),
        pytest.param("source:jamf", {}, "jamf", id="what has no other name by its key"),
    ],
)
def test_what_a_finding_is_about(subject: str, details: Mapping[str, str], about: str) -> None:
    assert Place(finding=finding(subject=subject, details=details), school_name="").about == about
