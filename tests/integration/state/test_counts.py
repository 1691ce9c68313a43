"""Counts for totals: the same as counting the demo's district by hand, and each change in the cells that it should."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from mdm_sync.core.completeness import InventoryProof
from mdm_sync.core.conditions import Conditions, Repair
from mdm_sync.core.coverage import Cell, Coverage, DistrictCounts, SchoolCounts, Standing, Use, grouped
from mdm_sync.core.incident_intake import take_in
from mdm_sync.core.incidents import Handling, Incident, IncidentKind
from mdm_sync.core.model import (
    Assignment,
    AssignmentState,
    Device,
    DeviceKind,
    Machine,
    MachineKind,
    Person,
    Role,
    School,
)
from mdm_sync.demo.district.figures import FORMS
from mdm_sync.demo.model import District
from mdm_sync.ports import InventoryRead
from state import Store
from tests.integration.state.given import MORNING, NORD, SUED, commit, device, person, read, sweep
from tests.replacing import replace
from tests.unit.core.from_demo import Look, incident_of
from tests.unit.demo.plans import built, is_in_repair, plan

WORKING = Standing.WORKING
CONDITIONS = Conditions(now=MORNING, repair=Repair(attribute="Status", values=("Reparatur",)))
OFFICE_NORD = replace(NORD, administration_names=("Büro*",), spare_names=("Reserve*",))
ANNA, TANJA, PORTER = (
    person("anna"),
    person("tanja", role=Role.TEACHER),
    person("porter", role=Role.STAFF),
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with opened(tmp_path) as store:
        yield store


@contextmanager
def opened(folder: Path) -> Iterator[Store]:
    store = Store.open(folder)
    try:
        yield store
    finally:
        store.close()


def report(kind: IncidentKind, serial: str = "DMPX1", handling: Handling = Handling.OPEN) -> Incident:
    return Incident(
        case_number=f"V-{kind}-{serial}",
        kind=kind,
        serial=serial,
        school=NORD.number,
        reported_at=MORNING,
        handling=handling,
        recorded_by="export.csv",
    )


def keep(store: Store, *reports: Incident) -> None:
    store.incidents.take(take_in(store.incidents.known(), reports, within=timedelta(days=7)))


def named(one: Person) -> Assignment:
    return Assignment(state=AssignmentState.MATCHED, step="login", person=one)


def counts(store: Store, *schools: School, conditions: Conditions = CONDITIONS) -> tuple[SchoolCounts, ...]:
    return store.snapshot.counts(schools or (OFFICE_NORD,), conditions).schools


def cells(store: Store) -> dict[Cell, int]:
    [school] = counts(store)
    return dict(school.ipads or {})


@pytest.mark.parametrize(
    ("changed", "use"),
    [
        ({}, Use.UNKNOWN),
        ({"shared": True}, Use.POOL),
        ({"name": "Büro 1"}, Use.ADMINISTRATION),
    ],
)
def test_an_ipad_that_names_nobody_is_for_what_the_register_says(
    store: Store, changed: dict[str, object], use: Use
) -> None:
    sweep(store, replace(device(1), **changed))

    assert cells(store) == {(use, WORKING): 1}


@pytest.mark.parametrize(("who", "use"), [(ANNA, Use.STUDENT), (TANJA, Use.TEACHER), (PORTER, Use.ADMINISTRATION)])
def test_an_ipad_is_for_whom_it_names(store: Store, who: Person, use: Use) -> None:
    sweep(store, device(1))
    read(store, NORD, ANNA, TANJA, PORTER)
    store.staging.stage_assignments({"device:1": named(who)})
    commit(store, [])

    assert cells(store) == {(use, WORKING): 1}


def test_whom_nobody_knows_any_more_uses_no_ipad(store: Store) -> None:
    sweep(store, device(1))
    read(store, NORD, ANNA, TANJA)
    store.staging.stage_assignments({"device:1": named(ANNA)})
    commit(store, [])
    read(store, NORD, TANJA)
    read(store, NORD, TANJA)

    assert cells(store) == {(Use.UNKNOWN, WORKING): 1}


@pytest.mark.parametrize(
    ("kind", "handling", "standing"),
    [
        (IncidentKind.THEFT, Handling.OPEN, Standing.STOLEN),
        (IncidentKind.THEFT, Handling.LOCKED, Standing.STOLEN),
        (IncidentKind.LOSS, Handling.OPEN, Standing.LOST),
        (IncidentKind.REPAIR, Handling.OPEN, Standing.IN_REPAIR),
        (IncidentKind.DAMAGE, Handling.IN_REPAIR, Standing.IN_REPAIR),
        (IncidentKind.DAMAGE, Handling.OPEN, WORKING),
        (IncidentKind.THEFT, Handling.RECOVERED, WORKING),
        (IncidentKind.REPAIR, Handling.CLOSED, WORKING),
    ],
)
def test_a_report_moves_an_ipad_to_one_other_cell(
    store: Store, kind: IncidentKind, handling: Handling, standing: Standing
) -> None:
    sweep(store, device(1), device(2))
    keep(store, report(kind, handling=handling))

    assert cells(store) == dict(Counter([(Use.UNKNOWN, standing), (Use.UNKNOWN, WORKING)]))


@pytest.mark.parametrize(
    ("changed", "cell"),
    [
        ({"lost_mode": True}, (Use.UNKNOWN, Standing.LOCKED)),
        ({"attributes": (("Status", "Reparatur"),)}, (Use.UNKNOWN, Standing.IN_REPAIR)),
        ({"attributes": (("Status", "da"),)}, (Use.UNKNOWN, WORKING)),
        ({"name": "Reserve 7"}, (Use.POOL, Standing.SPARE)),
        ({"name": "Reserve 7", "lost_mode": True}, (Use.POOL, Standing.LOCKED)),
    ],
)
def test_a_change_of_one_device_changes_its_cell_alone(store: Store, changed: dict[str, object], cell: Cell) -> None:
    sweep(store, device(1), device(2))
    sweep(store, replace(device(1), **changed), device(2))

    assert cells(store) == dict(Counter([cell, (Use.UNKNOWN, WORKING)]))


def test_the_gravest_report_of_an_ipad_counts(store: Store) -> None:
    sweep(store, replace(device(1), lost_mode=True))
    keep(store, report(IncidentKind.REPAIR), report(IncidentKind.THEFT))

    assert cells(store) == {(Use.UNKNOWN, Standing.STOLEN): 1}


def test_an_ipad_that_moves_is_counted_at_the_other_school(store: Store) -> None:
    sweep(store, device(1, site=10), device(2, site=20))
    before = counts(store, NORD, SUED)
    sweep(store, device(1, site=20), device(2, site=20))

    sums = [[sum((one.ipads or {}).values()) for one in told] for told in (before, counts(store, NORD, SUED))]
    assert sums == [[1, 1], [0, 2]]


@pytest.mark.parametrize(
    ("bought", "age", "due"),
    [
        (date(2020, 11, 3), 5, 2025),
        (date(2020, 11, 4), 4, 2025),
        (date(2025, 11, 3), 0, 2030),
        (date(2026, 1, 1), 0, 2031),
        (None, None, None),
    ],
)
def test_age_is_counted_in_full_years(store: Store, bought: date | None, age: int | None, due: int | None) -> None:
    sweep(store, replace(device(1), purchased=bought))
    [school] = counts(store)

    assert (school.ages, school.replacement) == ({age: 1}, {due: 1})


def test_what_is_no_ipad_is_counted_apart(store: Store) -> None:
    sweep(store, device(1), replace(device(2), kind=DeviceKind.APPLE_TV), replace(device(3), kind=DeviceKind.UNKNOWN))
    [school] = counts(store)

    assert (school.ipads, school.other_devices) == ({(Use.UNKNOWN, WORKING): 1}, 2)


def test_two_records_of_one_serial_number_are_the_ipad_that_was_heard_of_last(store: Store) -> None:
    nothing = replace(device(3), serial="")
    sweep(
        store,
        replace(device(1, serial="DMPX1"), last_contact=MORNING, shared=True),
        replace(device(2, serial="DMPX1"), last_contact=MORNING - timedelta(days=9)),
        nothing,
        replace(nothing, jamf_id=4),
        replace(device(5, serial="DMPX1"), kind=DeviceKind.APPLE_TV, last_contact=MORNING),
    )

    assert cells(store) == {(Use.POOL, WORKING): 1, (Use.UNKNOWN, WORKING): 2}


def test_people_are_counted_by_role_and_grade(store: Store) -> None:
    read(store, NORD, replace(ANNA, grade=3), person("emil"), TANJA, PORTER, person("gast", role=Role.UNKNOWN))
    [school] = counts(store)

    assert (school.students, school.teachers, school.staff) == ({3: 1, None: 1}, 1, 1)


def test_nothing_is_known_before_anything_was_read(store: Store) -> None:
    assert store.snapshot.counts([NORD], CONDITIONS) == DistrictCounts(
        schools=(SchoolCounts(school=NORD),), ipads_without_school=None
    )


def test_of_a_school_whose_site_jamf_does_not_have_no_ipads_are_known(store: Store) -> None:
    sweep(store, device(1))
    [elsewhere] = counts(store, replace(SUED, sites=("Anderswo",)))

    assert (elsewhere.ipads, elsewhere.ages, elsewhere.other_devices) == (None, None, None)


def test_ipads_in_no_schools_site_are_counted_beside_the_schools(store: Store) -> None:
    sweep(store, device(1), device(2, site=77), device(3, site=None), replace(device(4, site=77), kind=DeviceKind.MAC))

    assert store.snapshot.counts([NORD], CONDITIONS).ipads_without_school == 2


def test_machines_are_those_of_the_inventory(store: Store) -> None:
    machines = (
        Machine(
            number="W-1", kind=MachineKind.DESKTOP, school=NORD.number, use="verwaltung ", purchased=date(2021, 5, 6)
        ),
        Machine(number="W-2", kind=MachineKind.DESKTOP, school=NORD.number, use="Unterricht"),
        Machine(
            number="W-3", kind=MachineKind.LAPTOP, school=SUED.number, use="Verwaltung", purchased=date(2022, 1, 1)
        ),
    )
    store.staging.accept_inventory(InventoryRead(machines=machines), InventoryProof(machines=3), MORNING)
    [school] = counts(store)

    assert (school.machines, school.office_machines) == ({MachineKind.DESKTOP: 2}, 1)
    assert school.machine_replacement == {2026: 1, None: 1}


def fill(store: Store, look: Look, at: datetime = MORNING) -> None:
    """The demo's district comes in, and its assignments."""
    sweep(store, *look.devices, sites=look.sites, at=at)
    for school in look.connected:
        read(store, school, *look.persons[school.number], at=at)
    keep(store, *map(incident_of, look.district.incidents))
    machines = tuple(
        Machine(number=one.number, kind=MachineKind(one.kind), school=one.school, use=one.use, purchased=one.purchased)
        for one in look.district.inventory
    )
    store.staging.accept_inventory(InventoryRead(machines=machines), InventoryProof(machines=len(machines)), at)
    store.staging.stage_assignments(look.assignments)
    commit(store, [], at=at)


