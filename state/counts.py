"""Counts for totals, made in SQL: a handful of questions for all schools together."""

import json
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple

import msgspec
from msgspec import structs

from mdm_sync.core.conditions import Conditions
from mdm_sync.core.coverage import Cell, DistrictCounts, FindingCount, IncidentCount, SchoolCounts, Standing, Use
from mdm_sync.core.model import Device, DeviceKind, MachineKind, Role, School, is_named
from state.loss_cases import MATCHES
from state.schema import FLEET_SOURCE, INVENTORY_SOURCE

_SPARE, _OFFICE, _POOL = "spare", "office", "pool"

_REPORTED = f"""
SELECT subject, min(CASE
    WHEN kind = 'theft' AND handling IN ('open', 'locked') THEN 1
    WHEN kind = 'loss' AND handling IN ('open', 'locked') THEN 2
    WHEN handling = 'in repair' OR (kind = 'repair' AND handling = 'open') THEN 3
END) AS report FROM ({MATCHES}) AS matches JOIN incidents ON incidents.number = matches.incident GROUP BY subject
"""
_DOUBLES = """
SELECT subject FROM (
    SELECT subject, row_number() OVER (PARTITION BY serial ORDER BY last_contact DESC, subject DESC) AS place
    FROM devices WHERE kind = :ipad AND serial IN (
        SELECT serial FROM devices WHERE kind = :ipad AND serial <> '' GROUP BY serial HAVING count(*) > 1
    )
) WHERE place > 1
"""
"""Records of iPads that stand there twice: the one that was heard of last is the iPad."""
_IPADS = f"""
WITH reported AS MATERIALIZED ({_REPORTED}), ipads AS MATERIALIZED (
    SELECT site_id, lost_mode, purchased, report, persons.role,
        shared_as(site_id, name, shared, building, room, prestage, groups, attributes) AS shared_as,
        is_away(attributes) AS away
    FROM devices LEFT JOIN reported USING (subject) LEFT JOIN assignments USING (subject)
    LEFT JOIN persons ON persons.school = person_school AND persons.uuid = person_uuid AND gone_since IS NULL
    WHERE devices.kind = :ipad AND subject NOT IN ({_DOUBLES})
)
SELECT site_id,
    CASE
        WHEN shared_as = '{_OFFICE}' THEN '{Use.ADMINISTRATION}'
        WHEN shared_as IS NOT NULL THEN '{Use.POOL}'
        WHEN role = '{Role.STUDENT}' THEN '{Use.STUDENT}'
        WHEN role = '{Role.TEACHER}' THEN '{Use.TEACHER}'
        WHEN role = '{Role.STAFF}' THEN '{Use.ADMINISTRATION}'
        ELSE '{Use.UNKNOWN}'
    END AS use,
    CASE
        WHEN report = 1 THEN '{Standing.STOLEN}'
        WHEN report = 2 THEN '{Standing.LOST}'
        WHEN report = 3 OR away THEN '{Standing.IN_REPAIR}'
        WHEN lost_mode THEN '{Standing.LOCKED}'
        WHEN shared_as = '{_SPARE}' THEN '{Standing.SPARE}'
        ELSE '{Standing.WORKING}'
    END AS standing,
    substr(purchased, 1, 4) AS year, substr(purchased, 6) > :day AS later, count(*) AS number
FROM ipads GROUP BY 1, 2, 3, 4, 5
"""
_OTHERS = "SELECT site_id, count(*) AS number FROM devices WHERE kind <> :ipad GROUP BY site_id"
_PERSONS = """
SELECT school, role, grade, count(*) AS number FROM persons WHERE gone_since IS NULL GROUP BY school, role, grade
"""
_MACHINES = """
SELECT school, kind, folded(trim(use)) IN (SELECT value FROM json_each(:office)) AS office,
substr(purchased, 1, 4) AS year, count(*) AS number FROM machines GROUP BY 1, 2, 3, 4
"""
_FINDINGS = "SELECT school, rule, severity, count(*) AS number FROM findings WHERE open GROUP BY 1, 2, 3"
_INCIDENTS = "SELECT school, kind, handling, count(*) AS number FROM incidents GROUP BY 1, 2, 3"
_WAS_READ = "SELECT 1 FROM sources WHERE name = ? AND complete_at IS NOT NULL"
_READ_SCHOOLS = "SELECT substr(name, 7) AS school FROM sources WHERE name GLOB 'iserv-*' AND complete_at IS NOT NULL"

