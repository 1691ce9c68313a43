"""Summaries: sums of those that may be told, small numbers kept back, and no field but those of the schema."""

import json
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from typing import Any

import fastjsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdm_sync.core.brakes import Direction, Hold, HoldState, Ring
from mdm_sync.core.conditions import Conditions
from mdm_sync.core.coverage import DistrictCounts, FindingCount, IncidentCount, SchoolCounts, Standing, Use
from mdm_sync.core.model import Device, MachineKind, Person, School, Stage
from mdm_sync.core.summary import (
    Facts,
    Summary,
    apart_from_time,
    read_sources,
    read_summary,
    schema_of_summary,
    summary_of,
    written,
    written_out,
)
from mdm_sync.core.views import Source
from tests.replacing import replace
from tests.summary_schema import SCHEMA_FILE, valid
from tests.unit.core.given import NORD, SUED, WEST
from tests.unit.core.test_coverage import COUNTS

NOW = datetime(2026, 11, 23, 10, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)
READ_AT = NOW - timedelta(minutes=90)
OBSERVED = replace(WEST, stage=Stage.OBSERVED)
NORD_COUNTS = SchoolCounts(
    school=replace(NORD, campus="Asseln", support="Vollsupport"),
    ipads={(Use.STUDENT, Standing.WORKING): 40, (Use.POOL, Standing.STOLEN): 2},
    other_devices=1,
    ages={1: 40, None: 2},
    replacement={2030: 40, None: 2},
    students={3: 45},
    teachers=4,
    staff=0,
    machines={MachineKind.DESKTOP: 6},
    office_machines=1,
    machine_replacement={2029: 6},
)
SUED_COUNTS = SchoolCounts(school=SUED, ipads={}, other_devices=0, ages={}, replacement={})
OBSERVED_COUNTS = replace(NORD_COUNTS, school=OBSERVED)
COUNTED = DistrictCounts(
    schools=(SUED_COUNTS, OBSERVED_COUNTS, NORD_COUNTS),
    ipads_without_school=3,
    findings=(
        FindingCount(school=NORD.number, rule="wrong-school", severity="warning", number=2),
        FindingCount(school=NORD.number, rule="stolen-not-locked", severity="critical", number=1),
        FindingCount(school=SUED.number, rule="wrong-school", severity="warning", number=5),
        FindingCount(school=OBSERVED.number, rule="wrong-school", severity="warning", number=100),
        FindingCount(school="", rule="source-stale", severity="critical", number=1),
    ),
    incidents=(
        IncidentCount(school=NORD.number, kind="theft", handling="open", number=2),
        IncidentCount(school=OBSERVED.number, kind="loss", handling="open", number=7),
        IncidentCount(school="", kind="theft", handling="open", number=1),
    ),
)
SOURCES = (
    Source(name="jamf", known_since=READ_AT, complete_at=READ_AT),
    Source(
        name=NORD.source, school=NORD.number, known_since=READ_AT, complete_at=READ_AT, error="max.mueller is wrong"
    ),
    Source(name=SUED.source, school=SUED.number, known_since=NOW - timedelta(days=9), shrunk=True),
    Source(name=OBSERVED.source, school=OBSERVED.number, known_since=READ_AT),
)
HOLD = Hold(
    since=READ_AT, ring=Ring.SCHOOL, rule="wrong-school", school=NORD.number, direction=Direction.OPENED, number=9, of=9
)
FACTS = Facts(
    counts=COUNTED,
    sources=SOURCES,
    holds=[HOLD, replace(HOLD, state=HoldState.ACCEPTED), replace(HOLD, state=HoldState.ACCEPTED)],
    conditions=Conditions(now=NOW),
)


def is_live(school: School) -> bool:
    return school.stage is Stage.LIVE


def told(summary: Summary) -> Any:
    return json.loads(written(summary))


def test_schools_that_are_not_wanted_are_in_no_number() -> None:
    summary = summary_of(FACTS, only=is_live)

    without = replace(
        COUNTED,
        schools=(SUED_COUNTS, NORD_COUNTS),
        findings=tuple(one for one in COUNTED.findings if one.school != OBSERVED.number),
        incidents=tuple(one for one in COUNTED.incidents if one.school != OBSERVED.number),
    )
    assert summary == summary_of(replace(FACTS, counts=without, sources=SOURCES[:3]))


def test_a_rule_that_is_only_observed_is_not_told() -> None:
    summary = summary_of(FACTS, tells=lambda rule, school: (rule, school) != ("wrong-school", SUED.number))

    numbers = {(one.rule, one.severity): one.number for one in summary.district.findings}
    assert numbers == {
        ("wrong-school", "warning"): 102,
        ("stolen-not-locked", "critical"): 1,
        ("source-stale", "critical"): 1,
    }


def test_the_district_holds_what_belongs_to_no_school_as_well() -> None:
    district = told(summary_of(FACTS, only=is_live))["district"]

    assert {"kind": "theft", "handling": "open", "number": 3} in district["incidents"]
    assert (district["schools"], district["schools_read"], district["ipads_without_school"]) == (2, 1, 3)