def by_hand(look: Look, school: School) -> Counter[Cell]:
    """The iPads at a school, each looked at by itself; two records of one serial number are one."""
    records = look.devices_by_school.get(school.number, ())
    devices = {one.serial or one.subject: one for one in records if one.kind is DeviceKind.IPAD}.values()
    return Counter((use_of(look, school, one), standing_of(look, school, one)) for one in devices)


def use_of(look: Look, school: School, one: Device) -> Use:
    if one.is_pool(school):
        return Use.ADMINISTRATION if one.is_of_office(school) else Use.POOL
    who = look.assignments[one.subject].person if one.subject in look.assignments else None
    uses = {Role.STUDENT: Use.STUDENT, Role.TEACHER: Use.TEACHER, Role.STAFF: Use.ADMINISTRATION}
    return uses.get(who.role, Use.UNKNOWN) if who else Use.UNKNOWN


def standing_of(look: Look, school: School, one: Device) -> Standing:
    reports = (*look.incidents.get(one.serial, ()), *look.incidents.get(one.asset_tag, ()))
    kinds = {report.kind for report in reports if report.is_missing}
    if kinds:
        return Standing.STOLEN if IncidentKind.THEFT in kinds else Standing.LOST
    if CONDITIONS.repair.away(one) or any(report.is_away for report in reports):
        return Standing.IN_REPAIR
    if one.lost_mode:
        return Standing.LOCKED
    spare = one.is_set_aside(school) and not one.is_of_office(school)
    return Standing.SPARE if spare else WORKING


