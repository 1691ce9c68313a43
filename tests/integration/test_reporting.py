"""A year as the store knows it: one device, incident, machine or step more changes exactly the cells that it should."""

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from mdm_sync.core.completeness import InventoryProof
from mdm_sync.core.conditions import Calendar, Conditions, Repair
from mdm_sync.core.incident_intake import take_in
from mdm_sync.core.incidents import Handling, Incident, IncidentKind
from mdm_sync.core.lifecycle import Transition, TransitionKind
from mdm_sync.core.locks import LockCommand
from mdm_sync.core.model import (
    Assignment,
    AssignmentState,
    Device,
    DeviceKind,
    Finding,
    Machine,
    MachineKind,
    Person,
    Role,
)
from mdm_sync.core.report_table import Cell, Column, Note, NoteKind, Topic, YearlyReport
from mdm_sync.core.retention import Kept
from mdm_sync.core.summary import summary_of, written
from mdm_sync.core.year_facts import EarlierYears, LockTime, RuleSteps
from mdm_sync.core.yearly_report import yearly_report
from mdm_sync.errors import PermanentError
from mdm_sync.ports import InventoryRead, KeptTotals, NewEntry
from mdm_sync.reporting import year_facts
from mdm_sync.totalling import counted
from state import Store
from tests.integration.state.given import NORD as PLAIN_NORD
from tests.integration.state.given import SUED as PLAIN_SUED
from tests.integration.state.given import commit, device, finding, opened, person, read, steps, sweep
from tests.replacing import replace