def test_one_school_as_a_whole() -> None:
    [school] = [one for one in told(summary_of(FACTS))["schools"] if one["number"] == NORD.number]

    row = {"all": 42, "working": 40, "stolen": 2, "lost": 0, "in_repair": 0, "locked": 0, "spare": 0}
    nothing = dict.fromkeys(row, 0)
    assert school == {
        "number": NORD.number,
        "form": "02",
        "campus": "Asseln",
        "support": "Vollsupport",
        "schools": 1,
        "schools_read": 1,
        "schools_at_jamf": 1,
        "students": 45,
        "students_without_grade": 0,
        "teachers": 4,
        "staff": 0,
        "ipads": {
            "all": row,
            "student": nothing | {"all": 40, "working": 40},
            "teacher": nothing,
            "pool": nothing | {"all": 2, "stolen": 2},
            "administration": nothing,
            "unknown": nothing,
        },
        "other_devices": 1,
        "supply_of_students": {"needed": 45, "usable": 40, "shortage": 5, "surplus": 0, "percent": 88.9},
        "supply_of_teachers": {"needed": 4, "usable": 0, "shortage": 4, "surplus": 0, "percent": 0.0},
        "supply_of_administration": {"needed": 1, "usable": 1, "shortage": 0, "surplus": 0, "percent": 100.0},
        "machines": {"desktops": 6, "laptops": 0, "administration": 1},
        "ages": [{"years": 1, "ipads": 40}, {"years": None, "ipads": 2}],
        "replacement": [
            {"year": 2029, "ipads": 0, "machines": 6},
            {"year": 2030, "ipads": 40, "machines": 0},
            {"year": None, "ipads": 2, "machines": 0},
        ],
        "findings": [
            {"rule": "stolen-not-locked", "severity": "critical", "number": 1},
            {"rule": "wrong-school", "severity": "warning", "number": 2},
        ],
        "incidents": [{"kind": "theft", "handling": "open", "number": 2}],
    }


def test_what_is_not_known_is_null() -> None:
    [school] = [one for one in told(summary_of(FACTS))["schools"] if one["number"] == SUED.number]

    unknown = ("students", "teachers", "staff", "supply_of_students", "supply_of_teachers", "machines")
    assert [school[name] for name in unknown] == [None] * len(unknown)
    assert (school["ipads"]["student"]["all"], school["ipads"]["pool"]["all"]) == (None, 0)


def test_sources_are_told_with_their_age_and_without_their_trouble() -> None:
    sources = told(summary_of(FACTS, only=is_live))["sources"]

    at = "2026-11-23T09:00:00Z"
    assert sources == [
        {
            "name": NORD.source,
            "complete_at": at,
            "age_minutes": 90,
            "read_now": False,
            "stale": False,
            "shrunk": False,
        },
        {
            "name": SUED.source,
            "complete_at": None,
            "age_minutes": None,
            "read_now": True,
            "stale": True,
            "shrunk": True,
        },
        {"name": "jamf", "complete_at": at, "age_minutes": 90, "read_now": True, "stale": False, "shrunk": False},
    ]


def test_a_directory_may_be_older_than_jamf_pro_before_it_is_stale() -> None:
    two_days_ago = [replace(one, complete_at=NOW - timedelta(days=2)) for one in SOURCES[:2]]
    summary = summary_of(replace(FACTS, sources=two_days_ago))

    assert {one.name: one.stale for one in summary.sources} == {"jamf": True, NORD.source: False}


@pytest.mark.parametrize(("seconds", "minutes"), [(-90, 0), (0, 0), (59, 0), (90, 1)])
def test_age_is_told_in_whole_minutes(seconds: int, minutes: int) -> None:
    read = replace(SOURCES[0], complete_at=NOW - timedelta(seconds=seconds))

    assert [one.age_minutes for one in summary_of(replace(FACTS, sources=[read])).sources] == [minutes]


def test_when_the_cycle_began_is_told_and_that_nothing_is_kept_back() -> None:
    summary = summary_of(replace(FACTS, started_at=READ_AT))

    assert (summary.run.started_at, summary.run.counted_at, summary.few_below) == (READ_AT, NOW, 0)


@pytest.mark.parametrize("groups", ["campuses", "supports"])
def test_groups_hold_the_findings_of_their_schools(groups: str) -> None:
    [group] = [one for one in told(summary_of(FACTS))[groups] if one["name"] in {"Asseln", "Vollsupport"}]

    assert {one["rule"]: one["number"] for one in group["findings"]} == {"stolen-not-locked": 1, "wrong-school": 2}


def test_of_a_school_without_a_site_the_ipads_are_not_known() -> None:
    elsewhere = replace(COUNTED, schools=(replace(NORD_COUNTS, ipads=None),))
    [school] = told(summary_of(replace(FACTS, counts=elsewhere)))["schools"]

    assert school["ipads"] is None