def test_the_demos_district_is_counted_as_by_hand(store: Store) -> None:
    look = Look(district=built(plan(8, 0.2)))
    fill(store, look)
    told = store.snapshot.counts(look.schools, look.conditions)

    for one in told.schools:
        assert one.ipads is None or Counter(one.ipads) == by_hand(look, one.school)
    there = len({one.serial or one.subject for one in look.devices if one.kind is DeviceKind.IPAD})
    district = grouped(told.schools, look.conditions.targets).district
    assert (district.ipads_by() or 0) + (told.ipads_without_school or 0) == there


@pytest.fixture(scope="module")
def whole_city(tmp_path_factory: pytest.TempPathFactory) -> tuple[District, dict[str, Coverage]]:
    """The city on its first day, and how each form is equipped."""
    look = Look(district=built(plan(155, 1.0)))
    with opened(tmp_path_factory.mktemp("city")) as store:
        fill(store, look)
        told = store.snapshot.counts(look.schools, look.conditions)
    return look.district, dict(grouped(told.schools, look.conditions.targets).forms)


Of = Callable[[Coverage], int | None]


@pytest.mark.verify
class TestWholeCity:
    """What the figures of the real district say of each form."""

    def test_schools_and_machines_are_those_of_the_figures(
        self, whole_city: tuple[District, dict[str, Coverage]]
    ) -> None:
        _, forms = whole_city

        for form in FORMS:
            assert forms[form.key].schools == form.schools
            assert forms[form.key].machines == {
                MachineKind.DESKTOP: form.desktops,
                MachineKind.LAPTOP: form.laptops,
            }

    def test_ipads_in_schools_are_those_of_the_figures(self, whole_city: tuple[District, dict[str, Coverage]]) -> None:
        """In schools is what is neither away, missing nor in store."""
        district, forms = whole_city
        away = (Standing.IN_REPAIR, Standing.STOLEN, Standing.LOST, Standing.SPARE)
        counted = {
            form.key: (forms[form.key].ipads_by() or 0)
            - sum(forms[form.key].ipads_by(standing=one) or 0 for one in away)
            for form in FORMS
        }

        assert counted == {form.key: form.ipads for form in FORMS}
        assert sum(coverage.ipads_by(standing=Standing.IN_REPAIR) or 0 for coverage in forms.values()) == sum(
            map(is_in_repair, district.devices)
        )