DIFFERENT = 1000
"""What is said of so many kinds of devices is kept in mind: most of them are told in the same few words."""

_UNTOLD = Device(
    jamf_id=0, serial="", name="", asset_tag="", kind=DeviceKind.IPAD, model="", site_id=None, shared=None, user=None
)
"""Takes what shows whether a device is shared or away; no more is asked for."""

_strings = msgspec.json.Decoder(tuple[str, ...]).decode
_pairs = msgspec.json.Decoder(tuple[tuple[str, str], ...]).decode


def count_all(connection: sqlite3.Connection, schools: Iterable[School], conditions: Conditions) -> DistrictCounts:
    """What stands at each of these schools, and how many iPads stand at none of them."""
    register = tuple(schools)
    counting = _Counting(connection, register, conditions)
    people, machines = counting.people(), counting.machines()
    ipads = counting.ipads()
    return DistrictCounts(
        schools=tuple(_together(school, ipads, people, machines) for school in register),
        ipads_without_school=ipads.elsewhere if ipads.read else None,
        findings=tuple(FindingCount(**row) for row in connection.execute(_FINDINGS)),
        incidents=tuple(IncidentCount(**row) for row in connection.execute(_INCIDENTS)),
    )


class _Ipads:
    """iPads and other devices by Schulnummer; of schools without a site at Jamf Pro nothing is known."""

    def __init__(self, *, read: bool, known: Iterable[str]) -> None:
        self.read = read
        self.known = frozenset(known)
        self.cells: defaultdict[str, Counter[Cell]] = defaultdict(Counter)
        self.ages: defaultdict[str, Counter[int | None]] = defaultdict(Counter)
        self.replacement: defaultdict[str, Counter[int | None]] = defaultdict(Counter)
        self.others: Counter[str] = Counter()
        self.elsewhere = 0


class _Machines:
    """Machines of the inventory by Schulnummer."""

    def __init__(self) -> None:
        self.kinds: defaultdict[str, Counter[MachineKind]] = defaultdict(Counter)
        self.office: Counter[str] = Counter()
        self.replacement: defaultdict[str, Counter[int | None]] = defaultdict(Counter)


_People = Mapping[str, Counter[tuple[str, int | None]]]
"""Persons by role and grade, by Schulnummer; of a school that is not in it nothing is known."""


class _Counting:
    def __init__(self, connection: sqlite3.Connection, schools: tuple[School, ...], conditions: Conditions) -> None:
        self._connection = connection
        self._conditions = conditions
        self._today = conditions.calendar.day(conditions.now)
        owner = {site: school for school in schools for site in school.sites}
        rows = connection.execute("SELECT id, name FROM sites")
        self._schools = {row["id"]: owner[row["name"]] for row in rows if row["name"] in owner}

    def ipads(self) -> _Ipads:
        self._connection.create_function("shared_as", 8, _shared_as(self._schools))
        self._connection.create_function("is_away", 1, lru_cache(DIFFERENT)(self._is_away))
        found = _Ipads(read=self._was_read(FLEET_SOURCE), known={one.number for one in self._schools.values()})
        values = {"ipad": DeviceKind.IPAD.value, "day": f"{self._today:%m-%d}"}
        for row in self._connection.execute(_IPADS, values):
            school = self._schools.get(row["site_id"])
            if school is None:
                found.elsewhere += row["number"]
                continue
            year = int(row["year"]) if row["year"] else None
            age = None if year is None else max(0, self._today.year - year - row["later"])
            found.cells[school.number][Use(row["use"]), Standing(row["standing"])] += row["number"]
            found.ages[school.number][age] += row["number"]
            found.replacement[school.number][self._replaced(year)] += row["number"]
        for row in self._connection.execute(_OTHERS, {"ipad": DeviceKind.IPAD.value}):
            if school := self._schools.get(row["site_id"]):
                found.others[school.number] += row["number"]
        return found

    def people(self) -> _People:
        found: dict[str, Counter[tuple[str, int | None]]] = {
            row["school"]: Counter() for row in self._connection.execute(_READ_SCHOOLS)
        }
        for row in self._connection.execute(_PERSONS):
            if row["school"] in found:
                found[row["school"]][row["role"], row["grade"]] += row["number"]
        return found

    def machines(self) -> _Machines | None:
        if not self._was_read(INVENTORY_SOURCE):
            return None
        found = _Machines()
        self._connection.create_function("folded", 1, str.casefold)
        words = [word.casefold() for word in self._conditions.targets.office_uses]
        for row in self._connection.execute(_MACHINES, {"office": json.dumps(words)}):
            school = row["school"]
            found.kinds[school][MachineKind(row["kind"])] += row["number"]
            found.office[school] += row["number"] if row["office"] else 0
            found.replacement[school][self._replaced(int(row["year"]) if row["year"] else None)] += row["number"]
        return found

    def _replaced(self, year: int | None) -> int | None:
        return None if year is None else year + self._conditions.thresholds.over_age_years

    def _was_read(self, source: str) -> bool:
        return self._connection.execute(_WAS_READ, (source,)).fetchone() is not None

    def _is_away(self, attributes: str | None) -> bool:
        return attributes is not None and self._conditions.repair.away(
            structs.replace(_UNTOLD, attributes=_pairs(attributes))
        )


