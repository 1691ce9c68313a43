"""The yearly report: each table by hand, what one thing more changes in it, what is said where something is missing."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from msgspec import structs

from mdm_sync.core.conditions import Calendar, Conditions
from mdm_sync.core.coverage import DistrictCounts, FindingCount, SchoolCounts, Standing, Use
from mdm_sync.core.incidents import Incident, IncidentKind
from mdm_sync.core.keeping_back import kept_back as keep_back
from mdm_sync.core.loss_figures import YearFigures
from mdm_sync.core.model import MachineKind, School
from mdm_sync.core.report_table import AtLeast, Cell, Column, Note, NoteKind, Row, Rows, Topic
from mdm_sync.core.summary import FEW, Facts, SourceTotals, summary_of
from mdm_sync.core.year_facts import (
    Counted,
    DayOfSources,
    EarlierStock,
    EarlierYears,
    LockTime,
    RuleSteps,
    YearFacts,
)
from mdm_sync.core.yearly_report import all_ipads, ipads_in_schools, yearly_report
from tests.replacing import replace

YEAR_END = date(2025, 12, 31)
NOON = datetime(2025, 12, 31, 11, 0, tzinfo=UTC)
BERLIN = Calendar(zone=ZoneInfo("Europe/Berlin"))

NORD = School(number="100001", name="Schule Nord", form="02", campus="Asseln", support="Vollsupport")
SUED = School(number="100002", name="Schule Süd", form="20", support="Vor-Ort-Support")
BERUF = School(number="100003", name="Berufskolleg", form="30", campus="Asseln", support="Vollsupport")
ABEND = School(number="100004", name="Abendschule", form="25", support="Vollsupport")
NORD_COUNTS = SchoolCounts(
    school=NORD,
    ipads={
        (Use.STUDENT, Standing.WORKING): 40,
        (Use.TEACHER, Standing.WORKING): 3,
        (Use.STUDENT, Standing.LOCKED): 1,
        (Use.STUDENT, Standing.IN_REPAIR): 2,
        (Use.POOL, Standing.STOLEN): 5,
        (Use.POOL, Standing.LOST): 6,
        (Use.POOL, Standing.SPARE): 7,
    },
    other_devices=2,
    ages={1: 50, 5: 8, None: 6},
    replacement={2029: 50, 2025: 8, None: 6},
    students={1: 10, 3: 37},
    teachers=4,
    staff=2,
    machines={MachineKind.DESKTOP: 6, MachineKind.LAPTOP: 3},
    office_machines=1,
    machine_replacement={2025: 4, 2027: 5},
)
SUED_COUNTS = SchoolCounts(
    school=SUED,
    ipads={(Use.STUDENT, Standing.WORKING): 20},
    other_devices=1,
    ages={1: 20},
    replacement={2029: 20},
    students={7: 18},
    teachers=2,
    staff=0,
    machines={MachineKind.LAPTOP: 1},
    office_machines=1,
    machine_replacement={2030: 1},
)
BERUF_COUNTS = SchoolCounts(
    school=BERUF,
    ipads={(Use.STUDENT, Standing.WORKING): 9, (Use.TEACHER, Standing.WORKING): 1},
    other_devices=0,
    ages={2: 10},
    replacement={2028: 10},
    students={None: 20},
    teachers=1,
    staff=0,
    machines={},
    office_machines=0,
    machine_replacement={},
)
COUNTS = DistrictCounts(
    schools=(NORD_COUNTS, SUED_COUNTS, BERUF_COUNTS),
    ipads_without_school=6,
    findings=(
        FindingCount(school=NORD.number, rule="unknown-user", severity="warning", number=3),
        FindingCount(school=SUED.number, rule="unknown-user", severity="info", number=4),
        FindingCount(school="", rule="source-stale", severity="critical", number=1),
    ),
)


def counted(counts: DistrictCounts = COUNTS, day: date = YEAR_END) -> Counted:
    facts = Facts(counts=counts, sources=(), holds=(), conditions=Conditions(now=NOON))
    return Counted(day=day, totals=summary_of(facts))


def with_schools(*schools: SchoolCounts) -> Counted:
    return counted(replace(COUNTS, schools=schools))


def incident(kind: IncidentKind = IncidentKind.DAMAGE, at: datetime = NOON, school: str = NORD.number) -> Incident:
    return Incident(case_number="", kind=kind, serial="DMPX1", school=school, reported_at=at)


def source(name: str, complete_at: datetime | None = NOON, *, stale: bool = False) -> SourceTotals:
    return SourceTotals(name=name, complete_at=complete_at, age_minutes=None, read_now=True, stale=stale, shrunk=False)


def lock(kind: IncidentKind, minutes: int | None, *, known: bool = True) -> LockTime:
    return LockTime(kind=kind, known=known, took=None if minutes is None else timedelta(minutes=minutes))


BEFORE = counted(
    replace(COUNTS, schools=(replace(NORD_COUNTS, ipads={(Use.POOL, Standing.WORKING): 32}), SUED_COUNTS)),
    date(2024, 12, 31),
)
FACTS = YearFacts(
    day=YEAR_END,
    calendar=BERLIN,
    now=counted(),
    before=BEFORE,
    ipads={2024: 80, 2025: 100},
    incidents=(
        incident(),
        incident(IncidentKind.REPAIR),
        incident(IncidentKind.REPAIR, school=SUED.number),
        incident(IncidentKind.THEFT, school=BERUF.number),
        incident(IncidentKind.LOSS),
        incident(IncidentKind.THEFT, NOON - timedelta(days=365)),
    ),
    form_of={one.number: one.form for one in (NORD, SUED, BERUF)},
    locks=(
        lock(IncidentKind.THEFT, 0),
        lock(IncidentKind.THEFT, 90),
        lock(IncidentKind.THEFT, 61),
        lock(IncidentKind.THEFT, None, known=False),
        lock(IncidentKind.LOSS, None),
    ),
    steps=(
        RuleSteps(rule="unknown-user", opened=9, reopened=2, resolved=4, withdrawn=1),
        RuleSteps(rule="wrong-school", opened=3, reopened=0, resolved=3, withdrawn=0),
    ),
    days=(
        DayOfSources(
            day=date(2025, 1, 1),
            sources=(
                source("jamf", datetime(2025, 1, 1, 3, tzinfo=UTC)),
                source(NORD.source, datetime(2024, 12, 30, 3, tzinfo=UTC), stale=True),
                source(SUED.source, None),
            ),
        ),
        DayOfSources(
            day=date(2025, 1, 2),
            sources=(
                source("jamf", datetime(2025, 1, 1, 23, 30, tzinfo=UTC)),
                source(NORD.source, datetime(2025, 1, 1, 3, tzinfo=UTC)),
                source(SUED.source, None),
            ),
        ),
        DayOfSources(day=YEAR_END, sources=(source("jamf", datetime(2025, 1, 1, 23, 30, tzinfo=UTC), stale=True),)),
    ),
    incidents_kept_from=date(2024, 1, 1),
    findings_kept_from=date(2025, 1, 1),
    persons_kept_from=date(2025, 1, 1),
)

Lines = dict[tuple[str, ...], tuple[Cell, ...]]


def lines(facts: YearFacts, topic: Topic) -> Lines:
    """The rows of a table by their keys; that of all together has none."""
    table = yearly_report(facts).table(topic)
    rows = (*table.rows, table.total) if table.total else table.rows
    assert len({row.keys for row in rows}) == len(rows)
    assert {len(row.cells) for row in rows} <= {len(table.columns)}
    return {row.keys: row.cells for row in rows}


def tenths(*shares: str | None) -> list[Cell]:
    return [None if share is None else Decimal(share) for share in shares]


def nothing_known(topic: Topic) -> Lines:
    return lines(replace(FACTS, now=None, before=None), topic)


class TestIpadsByForm:
    def test_in_schools_is_what_is_neither_away_nor_missing_nor_in_store(self) -> None:
        assert lines(FACTS, Topic.IPADS_BY_FORM) == {
            ("02",): (1, 44, 32, 12, Decimal("37.5")),
            ("20",): (1, 20, 20, 0, Decimal("0.0")),
            ("30",): (1, 10, None, None, None),
            (): (3, 74, 52, 22, Decimal("42.3")),
        }

    def test_its_columns(self) -> None:
        table = yearly_report(FACTS).table(Topic.IPADS_BY_FORM)

        assert (table.of, table.columns) == (
            Rows.FORM,
            (Column.SCHOOLS, Column.IN_SCHOOLS, Column.BEFORE, Column.CHANGE, Column.CHANGE_PERCENT),
        )

    def test_one_ipad_fewer_changes_the_cells_of_its_form_and_those_of_all(self) -> None:
        fewer = replace(NORD_COUNTS, ipads={**(NORD_COUNTS.ipads or {}), (Use.STUDENT, Standing.WORKING): 39})
        after = lines(replace(FACTS, now=with_schools(fewer, SUED_COUNTS, BERUF_COUNTS)), Topic.IPADS_BY_FORM)

        assert after == lines(FACTS, Topic.IPADS_BY_FORM) | {
            ("02",): (1, 43, 32, 11, Decimal("34.4")),
            (): (3, 73, 52, 21, Decimal("40.4")),
        }

    def test_what_was_counted_by_hand_counts_more_than_the_history(self) -> None:
        stock = EarlierStock(year=2024, ipads=70, by_forms={("20",): 16})
        earlier = EarlierYears(stocks=(stock, EarlierStock(year=2023, ipads=1)), together=(("20",),))

        assert lines(replace(FACTS, earlier=earlier), Topic.IPADS_BY_FORM) == {
            ("02",): (1, 44, 32, 12, Decimal("37.5")),
            ("20",): (1, 20, 16, 4, Decimal("25.0")),
            ("30",): (1, 10, None, None, None),
            (): (3, 74, 70, 4, Decimal("5.7")),
        }

    def test_the_year_itself_may_be_counted_by_hand_and_halves_are_rounded_up(self) -> None:
        earlier = EarlierYears(stocks=(EarlierStock(year=2024, ipads=2000), EarlierStock(year=2025, ipads=2001)))

        assert lines(replace(FACTS, earlier=earlier), Topic.IPADS_BY_FORM)[()] == (3, 2001, 2000, 1, Decimal("0.1"))

    def test_a_decrease_is_below_zero(self) -> None:
        earlier = EarlierYears(stocks=(EarlierStock(year=2024, ipads=148),))

        assert lines(replace(FACTS, earlier=earlier), Topic.IPADS_BY_FORM)[()] == (3, 74, 148, -74, Decimal("-50.0"))

    def test_forms_that_were_counted_as_one_stand_there_as_one(self) -> None:
        abend = SchoolCounts(school=ABEND, ipads={(Use.POOL, Standing.WORKING): 3})
        earlier = EarlierYears(
            stocks=(EarlierStock(year=2024, by_forms={("30", "25"): 10}),), together=(("30", "25"), ("08",))
        )
        facts = replace(FACTS, now=with_schools(NORD_COUNTS, SUED_COUNTS, BERUF_COUNTS, abend), earlier=earlier)

        assert lines(facts, Topic.IPADS_BY_FORM) == {
            ("02",): (1, 44, 32, 12, Decimal("37.5")),
            ("08",): (None, None, None, None, None),
            ("20",): (1, 20, 20, 0, Decimal("0.0")),
            ("30", "25"): (2, 13, 10, 3, Decimal("30.0")),
            (): (4, 77, 52, 25, Decimal("48.1")),
        }

    def test_a_form_that_is_there_no_more_is_told_as_it_was(self) -> None:
        gone = lines(replace(FACTS, now=with_schools(NORD_COUNTS)), Topic.IPADS_BY_FORM)

        assert gone["20",] == (None, None, 20, None, None)

    def test_nothing_is_guessed(self) -> None:
        assert nothing_known(Topic.IPADS_BY_FORM) == {(): (None, None, None, None, None)}

    def test_what_was_kept_back_as_small_is_not_known(self) -> None:
        totals = FACTS.now.totals if FACTS.now else None
        assert totals is not None
        assert totals.district.ipads is not None
        for name in ("all", "in_repair", "stolen", "lost", "spare"):
            row = structs.replace(totals.district.ipads.all, **{name: FEW})
            kept_back = structs.replace(totals.district, ipads=structs.replace(totals.district.ipads, all=row))
            assert ipads_in_schools(kept_back) is None


class TestAllIpads:
    def test_they_are_those_of_schools_and_those_of_none(self) -> None:
        assert all_ipads(counted().totals) == 64 + 20 + 10 + 6

    @pytest.mark.parametrize(
        "counts",
        [
            replace(COUNTS, ipads_without_school=None),
            replace(COUNTS, schools=(replace(NORD_COUNTS, ipads=None),)),
        ],
    )
    def test_they_are_not_known_where_a_part_is_not(self, counts: DistrictCounts) -> None:
        assert all_ipads(counted(counts).totals) is None


class TestOtherDevices:
    def test_machines_of_the_inventory_and_what_jamf_has_beside_ipads(self) -> None:
        assert lines(FACTS, Topic.OTHER_DEVICES) == {
            ("02",): (6, 3, 9, 2),
            ("20",): (0, 1, 1, 1),
            ("30",): (0, 0, 0, 0),
            (): (6, 4, 10, 3),
        }

    def test_its_columns(self) -> None:
        table = yearly_report(FACTS).table(Topic.OTHER_DEVICES)

        assert (table.of, table.columns) == (
            Rows.FORM,
            (Column.DESKTOPS, Column.LAPTOPS, Column.MACHINES, Column.AT_JAMF),
        )

    def test_one_laptop_more_changes_its_cells(self) -> None:
        more = replace(SUED_COUNTS, machines={MachineKind.LAPTOP: 2})
        after = lines(replace(FACTS, now=with_schools(NORD_COUNTS, more, BERUF_COUNTS)), Topic.OTHER_DEVICES)

        assert after == lines(FACTS, Topic.OTHER_DEVICES) | {("20",): (0, 2, 2, 1), (): (6, 5, 11, 3)}

    def test_without_an_inventory_none_is_known(self) -> None:
        unread = replace(SUED_COUNTS, machines=None)

        assert lines(replace(FACTS, now=with_schools(unread)), Topic.OTHER_DEVICES)[()] == (None, None, None, 1)
        assert nothing_known(Topic.OTHER_DEVICES) == {}

    @pytest.mark.parametrize("name", ["desktops", "laptops"])
    def test_no_sum_where_one_was_kept_back(self, name: str) -> None:
        totals = counted().totals
        assert totals.district.machines is not None
        machines = structs.replace(totals.district.machines, **{name: FEW})
        district = structs.replace(totals.district, machines=machines)
        facts = replace(FACTS, now=Counted(day=YEAR_END, totals=structs.replace(totals, district=district)))

        assert lines(facts, Topic.OTHER_DEVICES)[()][2] is None


class TestDamage:
    def test_damages_and_repairs_by_year(self) -> None:
        assert lines(FACTS, Topic.DAMAGE) == {
            ("2024",): (80, 0, Decimal("0.00")),
            ("2025",): (100, 3, Decimal("3.00")),
        }

    def test_its_columns(self) -> None:
        table = yearly_report(FACTS).table(Topic.DAMAGE)

        assert (table.of, table.columns) == (Rows.YEAR, (Column.IPADS, Column.CASES, Column.PERCENT))

    def test_one_damage_more_changes_the_cells_of_its_year(self) -> None:
        after = lines(replace(FACTS, incidents=(*FACTS.incidents, incident())), Topic.DAMAGE)

        assert after == lines(FACTS, Topic.DAMAGE) | {("2025",): (100, 4, Decimal("4.00"))}

    def test_what_comes_after_the_day_is_in_no_cell(self) -> None:
        midnight = datetime(2025, 12, 31, 23, 0, tzinfo=UTC)
        facts = replace(
            FACTS,
            incidents=(*FACTS.incidents, incident(at=midnight)),
            earlier=EarlierYears(figures=(YearFigures(year=2026, ipads=1, damaged=1),)),
        )

        assert lines(facts, Topic.DAMAGE) == lines(FACTS, Topic.DAMAGE)

    def test_a_year_without_reports_had_none(self) -> None:
        facts = replace(FACTS, incidents=(), ipads={2025: 50})

        assert lines(facts, Topic.DAMAGE) == {("2025",): (50, 0, Decimal("0.00"))}
        assert lines(facts, Topic.THEFT_AND_LOSS) == {
            ("2025",): (50, 0, Decimal("0.00"), 0, Decimal("0.00"), 0, Decimal("0.00"))
        }

    def test_of_a_year_that_nobody_counted_nothing_is_known(self) -> None:
        facts = replace(FACTS, incidents=(), now=None, ipads={})

        assert lines(facts, Topic.DAMAGE) == {("2025",): (None, None, None)}
        assert lines(replace(facts, ipads={2025: 7}), Topic.DAMAGE) == {("2025",): (7, None, None)}

    def test_reports_that_may_be_deleted_are_told_as_at_least(self) -> None:
        facts = replace(FACTS, incidents_kept_from=date(2025, 1, 1))

        assert lines(facts, Topic.DAMAGE) == {
            ("2024",): (80, AtLeast(0), AtLeast(Decimal("0.00"))),
            ("2025",): (100, 3, Decimal("3.00")),
        }
        assert lines(replace(FACTS, incidents_kept_from=date(2025, 1, 2)), Topic.DAMAGE)["2025",] == (
            100,
            AtLeast(3),
            AtLeast(Decimal("3.00")),
        )

    def test_what_was_counted_by_hand_is_whole(self) -> None:
        by_hand = (
            YearFigures(year=2023, ipads=1000, damaged=4, missing=3),
            YearFigures(year=2024, ipads=1000, damaged=5),
        )
        facts = replace(FACTS, incidents_kept_from=date(2026, 1, 1), earlier=EarlierYears(figures=by_hand))

        assert lines(facts, Topic.DAMAGE) == {
            ("2023",): (1000, 4, Decimal("0.40")),
            ("2024",): (1000, 5, Decimal("0.50")),
            ("2025",): (100, AtLeast(3), AtLeast(Decimal("3.00"))),
        }
        assert lines(facts, Topic.THEFT_AND_LOSS) == {
            ("2023",): (1000, 3, Decimal("0.30"), None, None, None, None),
            ("2024",): (
                *(1000, AtLeast(1), AtLeast(Decimal("0.10")), AtLeast(1), AtLeast(Decimal("0.10"))),
                *(AtLeast(0), AtLeast(Decimal("0.00"))),
            ),
            ("2025",): (
                *(100, AtLeast(2), AtLeast(Decimal("2.00")), AtLeast(1), AtLeast(Decimal("1.00"))),
                *(AtLeast(1), AtLeast(Decimal("1.00"))),
            ),
        }


class TestTheftAndLoss:
    def test_thefts_and_losses_by_year_together_and_apart(self) -> None:
        assert lines(FACTS, Topic.THEFT_AND_LOSS) == {
            ("2024",): (80, 1, Decimal("1.25"), 1, Decimal("1.25"), 0, Decimal("0.00")),
            ("2025",): (100, 2, Decimal("2.00"), 1, Decimal("1.00"), 1, Decimal("1.00")),
        }

    def test_its_columns(self) -> None:
        table = yearly_report(FACTS).table(Topic.THEFT_AND_LOSS)

        assert (table.of, table.columns) == (
            Rows.YEAR,
            (
                *(Column.IPADS, Column.CASES, Column.PERCENT),
                *(Column.STOLEN, Column.STOLEN_PERCENT, Column.LOST, Column.LOST_PERCENT),
            ),
        )

    @pytest.mark.parametrize(
        ("kind", "cells"),
        [
            (IncidentKind.THEFT, (100, 3, *tenths("3.00"), 2, *tenths("2.00"), 1, *tenths("1.00"))),
            (IncidentKind.LOSS, (100, 3, *tenths("3.00"), 1, *tenths("1.00"), 2, *tenths("2.00"))),
            (IncidentKind.DAMAGE, (100, 2, *tenths("2.00"), 1, *tenths("1.00"), 1, *tenths("1.00"))),
        ],
    )
    def test_one_report_more_changes_its_own_cells(self, kind: IncidentKind, cells: tuple[Cell, ...]) -> None:
        after = lines(replace(FACTS, incidents=(*FACTS.incidents, incident(kind))), Topic.THEFT_AND_LOSS)

        assert after == lines(FACTS, Topic.THEFT_AND_LOSS) | {("2025",): cells}


class TestRepair:
    def test_reports_of_the_year_and_what_is_away_at_its_end(self) -> None:
        assert lines(FACTS, Topic.REPAIR) == {
            ("02",): (1, 1, 2, Decimal("3.1")),
            ("20",): (0, 1, 0, Decimal("0.0")),
            ("30",): (0, 0, 0, Decimal("0.0")),
            (): (1, 2, 2, Decimal("2.1")),
        }

    def test_its_columns(self) -> None:
        table = yearly_report(FACTS).table(Topic.REPAIR)

        assert (table.of, table.columns) == (
            Rows.FORM,
            (Column.DAMAGES, Column.REPAIRS, Column.IN_REPAIR, Column.PERCENT),
        )

    def test_one_repair_more_changes_its_own_cell_and_that_of_all(self) -> None:
        more = incident(IncidentKind.REPAIR, school=BERUF.number)
        after = lines(replace(FACTS, incidents=(*FACTS.incidents, more)), Topic.REPAIR)

        assert after == lines(FACTS, Topic.REPAIR) | {
            ("30",): (0, 1, 0, Decimal("0.0")),
            (): (1, 3, 2, Decimal("2.1")),
        }

    def test_several_of_one_kind_at_one_form_are_counted(self) -> None:
        several = (incident(), incident(), incident(IncidentKind.REPAIR))

        assert lines(replace(FACTS, incidents=several), Topic.REPAIR)["02",] == (2, 1, 2, Decimal("3.1"))

    def test_the_year_is_that_of_the_schools(self) -> None:
        first = incident(at=datetime(2024, 12, 31, 23, 0, tzinfo=UTC))
        before = incident(at=datetime(2024, 12, 31, 22, 59, tzinfo=UTC))

        assert lines(replace(FACTS, incidents=(first, before)), Topic.REPAIR)[()][0] == 1

    def test_a_report_of_no_known_school_has_a_row_of_its_own(self) -> None:
        lost = incident(IncidentKind.LOSS, school="999999")
        assert ("",) not in lines(replace(FACTS, incidents=(*FACTS.incidents, lost)), Topic.REPAIR)

        after = lines(replace(FACTS, incidents=(*FACTS.incidents, incident(school="999999"))), Topic.REPAIR)
        assert after == lines(FACTS, Topic.REPAIR) | {("",): (1, 0, None, None), (): (2, 2, 2, Decimal("2.1"))}

    def test_where_nothing_was_counted_the_reports_remain(self) -> None:
        facts = replace(FACTS, now=None, incidents_kept_from=date(2025, 6, 1))

        assert lines(facts, Topic.REPAIR) == {
            ("02",): (AtLeast(1), AtLeast(1), None, None),
            ("20",): (AtLeast(0), AtLeast(1), None, None),
            (): (AtLeast(1), AtLeast(2), None, None),
        }

    def test_without_a_site_no_ipads_are_known(self) -> None:
        facts = replace(FACTS, now=with_schools(replace(NORD_COUNTS, ipads=None)))

        assert lines(facts, Topic.REPAIR)["02",] == (1, 1, None, None)


class TestCoverage:
    NORD_LINE = (
        *(47, 42, 40, 2, Decimal("95.2")),
        *(4, 3, 1, Decimal("75.0")),
        *(2, 1, 1, Decimal("50.0")),
    )
    SUED_LINE = (
        *(18, 18, 20, 0, Decimal("111.1")),
        *(2, 0, 2, Decimal("0.0")),
        *(1, 1, 0, Decimal("100.0")),
    )
    BERUF_LINE = (
        *(20, 10, 9, 1, Decimal("90.0")),
        *(1, 1, 0, Decimal("100.0")),
        *(1, 0, 1, Decimal("0.0")),
    )
    ALL = (
        *(85, 70, 69, 3, Decimal("98.6")),
        *(7, 4, 3, Decimal("57.1")),
        *(4, 2, 2, Decimal("50.0")),
    )
    ASSELN = (
        *(67, 52, 49, 3, Decimal("94.2")),
        *(5, 4, 1, Decimal("80.0")),
        *(3, 1, 2, Decimal("33.3")),
    )

    def test_by_form(self) -> None:
        assert lines(FACTS, Topic.COVERAGE_BY_FORM) == {
            ("02",): self.NORD_LINE,
            ("20",): self.SUED_LINE,
            ("30",): self.BERUF_LINE,
            (): self.ALL,
        }

    def test_by_campus(self) -> None:
        assert lines(FACTS, Topic.COVERAGE_BY_CAMPUS) == {
            ("",): self.SUED_LINE,
            ("Asseln",): self.ASSELN,
            (): self.ALL,
        }

    def test_by_school(self) -> None:
        assert lines(FACTS, Topic.COVERAGE_BY_SCHOOL) == {
            (NORD.number,): self.NORD_LINE,
            (SUED.number,): self.SUED_LINE,
            (BERUF.number,): self.BERUF_LINE,
            (): self.ALL,
        }

    @pytest.mark.parametrize(
        ("topic", "of"),
        [
            (Topic.COVERAGE_BY_FORM, Rows.FORM),
            (Topic.COVERAGE_BY_CAMPUS, Rows.CAMPUS),
            (Topic.COVERAGE_BY_SCHOOL, Rows.SCHOOL),
        ],
    )
    def test_their_columns(self, topic: Topic, of: Rows) -> None:
        table = yearly_report(FACTS).table(topic)

        assert (table.of, table.columns) == (
            of,
            (
                Column.STUDENTS,
                *(Column.STUDENTS_NEED, Column.STUDENTS_HAVE, Column.STUDENTS_LACK, Column.STUDENTS_PERCENT),
                *(Column.TEACHERS_NEED, Column.TEACHERS_HAVE, Column.TEACHERS_LACK, Column.TEACHERS_PERCENT),
                *(Column.OFFICE_NEED, Column.OFFICE_HAVE, Column.OFFICE_LACK, Column.OFFICE_PERCENT),
            ),
        )

    def test_one_ipad_for_a_teacher_more_changes_the_cells_for_teachers(self) -> None:
        more = replace(NORD_COUNTS, ipads={**(NORD_COUNTS.ipads or {}), (Use.TEACHER, Standing.WORKING): 4})
        facts = replace(FACTS, now=with_schools(more, SUED_COUNTS, BERUF_COUNTS))
        nord = (*self.NORD_LINE[:5], 4, 4, 0, Decimal("100.0"), *self.NORD_LINE[9:])
        everything = (*self.ALL[:5], 7, 5, 2, Decimal("71.4"), *self.ALL[9:])
        asseln = (*self.ASSELN[:5], 5, 5, 0, Decimal("100.0"), *self.ASSELN[9:])

        expected: tuple[tuple[Topic, Lines], ...] = (
            (Topic.COVERAGE_BY_FORM, {("02",): nord}),
            (Topic.COVERAGE_BY_CAMPUS, {("Asseln",): asseln}),
            (Topic.COVERAGE_BY_SCHOOL, {(NORD.number,): nord}),
        )
        for topic, changed in expected:
            assert lines(facts, topic) == {**lines(FACTS, topic), **changed, (): everything}

    def test_a_sum_of_which_a_part_is_not_known_is_told_as_at_least(self) -> None:
        unread = SchoolCounts(school=replace(ABEND, campus="Asseln"), ipads={(Use.UNKNOWN, Standing.WORKING): 3})
        facts = replace(FACTS, now=with_schools(NORD_COUNTS, unread))
        part = (
            *(AtLeast(47), AtLeast(42), AtLeast(40), AtLeast(2), Decimal("95.2")),
            *(AtLeast(4), AtLeast(3), AtLeast(1), Decimal("75.0")),
            *(AtLeast(2), AtLeast(1), AtLeast(1), Decimal("50.0")),
        )

        assert lines(facts, Topic.COVERAGE_BY_CAMPUS) == {("Asseln",): part, (): part}
        assert lines(facts, Topic.COVERAGE_BY_SCHOOL)[ABEND.number,] == (None,) * 13

    @pytest.mark.parametrize("topic", [Topic.COVERAGE_BY_FORM, Topic.COVERAGE_BY_CAMPUS, Topic.COVERAGE_BY_SCHOOL])
    def test_where_nothing_was_counted_there_is_no_row(self, topic: Topic) -> None:
        assert nothing_known(topic) == {}

    def test_a_share_that_was_kept_back_is_not_known(self) -> None:
        facts = Facts(counts=COUNTS, sources=(), holds=(), conditions=Conditions(now=NOON))
        kept_back = Counted(day=YEAR_END, totals=keep_back(summary_of(facts), 50))

        assert lines(replace(FACTS, now=kept_back), Topic.COVERAGE_BY_FORM)["02",][:5] == (None,) * 5


class TestAges:
    def test_ipads_by_full_years(self) -> None:
        assert lines(FACTS, Topic.AGE) == {
            ("1",): (70, Decimal("74.5")),
            ("2",): (10, Decimal("10.6")),
            ("5",): (8, Decimal("8.5")),
            ("",): (6, Decimal("6.4")),
            (): (94, Decimal("100.0")),
        }

    def test_its_columns(self) -> None:
        table = yearly_report(FACTS).table(Topic.AGE)

        assert (table.of, table.columns) == (Rows.AGE, (Column.IPADS, Column.PERCENT))

    def test_one_ipad_that_is_older_changes_two_cells_and_their_shares(self) -> None:
        older = replace(BERUF_COUNTS, ages={2: 9, 5: 1})
        after = lines(replace(FACTS, now=with_schools(NORD_COUNTS, SUED_COUNTS, older)), Topic.AGE)

        assert after == lines(FACTS, Topic.AGE) | {("2",): (9, Decimal("9.6")), ("5",): (9, Decimal("9.6"))}

    def test_none_is_known_where_nothing_was_counted(self) -> None:
        assert nothing_known(Topic.AGE) == {}

    def test_small_numbers_that_were_kept_back_are_in_no_sum(self) -> None:
        facts = Facts(counts=COUNTS, sources=(), holds=(), conditions=Conditions(now=NOON))
        kept_back = Counted(day=YEAR_END, totals=keep_back(summary_of(facts), 10))

        assert lines(replace(FACTS, now=kept_back), Topic.AGE) == {
            ("1",): (70, Decimal("87.5")),
            ("2",): (10, Decimal("12.5")),
            ("5",): (None, None),
            ("",): (None, None),
            (): (80, Decimal("100.0")),
        }


class TestReplacement:
    def test_ipads_and_machines_by_the_year_in_which_they_are_due(self) -> None:
        assert lines(FACTS, Topic.REPLACEMENT) == {
            ("2025",): (8, 4),
            ("2027",): (0, 5),
            ("2028",): (10, 0),
            ("2029",): (70, 0),
            ("2030",): (0, 1),
            ("",): (6, 0),
            (): (94, 10),
        }

    def test_its_columns(self) -> None:
        table = yearly_report(FACTS).table(Topic.REPLACEMENT)

        assert (table.of, table.columns) == (Rows.YEAR, (Column.IPADS, Column.MACHINES))

    def test_one_machine_that_is_due_earlier_changes_two_cells(self) -> None:
        earlier = replace(NORD_COUNTS, machine_replacement={2025: 5, 2027: 4})
        after = lines(replace(FACTS, now=with_schools(earlier, SUED_COUNTS, BERUF_COUNTS)), Topic.REPLACEMENT)

        assert after == lines(FACTS, Topic.REPLACEMENT) | {("2025",): (8, 5), ("2027",): (0, 4)}

    def test_without_an_inventory_only_ipads_are_known(self) -> None:
        facts = replace(FACTS, now=with_schools(replace(SUED_COUNTS, machine_replacement=None)))

        assert lines(facts, Topic.REPLACEMENT) == {("2029",): (20, None), (): (20, None)}
        assert nothing_known(Topic.REPLACEMENT) == {}


class TestSupport:
    def test_schools_people_and_devices_by_kind_of_support(self) -> None:
        assert lines(FACTS, Topic.SUPPORT) == {
            ("Vollsupport",): (2, 67, 5, 54, 6, 3),
            ("Vor-Ort-Support",): (1, 18, 2, 20, 0, 1),
            (): (3, 85, 7, 74, 6, 4),
        }

    def test_its_columns(self) -> None:
        table = yearly_report(FACTS).table(Topic.SUPPORT)

        assert (table.of, table.columns) == (
            Rows.SUPPORT,
            (
                *(Column.SCHOOLS, Column.STUDENTS, Column.TEACHERS),
                *(Column.IN_SCHOOLS, Column.DESKTOPS, Column.LAPTOPS),
            ),
        )

    def test_one_ipad_more_changes_its_cell_and_that_of_all(self) -> None:
        more = replace(SUED_COUNTS, ipads={(Use.STUDENT, Standing.WORKING): 21})
        after = lines(replace(FACTS, now=with_schools(NORD_COUNTS, more, BERUF_COUNTS)), Topic.SUPPORT)

        assert after == lines(FACTS, Topic.SUPPORT) | {
            ("Vor-Ort-Support",): (1, 18, 2, 21, 0, 1),
            (): (3, 85, 7, 75, 6, 4),
        }

    def test_people_of_a_school_that_was_not_read_are_missing_in_its_sum(self) -> None:
        unread = replace(BERUF_COUNTS, students=None, teachers=None, staff=None)
        after = lines(replace(FACTS, now=with_schools(NORD_COUNTS, SUED_COUNTS, unread)), Topic.SUPPORT)

        assert after["Vollsupport",] == (2, AtLeast(47), AtLeast(4), 54, 6, 3)
        assert after[()] == (3, AtLeast(65), AtLeast(6), 74, 6, 4)

    def test_where_nothing_was_counted_there_is_no_row(self) -> None:
        assert nothing_known(Topic.SUPPORT) == {}


class TestFindings:
    def test_steps_of_each_rule_and_what_is_still_open(self) -> None:
        assert lines(FACTS, Topic.FINDINGS) == {
            ("source-stale",): (0, 0, 0, 0, 1),
            ("unknown-user",): (9, 2, 4, 1, 7),
            ("wrong-school",): (3, 0, 3, 0, 0),
            (): (12, 2, 7, 1, 8),
        }

    def test_its_columns(self) -> None:
        table = yearly_report(FACTS).table(Topic.FINDINGS)

        assert (table.of, table.columns) == (
            Rows.RULE,
            (Column.OPENED, Column.REOPENED, Column.SOLVED, Column.WITHDRAWN, Column.OPEN),
        )

    @pytest.mark.parametrize(
        ("changed", "row", "total"),
        [
            ({"opened": 4}, (4, 0, 3, 0, 0), (13, 2, 7, 1, 8)),
            ({"reopened": 1}, (3, 1, 3, 0, 0), (12, 3, 7, 1, 8)),
            ({"resolved": 4}, (3, 0, 4, 0, 0), (12, 2, 8, 1, 8)),
            ({"withdrawn": 1}, (3, 0, 3, 1, 0), (12, 2, 7, 2, 8)),
        ],
    )
    def test_one_step_more_changes_its_cell_and_that_of_all(
        self, changed: dict[str, Any], row: tuple[Cell, ...], total: tuple[Cell, ...]
    ) -> None:
        first, second = FACTS.steps
        after = lines(replace(FACTS, steps=(first, replace(second, **changed))), Topic.FINDINGS)

        assert after == lines(FACTS, Topic.FINDINGS) | {("wrong-school",): row, (): total}

    def test_what_may_be_deleted_is_told_as_at_least(self) -> None:
        facts = replace(FACTS, findings_kept_from=date(2025, 1, 2))

        assert lines(facts, Topic.FINDINGS)[()] == (AtLeast(12), AtLeast(2), AtLeast(7), AtLeast(1), 8)
        assert lines(facts, Topic.FINDINGS)["wrong-school",] == (AtLeast(3), AtLeast(0), AtLeast(3), AtLeast(0), 0)

    def test_findings_about_persons_go_with_the_person(self) -> None:
        first, second = FACTS.steps
        facts = replace(FACTS, steps=(first, replace(second, about_persons=True)), persons_kept_from=date(2025, 1, 2))
        after = lines(facts, Topic.FINDINGS)

        assert after["unknown-user",] == (9, 2, 4, 1, 7)
        assert after["wrong-school",] == (AtLeast(3), AtLeast(0), AtLeast(3), AtLeast(0), 0)
        assert after[()] == (AtLeast(12), AtLeast(2), AtLeast(7), AtLeast(1), 8)

    def test_what_is_open_is_not_known_where_nothing_was_counted(self) -> None:
        assert nothing_known(Topic.FINDINGS) == {
            ("unknown-user",): (9, 2, 4, 1, None),
            ("wrong-school",): (3, 0, 3, 0, None),
            (): (12, 2, 7, 1, None),
        }

    def test_small_numbers_that_were_kept_back_are_in_no_sum(self) -> None:
        facts = Facts(counts=COUNTS, sources=(), holds=(), conditions=Conditions(now=NOON))
        kept_back = Counted(day=YEAR_END, totals=keep_back(summary_of(facts), 4))

        assert lines(replace(FACTS, now=kept_back), Topic.FINDINGS)[()] == (12, 2, 7, 1, 4)


class TestLocks:
    HOUR = timedelta(hours=1)

    def test_median_and_longest_time_from_the_report(self) -> None:
        assert lines(FACTS, Topic.LOCKS) == {
            ("theft",): (4, 3, 3, timedelta(minutes=61), timedelta(minutes=90)),
            ("loss",): (1, 1, 0, None, None),
            (): (5, 4, 3, timedelta(minutes=61), timedelta(minutes=90)),
        }

    def test_its_columns(self) -> None:
        table = yearly_report(FACTS).table(Topic.LOCKS)

        assert (table.of, table.columns) == (
            Rows.KIND,
            (Column.REPORTS, Column.KNOWN, Column.LOCKED, Column.MEDIAN, Column.WORST),
        )

    def test_one_lock_more_changes_the_cells_of_its_kind_and_of_all(self) -> None:
        after = lines(replace(FACTS, locks=(*FACTS.locks, lock(IncidentKind.LOSS, 200))), Topic.LOCKS)
        longest = timedelta(minutes=200)

        assert after == lines(FACTS, Topic.LOCKS) | {
            ("loss",): (2, 2, 1, longest, longest),
            (): (6, 5, 4, timedelta(minutes=75, seconds=30), longest),
        }

    def test_reports_that_may_be_deleted_are_told_as_at_least(self) -> None:
        facts = replace(FACTS, incidents_kept_from=date(2025, 1, 2), locks=())

        assert set(lines(facts, Topic.LOCKS).values()) == {(AtLeast(0), AtLeast(0), AtLeast(0), None, None)}


class TestReads:
    def test_days_with_a_read_days_too_old_and_the_last_read(self) -> None:
        assert lines(FACTS, Topic.READS) == {
            ("jamf",): (2, 1, date(2025, 1, 2)),
            (NORD.source,): (1, 1, date(2025, 1, 1)),
            (SUED.source,): (0, 0, None),
            (BERUF.source,): (0, 0, None),
        }

    def test_jamf_stands_before_the_schools(self) -> None:
        table = yearly_report(FACTS).table(Topic.READS)

        assert table.of is Rows.SOURCE
        assert table.columns == (Column.READ_DAYS, Column.STALE_DAYS, Column.LAST_READ)
        assert [row.keys for row in table.rows] == [("jamf",), (NORD.source,), (SUED.source,), (BERUF.source,)]
        assert table.total is None

    def test_one_read_more_changes_the_cells_of_its_source(self) -> None:
        more = DayOfSources(day=date(2025, 2, 1), sources=(source(SUED.source, datetime(2025, 2, 1, tzinfo=UTC)),))
        after = lines(replace(FACTS, days=(*FACTS.days, more)), Topic.READS)

        assert after == lines(FACTS, Topic.READS) | {(SUED.source,): (1, 0, date(2025, 2, 1))}

    def test_a_read_of_the_first_day_is_one_of_the_year(self) -> None:
        read_at = datetime(2024, 12, 31, 23, 0, tzinfo=UTC)
        facts = replace(FACTS, days=(DayOfSources(day=YEAR_END, sources=(source("jamf", read_at),)),))

        assert lines(facts, Topic.READS)["jamf",] == (1, 0, date(2025, 1, 1))


class TestNotes:
    @staticmethod
    def told(facts: YearFacts) -> list[Note]:
        return list(yearly_report(facts).notes)

    def test_only_the_number_of_days_where_all_is_known(self) -> None:
        assert self.told(FACTS) == [Note(kind=NoteKind.DAYS, number=3)]

    def test_totals_of_an_earlier_day_are_told_as_such(self) -> None:
        day = date(2025, 12, 30)

        assert self.told(replace(FACTS, now=counted(day=day)))[0] == Note(kind=NoteKind.COUNTED_ON, day=day)

    def test_without_any_totals(self) -> None:
        facts = replace(FACTS, now=None, before=None, days=())

        assert self.told(facts) == [Note(kind=NoteKind.NOTHING_COUNTED), Note(kind=NoteKind.NO_YEAR_BEFORE)]

    def test_the_year_before_as_of_another_day(self) -> None:
        before = counted(day=date(2024, 12, 30))

        assert self.told(replace(FACTS, before=before))[0] == Note(kind=NoteKind.YEAR_BEFORE_ON, day=before.day)

    @pytest.mark.parametrize(
        ("stock", "notes"),
        [
            (EarlierStock(year=2024, ipads=1), 1),
            (EarlierStock(year=2024), 2),
            (EarlierStock(year=2023, ipads=1), 2),
        ],
    )
    def test_what_was_counted_by_hand_is_known(self, stock: EarlierStock, notes: int) -> None:
        facts = replace(FACTS, before=None, earlier=EarlierYears(stocks=(stock,)))

        assert len(self.told(facts)) == notes

    def test_a_history_that_begins_within_the_year(self) -> None:
        told = self.told(replace(FACTS, days=FACTS.days[1:]))

        assert told == [
            Note(kind=NoteKind.COUNTED_SINCE, day=date(2025, 1, 2)),
            Note(kind=NoteKind.DAYS, number=2),
        ]

    def test_schools_of_which_nothing_is_known(self) -> None:
        unknown = [SchoolCounts(school=ABEND), replace(BERUF_COUNTS, students=None)]

        assert self.told(replace(FACTS, now=with_schools(NORD_COUNTS, *unknown)))[1:] == [
            Note(kind=NoteKind.WITHOUT_SITE, number=1),
            Note(kind=NoteKind.UNREAD, number=2),
        ]

    def test_what_has_been_deleted_meanwhile(self) -> None:
        day = date(2025, 1, 2)
        facts = replace(FACTS, incidents_kept_from=day, findings_kept_from=day, persons_kept_from=day)

        assert self.told(facts)[1:] == [
            Note(kind=NoteKind.REPORTS_FROM, day=day),
            Note(kind=NoteKind.FINDINGS_FROM, day=day),
            Note(kind=NoteKind.PERSONS_FROM, day=day),
        ]


def test_the_report_has_every_table_once_and_knows_its_day() -> None:
    report = yearly_report(FACTS)

    assert [table.topic for table in report.tables] == list(Topic)
    assert report.day == YEAR_END


def test_a_row_is_complete_where_all_is_known() -> None:
    rows: list[tuple[Cell, ...]] = [(1, Decimal(2)), (1, None), (AtLeast(1), 2)]

    assert [Row(keys=(), cells=cells).is_complete for cells in rows] == [True, False, False]


def test_a_column_is_found_by_what_it_tells() -> None:
    table = yearly_report(FACTS).table(Topic.OTHER_DEVICES)

    assert list(table.column(Column.LAPTOPS)) == [3, 1, 0]