YEAR_END = date(2025, 12, 31)
NOON = datetime(2025, 12, 31, 11, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
CALENDAR = Calendar(zone=ZoneInfo("Europe/Berlin"))
REPAIR = Repair(attribute="Status", values=("Reparatur",))
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
KEPT_ALL = dict.fromkeys(Kept, LONG_AGO)

NORD = replace(PLAIN_NORD, form="02", campus="Asseln", support="Vollsupport", spare_names=("Reserve*",))
SUED = replace(PLAIN_SUED, form="20", support="Vor-Ort-Support")
SCHOOLS = (NORD, SUED)
ANNA, TANJA = replace(person("anna"), grade=3), person("tanja", role=Role.TEACHER)
SVEN = person("sven", school=SUED)


def bought(one: Device, day: date | None = date(2023, 6, 1)) -> Device:
    return replace(one, purchased=day)


def report(kind: IncidentKind, serial: str = "DMPX9", at: datetime = NOON - HOUR) -> Incident:
    return Incident(
        case_number=f"V-{kind}-{serial}",
        kind=kind,
        serial=serial,
        school=NORD.number,
        reported_at=at,
        handling=Handling.CLOSED,
        recorded_by="export.csv",
    )


@dataclass(frozen=True)
class Seen:
    """What came into a store on the last day of the year."""

    devices: tuple[Device, ...] = tuple(
        bought(device(number, site=site)) for number, site in ((1, 10), (2, 10), (3, 20))
    )
    holders: dict[int, Person] = field(default_factory=lambda: {1: ANNA, 2: TANJA, 3: SVEN})
    machines: tuple[Machine, ...] = (
        Machine(
            number="W-1", kind=MachineKind.DESKTOP, school=NORD.number, use="Verwaltung", purchased=date(2022, 1, 1)
        ),
    )
    incidents: tuple[Incident, ...] = (report(IncidentKind.DAMAGE), report(IncidentKind.THEFT, "DMPX8"))
    transitions: tuple[Transition, ...] = ()

    def come_into(self, store: Store, at: datetime = NOON) -> None:
        sweep(store, *self.devices, at=at)
        read(store, NORD, ANNA, TANJA, at=at)
        read(store, SUED, SVEN, at=at)
        store.staging.accept_inventory(
            InventoryRead(machines=self.machines), InventoryProof(machines=len(self.machines)), at
        )
        keep(store, *self.incidents)
        there = {one.jamf_id for one in self.devices}
        store.staging.stage_assignments(
            {
                f"device:{number}": Assignment(state=AssignmentState.MATCHED, step="login", person=who)
                for number, who in self.holders.items()
                if number in there
            }
        )
        commit(store, self.transitions, at=at)
        keep_totals(store, at)


def keep(store: Store, *reports: Incident) -> None:
    store.incidents.take(take_in(store.incidents.known(), reports, within=timedelta(days=7)))


def conditions(at: datetime = NOON) -> Conditions:
    return Conditions(now=at, calendar=CALENDAR, repair=REPAIR)


def keep_totals(store: Store, at: datetime) -> None:
    totals = written(summary_of(counted(store, SCHOOLS, conditions(at))))
    keep_content(store, CALENDAR.day(at), totals)


def keep_content(store: Store, day: date, content: str) -> None:
    def kept() -> Sequence[NewEntry]:
        store.history.keep_totals(KeptTotals(day=day, content=content))
        return ()

    commit(store, entries=kept, at=datetime(day.year, day.month, day.day, 12, tzinfo=UTC))


def year(store: Store, day: date = YEAR_END) -> YearlyReport:
    facts = year_facts(store, SCHOOLS, conditions(), day=day, limits=KEPT_ALL, earlier=EarlierYears())
    return yearly_report(facts)


@contextmanager
def opened_store(folder: Path) -> Iterator[Store]:
    with closing(Store.open(folder)) as store:
        yield store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with opened_store(tmp_path / "state") as store:
        yield store


Place = tuple[Topic, str, Column]
ALL, NOT_THERE = "all", None


def cells(told: YearlyReport) -> dict[Place, Cell]:
    return {
        (table.topic, " ".join(row.keys) if row.keys else ALL, column): cell
        for table in told.tables
        for row in ((*table.rows, table.total) if table.total else table.rows)
        for column, cell in zip(table.columns, row.cells, strict=True)
    }


@pytest.fixture(scope="module")
def usual(tmp_path_factory: pytest.TempPathFactory) -> dict[Place, Cell]:
    with opened_store(tmp_path_factory.mktemp("usual")) as store:
        Seen().come_into(store)
        return cells(year(store))


Difference = dict[Place, tuple[Cell, Cell]]


def share(before: str, now: str) -> tuple[Cell, Cell]:
    return Decimal(before), Decimal(now)


def changed(topic: Topic, *rows: str, **columns: tuple[Cell, Cell]) -> Difference:
    return {(topic, row, Column[name]): pair for row in rows for name, pair in columns.items()}


def of_sued(**columns: tuple[Cell, Cell]) -> Difference:
    """A change at Süd alone, at every level of coverage."""
    return {
        **changed(Topic.COVERAGE_BY_FORM, "20", **columns),
        **changed(Topic.COVERAGE_BY_CAMPUS, "", **columns),
        **changed(Topic.COVERAGE_BY_SCHOOL, SUED.number, **columns),
    }


def of_nord(**columns: tuple[Cell, Cell]) -> Difference:
    return {
        **changed(Topic.COVERAGE_BY_FORM, "02", **columns),
        **changed(Topic.COVERAGE_BY_CAMPUS, "Asseln", **columns),
        **changed(Topic.COVERAGE_BY_SCHOOL, NORD.number, **columns),
    }


def of_all(**columns: tuple[Cell, Cell]) -> Difference:
    return {
        place: pair
        for topic in (Topic.COVERAGE_BY_FORM, Topic.COVERAGE_BY_CAMPUS, Topic.COVERAGE_BY_SCHOOL)
        for place, pair in changed(topic, ALL, **columns).items()
    }


FIRST, *OTHERS = Seen().devices
CHANGES: dict[str, tuple[Seen, Difference]] = {
    "a pool iPad more at Süd": (
        Seen(devices=(*Seen().devices, replace(bought(device(4, site=20)), shared=True))),
        {
            **changed(Topic.IPADS_BY_FORM, "20", IN_SCHOOLS=(1, 2)),
            **changed(Topic.IPADS_BY_FORM, ALL, IN_SCHOOLS=(3, 4)),
            **changed(Topic.DAMAGE, "2025", IPADS=(3, 4), PERCENT=share("33.33", "25.00")),
            **changed(
                Topic.THEFT_AND_LOSS,
                "2025",
                IPADS=(3, 4),
                PERCENT=share("33.33", "25.00"),
                STOLEN_PERCENT=share("33.33", "25.00"),
            ),
            **of_sued(STUDENTS_HAVE=(1, 2), STUDENTS_PERCENT=share("100.0", "200.0")),
            **of_all(STUDENTS_HAVE=(2, 3), STUDENTS_PERCENT=share("100.0", "150.0")),
            **changed(Topic.AGE, "2", ALL, IPADS=(3, 4)),
            **changed(Topic.REPLACEMENT, "2028", ALL, IPADS=(3, 4)),
            **changed(Topic.SUPPORT, "Vor-Ort-Support", IN_SCHOOLS=(1, 2)),
            **changed(Topic.SUPPORT, ALL, IN_SCHOOLS=(3, 4)),
        },
    ),
    "Anna's iPad in repair": (
        Seen(devices=(replace(FIRST, attributes=(("Status", "Reparatur"),)), *OTHERS)),
        {
            **changed(Topic.IPADS_BY_FORM, "02", IN_SCHOOLS=(2, 1)),
            **changed(Topic.IPADS_BY_FORM, ALL, IN_SCHOOLS=(3, 2)),
            **changed(Topic.REPAIR, "02", IN_REPAIR=(0, 1), PERCENT=share("0.0", "50.0")),
            **changed(Topic.REPAIR, ALL, IN_REPAIR=(0, 1), PERCENT=share("0.0", "33.3")),
            **of_nord(STUDENTS_HAVE=(1, 0), STUDENTS_LACK=(0, 1), STUDENTS_PERCENT=share("100.0", "0.0")),
            **of_all(STUDENTS_HAVE=(2, 1), STUDENTS_LACK=(0, 1), STUDENTS_PERCENT=share("100.0", "50.0")),
            **changed(Topic.SUPPORT, "Vollsupport", IN_SCHOOLS=(2, 1)),
            **changed(Topic.SUPPORT, ALL, IN_SCHOOLS=(3, 2)),
        },
    ),
    "Anna's iPad a year older": (
        Seen(devices=(bought(FIRST, date(2022, 6, 1)), *OTHERS)),
        {
            **changed(Topic.AGE, "2", IPADS=(3, 2), PERCENT=share("100.0", "66.7")),
            **changed(Topic.AGE, "3", IPADS=(NOT_THERE, 1), PERCENT=(NOT_THERE, Decimal("33.3"))),
            **changed(Topic.REPLACEMENT, "2027", IPADS=(0, 1)),
            **changed(Topic.REPLACEMENT, "2028", IPADS=(3, 2)),
        },
    ),
    "an Apple TV more at Nord": (
        Seen(devices=(*Seen().devices, replace(device(5), kind=DeviceKind.APPLE_TV))),
        {
            **changed(Topic.OTHER_DEVICES, "02", AT_JAMF=(0, 1)),
            **changed(Topic.OTHER_DEVICES, ALL, AT_JAMF=(0, 1)),
        },
    ),
    "a laptop for teaching more at Süd": (
        Seen(
            machines=(
                *Seen().machines,
                replace(Seen().machines[0], number="W-2", kind=MachineKind.LAPTOP, school=SUED.number, use=""),
            )
        ),
        {
            **changed(Topic.OTHER_DEVICES, "20", LAPTOPS=(0, 1), MACHINES=(0, 1)),
            **changed(Topic.OTHER_DEVICES, ALL, LAPTOPS=(0, 1), MACHINES=(1, 2)),
            **changed(Topic.REPLACEMENT, "2027", ALL, MACHINES=(1, 2)),
            **changed(Topic.SUPPORT, "Vor-Ort-Support", LAPTOPS=(0, 1)),
            **changed(Topic.SUPPORT, ALL, LAPTOPS=(0, 1)),
        },
    ),
    "a damage more": (
        Seen(incidents=(*Seen().incidents, report(IncidentKind.DAMAGE, "DMPX7"))),
        {
            **changed(Topic.DAMAGE, "2025", CASES=(1, 2), PERCENT=share("33.33", "66.67")),
            **changed(Topic.REPAIR, "02", ALL, DAMAGES=(1, 2)),
        },
    ),
    "a repair more": (
        Seen(incidents=(*Seen().incidents, report(IncidentKind.REPAIR, "DMPX7"))),
        {
            **changed(Topic.DAMAGE, "2025", CASES=(1, 2), PERCENT=share("33.33", "66.67")),
            **changed(Topic.REPAIR, "02", ALL, REPAIRS=(0, 1)),
        },
    ),
    "a loss more, of Tanja's iPad": (
        Seen(incidents=(*Seen().incidents, report(IncidentKind.LOSS, "DMPX2"))),
        {
            **changed(
                Topic.THEFT_AND_LOSS,
                "2025",
                CASES=(1, 2),
                PERCENT=share("33.33", "66.67"),
                LOST=(0, 1),
                LOST_PERCENT=share("0.00", "33.33"),
            ),
            **changed(Topic.LOCKS, "loss", REPORTS=(0, 1), KNOWN=(0, 1)),
            **changed(Topic.LOCKS, ALL, REPORTS=(1, 2), KNOWN=(0, 1)),
        },
    ),
    "a finding more": (
        Seen(transitions=tuple(opened(finding()))),
        {
            **changed(
                Topic.FINDINGS,
                "unknown-user",
                OPENED=(NOT_THERE, 1),
                REOPENED=(NOT_THERE, 0),
                SOLVED=(NOT_THERE, 0),
                WITHDRAWN=(NOT_THERE, 0),
                OPEN=(NOT_THERE, 1),
            ),
            **changed(Topic.FINDINGS, ALL, OPENED=(0, 1), OPEN=(0, 1)),
        },
    ),
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_change_shows_in_exactly_the_cells_that_it_should(store: Store, usual: dict[Place, Cell], what: str) -> None:
    seen, expected = CHANGES[what]
    seen.come_into(store)
    now = cells(year(store))

    differences = {
        place: (usual.get(place), now.get(place))
        for place in usual.keys() | now.keys()
        if usual.get(place, ALL) != now.get(place, ALL)
    }
    appeared = {place: pair for place, pair in differences.items() if place not in usual and place not in expected}
    assert {place: pair for place, pair in differences.items() if place not in appeared} == expected
    assert set(appeared.values()) <= {(NOT_THERE, 0)}


class TestAYear:
    def test_the_count_of_its_last_day_is_what_it_was_then(self, store: Store) -> None:
        Seen().come_into(store)
        at_the_end = year(store)
        Seen(devices=Seen().devices[:1]).come_into(store, NOON + timedelta(days=1))
        Seen(devices=Seen().devices[:1]).come_into(store, NOON + timedelta(days=2))

        assert year(store) == at_the_end
        later = year(store, date(2026, 1, 2)).table(Topic.IPADS_BY_FORM).total
        assert later is not None
        assert later.cells[1:4] == (1, 3, -2)

    def test_of_a_day_without_totals_the_last_ones_before_it_are_told(self, store: Store) -> None:
        Seen().come_into(store, NOON - timedelta(days=3))

        told = year(store)
        assert told.table(Topic.IPADS_BY_FORM).total == year(store, date(2025, 12, 28)).table(Topic.IPADS_BY_FORM).total
        assert Note(kind=NoteKind.COUNTED_ON, day=date(2025, 12, 28)) in told.notes

    def test_totals_of_another_year_say_nothing_of_this_one(self, store: Store) -> None:
        Seen(incidents=()).come_into(store)

        told = year(store, date(2027, 6, 1))
        assert [note.kind for note in told.notes] == [NoteKind.NOTHING_COUNTED, NoteKind.NO_YEAR_BEFORE]
        assert {row.keys: row.cells for row in told.table(Topic.DAMAGE).rows} == {("2027",): (None, None, None)}

    def test_shares_of_earlier_years_are_of_the_ipads_of_their_end(self, store: Store) -> None:
        in_2023, in_2025 = NOON - timedelta(days=731), NOON
        old = report(IncidentKind.DAMAGE, "DMPX5", in_2023 - HOUR)
        Seen(incidents=(old,), devices=Seen().devices[:2]).come_into(store, in_2023)
        Seen().come_into(store, in_2025)

        assert {row.keys: row.cells for row in year(store).table(Topic.DAMAGE).rows} == {
            ("2023",): (2, 1, Decimal("50.00")),
            ("2025",): (3, 1, Decimal("33.33")),
        }

    def test_a_school_is_counted_in_the_form_that_it_had(self, store: Store) -> None:
        Seen().come_into(store)
        renamed = (replace(NORD, form="04"), SUED)
        facts = year_facts(store, renamed, conditions(), day=YEAR_END, limits=KEPT_ALL, earlier=EarlierYears())

        assert facts.form_of == {NORD.number: "02", SUED.number: "20"}

    def test_what_is_kept_and_from_when_is_told_in_days_of_the_schools(self, store: Store) -> None:
        late = datetime(2025, 5, 1, 23, 30, tzinfo=UTC)
        limits = KEPT_ALL | {Kept.INCIDENTS: late, Kept.FINDINGS: late + 24 * HOUR, Kept.PERSONS: late + 48 * HOUR}
        facts = year_facts(store, SCHOOLS, conditions(), day=YEAR_END, limits=limits, earlier=EarlierYears())

        assert facts.incidents_kept_from == date(2025, 5, 2)
        assert facts.findings_kept_from == date(2025, 5, 3)
        assert facts.persons_kept_from == date(2025, 5, 4)

    def test_totals_of_another_version_are_refused_where_they_are_asked_for(self, store: Store) -> None:
        keep_content(store, YEAR_END, '{"schema": "mdm-sync/summary/0"}')

        with pytest.raises(PermanentError, match="written by another version"):
            year(store)

    def test_elsewhere_they_are_not_known(self, store: Store) -> None:
        keep_content(store, date(2024, 12, 31), '{"schema": "mdm-sync/summary/0"}')
        keep_content(store, date(2025, 3, 1), '{"schema": "mdm-sync/summary/0"}')
        Seen().come_into(store)

        told = year(store)
        assert [note.kind for note in told.notes] == [NoteKind.NO_YEAR_BEFORE, NoteKind.COUNTED_SINCE, NoteKind.DAYS]
        assert told.notes[-1].number == 1

    def test_reads_are_those_that_the_totals_of_its_days_know(self, store: Store) -> None:
        for days in (30, 1):
            Seen().come_into(store, NOON - timedelta(days=days))
        rows = {row.keys: row.cells for row in year(store).table(Topic.READS).rows}

        assert rows["jamf",] == (2, 0, date(2025, 12, 30))
        assert rows[NORD.source,] == (2, 0, date(2025, 12, 30))


def test_steps_are_those_from_the_first_day_to_the_last(store: Store) -> None:
    first, after = datetime(2024, 12, 31, 23, tzinfo=UTC), datetime(2025, 12, 31, 23, tzinfo=UTC)
    one, other = finding(), finding(about=2)
    about_anna = Finding(
        rule="student-without-device", subject="person:100001/anna", school="100001", severity=one.severity
    )
    commit(store, opened(one), at=first - HOUR)
    commit(store, steps(TransitionKind.RESOLVED, one) + opened(other, about_anna), at=first)
    commit(store, steps(TransitionKind.REOPENED, one), at=first + HOUR)
    commit(store, steps(TransitionKind.WORSENED, one), at=first + 2 * HOUR)
    commit(store, steps(TransitionKind.WITHDRAWN, other), at=after - timedelta(seconds=1))
    commit(store, steps(TransitionKind.RESOLVED, one), at=after)

    assert store.history.steps_between(first, after) == (
        RuleSteps(rule="student-without-device", opened=1, reopened=0, resolved=0, withdrawn=0, about_persons=True),
        RuleSteps(rule="unknown-user", opened=1, reopened=1, resolved=1, withdrawn=1),
    )


class TestLockTimes:
    SINCE, UNTIL = NOON - 24 * HOUR, NOON + 24 * HOUR
    STOLEN = replace(report(IncidentKind.THEFT, "DMPX1", NOON), handling=Handling.OPEN)

    def told(self, store: Store) -> list[LockTime]:
        return list(store.history.lock_times(self.SINCE, self.UNTIL))

    def test_the_device_that_answered_the_command_confirmed_it_then(self, store: Store) -> None:
        sweep(store, replace(device(1), management_id="M-1"), at=NOON)
        keep(store, self.STOLEN)
        command = LockCommand(
            uuid="L-1", management_id="M-1", kind="enable", state="acknowledged", completed_at=NOON + HOUR
        )
        store.incidents.keep_commands(["M-1"], [command], NOON + 2 * HOUR)
        sweep(store, replace(device(1), management_id="M-1", lost_mode=True), at=NOON + 9 * HOUR)

        assert self.told(store) == [LockTime(kind=IncidentKind.THEFT, known=True, took=HOUR)]

    @pytest.mark.parametrize(
        "command",
        [
            LockCommand(uuid="L-1", management_id="M-1", kind="enable", state="pending"),
            LockCommand(uuid="L-1", management_id="M-1", kind="enable", state="error", completed_at=NOON + HOUR),
            LockCommand(
                uuid="L-1", management_id="M-1", kind="disable", state="acknowledged", completed_at=NOON + HOUR
            ),
            LockCommand(uuid="L-1", management_id="M-1", kind="enable", state="acknowledged", completed_at=NOON - HOUR),
            LockCommand(uuid="L-1", management_id="M-1", kind="enable", state="acknowledged", completed_at=UNTIL),
        ],
        ids=["waiting", "refused", "unlocked", "locked before and not any more", "locked after the day"],
    )
    def test_another_command_confirms_nothing(self, store: Store, command: LockCommand) -> None:
        sweep(store, replace(device(1), management_id="M-1"), at=NOON)
        keep(store, self.STOLEN)
        store.incidents.keep_commands(["M-1"], [command], NOON + 2 * HOUR)

        assert self.told(store) == [LockTime(kind=IncidentKind.THEFT, known=True, took=None)]

    def test_the_record_tells_since_when(self, store: Store) -> None:
        since = NOON + 3 * HOUR
        sweep(store, replace(device(1), lost_mode=True, lost_mode_since=since), at=NOON + 9 * HOUR)
        keep(store, self.STOLEN)

        assert [one.took for one in self.told(store)] == [3 * HOUR]

    def test_else_the_cycle_that_first_saw_it(self, store: Store) -> None:
        sweep(store, device(1), at=NOON - HOUR)
        sweep(store, replace(device(1), lost_mode=True), at=NOON + 5 * HOUR)
        sweep(store, device(1), at=NOON + 8 * HOUR)
        keep(store, self.STOLEN)

        assert [one.took for one in self.told(store)] == [5 * HOUR]

    def test_what_was_locked_when_it_was_reported_took_no_time(self, store: Store) -> None:
        sweep(store, replace(device(1), lost_mode=True), at=NOON - HOUR)
        keep(store, self.STOLEN)

        assert [one.took for one in self.told(store)] == [timedelta()]

    def test_a_lock_that_was_over_before_is_none(self, store: Store) -> None:
        sweep(store, replace(device(1), lost_mode=True), at=NOON - 3 * HOUR)
        sweep(store, device(1), at=NOON - HOUR)
        keep(store, self.STOLEN)

        assert [one.took for one in self.told(store)] == [None]

    def test_the_device_is_known_when_its_record_is_gone_and_it_was_enrolled_anew(self, store: Store) -> None:
        sweep(store, device(1), device(2), at=NOON - HOUR)
        keep(store, self.STOLEN)
        commit(store, at=NOON)
        again = replace(device(7, serial="DMPX1"), lost_mode=True)
        for hours in (2, 3):
            sweep(store, again, device(2), at=NOON + hours * HOUR)

        assert self.told(store) == [LockTime(kind=IncidentKind.THEFT, known=True, took=2 * HOUR)]

    def test_a_device_that_jamf_never_showed_is_not_known(self, store: Store) -> None:
        keep(store, replace(self.STOLEN, serial="DMPXNEVER"))

        assert self.told(store) == [LockTime(kind=IncidentKind.THEFT, known=False, took=None)]

    def test_other_reports_and_other_times_are_left_out(self, store: Store) -> None:
        keep(
            store,
            report(IncidentKind.LOSS, "DMPX3", self.SINCE),
            report(IncidentKind.LOSS, "DMPX4", self.SINCE - timedelta(seconds=1)),
            report(IncidentKind.LOSS, "DMPX5", self.UNTIL),
            report(IncidentKind.DAMAGE, "DMPX6"),
        )

        assert [one.kind for one in self.told(store)] == [IncidentKind.LOSS]