class _Seen(NamedTuple):
    """All but the name by which the register may recognise a shared device."""

    shared: bool
    building: str
    room: str
    prestage: str
    groups: str | None
    attributes: str | None

    def device(self, name: str = "") -> Device:
        return structs.replace(
            _UNTOLD,
            name=name,
            shared=self.shared,
            building=self.building,
            room=self.room,
            prestage=self.prestage,
            groups=_strings(self.groups) if self.groups else (),
            attributes=_pairs(self.attributes) if self.attributes else (),
        )


def _shared_as(schools: Mapping[int, School]) -> Callable[..., str | None]:
    """By what the register says of shared devices; None: a person's own."""

    def shared_as(site: int | None, name: str, shared: int | None, *told: str | None) -> str | None:
        school = schools.get(site) if site is not None else None
        if school is None:
            return _POOL if shared else None
        building, room, prestage, groups, attributes = told
        seen = _Seen(
            shared=bool(shared),
            building=building or "",
            room=room or "",
            prestage=prestage or "",
            groups=groups if school.pool.groups else None,
            attributes=attributes if school.pool.attributes else None,
        )
        if is_named(name, school.pool.names + school.administration_names + school.spare_names):
            return _use_of(school, seen.device(name))
        return by_all_but_name(school.number, seen)

    @lru_cache(DIFFERENT)
    def by_all_but_name(number: str, seen: _Seen) -> str | None:
        return _use_of(numbered[number], seen.device())

    numbered = {school.number: school for school in schools.values()}
    return shared_as


def _use_of(school: School, device: Device) -> str | None:
    if not device.is_pool(school):
        return None
    if device.is_of_office(school):
        return _OFFICE
    return _SPARE if device.is_set_aside(school) else _POOL


def _together(school: School, ipads: _Ipads, people: _People, machines: _Machines | None) -> SchoolCounts:
    number = school.number
    at_jamf = number in ipads.known
    persons = people.get(number)
    return SchoolCounts(
        school=school,
        ipads=ipads.cells[number] if at_jamf else None,
        other_devices=ipads.others[number] if at_jamf else None,
        ages=ipads.ages[number] if at_jamf else None,
        replacement=ipads.replacement[number] if at_jamf else None,
        students=None if persons is None else _students(persons),
        teachers=None if persons is None else _of_role(persons, Role.TEACHER),
        staff=None if persons is None else _of_role(persons, Role.STAFF),
        machines=machines.kinds[number] if machines else None,
        office_machines=machines.office[number] if machines else None,
        machine_replacement=machines.replacement[number] if machines else None,
    )


def _students(persons: Mapping[tuple[str, int | None], int]) -> dict[int | None, int]:
    return {grade: number for (role, grade), number in persons.items() if role == Role.STUDENT}


def _of_role(persons: Mapping[tuple[str, int | None], int], role: Role) -> int:
    return sum(number for (of, _), number in persons.items() if of == role)