def test_ages_come_in_their_order_and_what_is_not_known_last() -> None:
    counts = replace(COUNTED, schools=(replace(NORD_COUNTS, ages={10: 1, None: 2, 1: 4, 0: 3}),))
    [school] = told(summary_of(replace(FACTS, counts=counts)))["schools"]

    assert [one["years"] for one in school["ages"]] == [0, 1, 10, None]


@pytest.mark.parametrize(
    ("states", "told_as"),
    [
        ((HoldState.OPEN, HoldState.ACCEPTED, HoldState.ACCEPTED), (1, 2, 0)),
        ((HoldState.REJECTED,), (0, 0, 1)),
    ],
)
def test_holds_are_told_by_how_they_stand(states: tuple[HoldState, ...], told_as: tuple[int, int, int]) -> None:
    holds = summary_of(replace(FACTS, holds=[replace(HOLD, state=state) for state in states])).holds

    assert (holds.waiting, holds.accepted, holds.rejected) == told_as


def test_two_summaries_of_the_same_state_differ_in_time_alone() -> None:
    later = replace(FACTS, conditions=Conditions(now=NOW + timedelta(hours=1)), started_at=NOW)
    one, other = summary_of(FACTS), summary_of(later)

    assert one != other
    assert apart_from_time(one) == apart_from_time(other)


def test_a_source_that_was_read_again_is_no_other_summary_and_one_that_was_not_is() -> None:
    read_again = [replace(one, complete_at=one.complete_at and one.complete_at + HOUR) for one in SOURCES]
    troubled = [replace(one, error="no answer") for one in SOURCES]

    assert apart_from_time(summary_of(replace(FACTS, sources=read_again))) == apart_from_time(summary_of(FACTS))
    assert apart_from_time(summary_of(replace(FACTS, sources=troubled))) != apart_from_time(summary_of(FACTS))


def test_one_device_more_is_another_summary() -> None:
    more = replace(NORD_COUNTS, ipads={**(NORD_COUNTS.ipads or {}), (Use.STUDENT, Standing.WORKING): 41})
    other = replace(FACTS, counts=replace(COUNTED, schools=(SUED_COUNTS, OBSERVED_COUNTS, more)))

    assert apart_from_time(summary_of(FACTS)) != apart_from_time(summary_of(other))


def test_what_is_written_can_be_read_and_what_another_version_wrote_cannot() -> None:
    summary = summary_of(FACTS)

    assert read_summary(written(summary)) == summary
    assert read_summary('{"schema": "mdm-sync/summary/0"}') is None


@given(st.lists(COUNTS, max_size=4))
def test_every_summary_fits_the_schema(counts: list[SchoolCounts]) -> None:
    valid(json.loads(written(summary_of(replace(FACTS, counts=replace(COUNTED, schools=tuple(counts)))))))


class TestSchema:
    def test_in_the_docs_is_the_one_that_the_program_prints(self) -> None:
        assert json.loads(SCHEMA_FILE.read_text(encoding="utf-8")) == schema_of_summary()

    @pytest.mark.parametrize("place", [(), ("district",), ("schools", 0), ("sources", 0), ("district", "ipads")])
    def test_lets_no_further_field_in(self, place: tuple[str | int, ...]) -> None:
        document = json.loads(written(summary_of(FACTS)))
        part = document
        for step in place:
            part = part[step]
        part["login"] = "max.mueller"

        with pytest.raises(fastjsonschema.JsonSchemaException):
            valid(document)

    def test_holds_no_field_of_a_person_or_of_a_single_device(self) -> None:
        """Numbers of schools are told; persons have a role and a school in common with them, and no more."""
        schema = schema_of_summary()
        told_fields = {name for part in schema["$defs"].values() for name in part["properties"]}
        personal = {*Person.__struct_fields__, *Device.__struct_fields__, "username", "real_name", "email", "who"}

        harmless = {"name", "kind"}  # of a source, a form, a campus; of an incident
        assert told_fields & personal == harmless
        assert {one.name for one in fields(School)} & told_fields == {
            *("number", "name", "form", "campus", "support"),
            "pool",  # here a use of iPads
        }

    def test_has_texts_only_where_they_name_no_person(self) -> None:
        """Every text that may be anything stands in one of these fields."""
        schema = schema_of_summary()
        free = {
            name
            for part in schema["$defs"].values()
            for name, field in part["properties"].items()
            if field.get("type") == "string" and "enum" not in field
        }
        assert free == {"name", "form", "number", "campus", "support", "rule", "kind", "handling", "counted_at"}


def test_as_plain_values_it_is_what_its_json_says() -> None:
    summary = summary_of(FACTS)

    assert json.loads(json.dumps(written_out(summary))) == json.loads(written(summary))


def test_how_the_sources_stood_is_read_without_the_rest() -> None:
    summary = summary_of(FACTS)

    assert read_sources(written(summary)) == summary.sources
    assert read_sources(written(summary).replace("summary/1", "summary/0")) is None
    assert read_sources('{"schema": "mdm-sync/summary/1"}') is None
