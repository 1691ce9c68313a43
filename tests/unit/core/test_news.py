from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from mdm_sync.core.model import Finding, School, Severity, Stage
from mdm_sync.core.news import (
    Baseline,
    Digest,
    NewsKind,
    Place,
    Reported,
    Storm,
    Told,
    digest_of,
    may_leave,
    severity_of,
)
from mdm_sync.core.views import NOWHERE
from tests.unit.core.given import NORD, SUED, WEST, finding

READ_AT = datetime(2026, 9, 1, 6, 30, tzinfo=UTC)


TOLD = Told(severity=Severity.WARNING, open=True, mail="key")
SOLVED = replace(TOLD, open=False)
GRAVE = replace(TOLD, severity=Severity.CRITICAL)


def reported(  # noqa: PLR0913 - each is a part of what is reported
    subject: str = "device:1",
    *,
    rule_id: str = "unknown-user",
    school: School = NORD,
    severity: Severity = Severity.WARNING,
    is_open: bool = True,
    baseline: bool = False,
    due: bool = False,
    back: bool = False,
    told: Told | None = None,
) -> Reported:
    found = finding(rule_id, subject, school=school, severity=severity)
    place = Place(finding=found, school_name=school.name)
    return Reported(place=place, open=is_open, baseline=baseline, due=due, back=back, told=told)


class TestWhatIsNewToARecipient:
    @pytest.mark.parametrize(
        ("one", "news"),
        [
            pytest.param(reported(), NewsKind.OPENED, id="never told and there"),
            pytest.param(reported(is_open=False), None, id="never told and over"),
            pytest.param(reported(told=TOLD), None, id="told and there"),
            pytest.param(reported(told=TOLD, is_open=False), NewsKind.RESOLVED, id="told and over"),
            pytest.param(reported(told=SOLVED), NewsKind.REOPENED, id="told as solved and there"),
            pytest.param(reported(told=SOLVED, is_open=False), None, id="told as solved and over"),
            pytest.param(reported(told=TOLD, severity=Severity.CRITICAL), NewsKind.WORSENED, id="more severe"),
            pytest.param(reported(told=TOLD, severity=Severity.INFO), None, id="less severe"),
            pytest.param(reported(told=TOLD, due=True), NewsKind.DUE, id="its acknowledgement has ended"),
            pytest.param(
                reported(told=TOLD, due=True, severity=Severity.CRITICAL), NewsKind.WORSENED, id="due and more severe"
            ),
            pytest.param(reported(told=TOLD, back=True), None, id="went and came back"),
            pytest.param(
                reported(told=GRAVE, back=True, severity=Severity.CRITICAL), NewsKind.REOPENED, id="stolen again"
            ),
            pytest.param(reported(told=SOLVED, severity=Severity.CRITICAL), NewsKind.REOPENED, id="back and worse"),
            pytest.param(
                reported("source:jamf", rule_id="source-stale", told=TOLD, back=True),
                NewsKind.REOPENED,
                id="went without a mail of its own and came back",
            ),
        ],
    )
    def test_is_what_it_was_told_held_against_how_it_stands(self, one: Reported, news: NewsKind | None) -> None:
        assert one.news is news


def digest(*some: Reported, still_open: Mapping[str, int] | None = None) -> Digest:
    made = digest_of(some, still_open or {})
    assert made is not None
    return made


class TestTheDigest:
    def test_tells_everything_under_its_kind(self) -> None:
        new, back = reported("device:1"), reported("device:2", told=SOLVED)
        over, due = (
            reported("device:3", school=SUED, told=TOLD, is_open=False),
            reported("device:5", told=TOLD, due=True),
        )
        worse = reported("device:4", severity=Severity.CRITICAL, told=TOLD)

        assert digest(new, back, over, worse, due, still_open={"unknown-user": 4}) == Digest(
            opened=(new.place,),
            reopened=(back.place,),
            resolved=(over.place,),
            worsened=(worse.place,),
            due=(due.place,),
            still_open={"unknown-user": 4},
        )

    def test_tells_what_is_of_one_kind_in_its_order(self) -> None:
        told = digest(*(reported(f"device:{number}") for number in (7, 5, 6)))

        assert [place.finding.subject for place in told.opened] == ["device:7", "device:5", "device:6"]

    def test_tells_that_a_source_is_read_again_beside_other_news_alone(self) -> None:
        back = reported("source:jamf", rule_id="source-stale", told=TOLD, is_open=False)
        over = reported("device:3", told=TOLD, is_open=False)

        assert digest_of([back], {}) is None
        assert digest(back, over).resolved == (back.place, over.place)

    @pytest.mark.parametrize("nothing", [(), (reported(told=TOLD),), (reported(is_open=False),)], ids=len)
    def test_where_nothing_is_new_there_is_none(self, nothing: tuple[Reported, ...]) -> None:
        assert digest_of(nothing, {"unknown-user": 1}) is None

    def test_counts_first_looks_by_school_and_rule_and_lists_none_of_them(self) -> None:
        told = digest(
            reported("device:1", rule_id="wrong-school", school=SUED, baseline=True),
            reported("device:2", rule_id="wrong-school", baseline=True),
            reported("device:3", rule_id="device-silent", baseline=True),
            reported("device:4", rule_id="wrong-school", baseline=True),
            reported("site:12", rule_id="site-without-school", school=NOWHERE, baseline=True),
        )

        assert (told.opened, told.baselines) == (
            (),
            (
                Baseline(school="", school_name="", found={"site-without-school": 1}),
                Baseline(school="100001", school_name="Schule Nord", found={"device-silent": 1, "wrong-school": 2}),
                Baseline(school="100002", school_name="Schule Süd", found={"wrong-school": 1}),
            ),
        )
        assert list(told.baselines[1].found) == ["device-silent", "wrong-school"]

    def test_tells_what_came_beside_a_first_look_or_back_after_one_by_itself(self) -> None:
        beside, back = reported("device:2"), reported("device:3", baseline=True, told=SOLVED)

        told = digest(reported("device:1", baseline=True), beside, back)

        assert (told.opened, told.reopened, len(told.baselines)) == ((beside.place,), (back.place,), 1)


def many(number: int, rule_id: str = "unknown-user", **more: Any) -> list[Reported]:
    return [reported(f"device:{rule_id}/{one}", rule_id=rule_id, **more) for one in range(number)]


class TestAStorm:
    def test_up_to_twenty_of_a_rule_are_told_one_by_one(self) -> None:
        assert (len(digest(*many(20)).opened), digest(*many(20)).storms) == (20, ())

    def test_more_of_a_rule_are_told_as_one(self) -> None:
        told = digest(*many(21), *many(3, "wrong-school"))

        assert [place.finding.rule for place in told.opened] == ["wrong-school"] * 3
        assert told.storms == (
            Storm(
                kind=NewsKind.OPENED,
                rule="unknown-user",
                severity=Severity.WARNING,
                number=21,
                schools=1,
                school_name="Schule Nord",
            ),
        )
        assert told.count(NewsKind.OPENED) == 24

    def test_at_several_schools_it_names_none_of_them(self) -> None:
        (storm,) = digest(*many(11), *many(10, school=SUED)).storms

        assert (storm.number, storm.schools, storm.school_name) == (21, 2, "")

    def test_kinds_are_told_apart(self) -> None:
        told = digest(*many(15), *(reported(f"device:{one}", told=TOLD, is_open=False) for one in range(15)))

        assert (told.storms, len(told.opened), len(told.resolved)) == ((), 15, 15)

    def test_where_all_rules_together_are_too_much_each_is_one_line(self) -> None:
        rules = ("unknown-user", "wrong-school", "device-silent", "device-unmanaged")

        few = digest(*(one for rule_id in rules for one in many(15, rule_id)))
        told = digest(*(one for rule_id in rules for one in many(15, rule_id)), reported("device:1"))

        assert (few.storms, few.count(NewsKind.OPENED)) == ((), 60)
        assert [(storm.rule, storm.number) for storm in told.storms] == [
            ("device-silent", 15),
            ("device-unmanaged", 15),
            ("unknown-user", 16),
            ("wrong-school", 15),
        ]

    def test_what_is_critical_is_told_one_by_one_whatever_else_there_is(self) -> None:
        stolen = many(30, "stolen-not-locked", severity=Severity.CRITICAL)

        told = digest(*stolen, *many(61))

        assert len(told.opened) == 30
        assert [storm.rule for storm in told.storms] == ["unknown-user"]

    def test_what_was_critical_and_is_solved_may_be_one_line(self) -> None:
        told = digest(*many(21, severity=Severity.CRITICAL, told=TOLD, is_open=False))

        assert [(storm.kind, storm.severity) for storm in told.storms] == [(NewsKind.RESOLVED, Severity.CRITICAL)]

    def test_the_most_severe_stand_first(self) -> None:
        told = digest(*many(21, severity=Severity.INFO), *many(21, "wrong-school"))

        assert [storm.rule for storm in told.storms] == ["wrong-school", "unknown-user"]


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


def test_the_news_of_live_schools_alone_may_leave_the_house() -> None:
    observed, apart = replace(NORD, stage=Stage.OBSERVED), replace(WEST, stage=Stage.NOT_CONNECTED)
    assert may_leave((observed, SUED, apart)) == {SUED.number}
