"""What the last complete reads said, school by school."""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlite_utils import Database

from mdm_sync.core.lifecycle import StoredFinding
from mdm_sync.core.matching import Index
from mdm_sync.core.model import Device, DeviceKind, Finding, Key, Person, Role, School, Severity, UserFields
from mdm_sync.core.news import SchoolTotals, SourceState

_SITES = "SELECT sites.id FROM sites WHERE sites.name IN (SELECT value FROM json_each(:sites))"


class Snapshot:
    """The state as the core looks at it; satisfies ``mdm_sync.ports.Snapshot``."""

    def __init__(self, database: Database) -> None:
        self._connection = database.conn

    def devices_of(self, school: School) -> tuple[Device, ...]:
        """The devices in the school's sites."""
        query = f"SELECT * FROM devices WHERE site_id IN ({_SITES}) ORDER BY id"
        return tuple(map(_device, self._connection.execute(query, _sites(school))))

    def persons_of(self, school: School) -> tuple[Person, ...] | None:
        """The school's persons; None while its directory has never been read completely."""
        if school.number not in self.read_schools():
            return None
        rows = self._connection.execute("SELECT * FROM persons WHERE school = ? ORDER BY uuid", (school.number,))
        return tuple(map(person_of, rows))

    def persons_elsewhere(self, school: School) -> Index:
        """Persons of other schools whose full address a device of this school names, by that address."""
        query = f"""
        SELECT persons.* FROM persons WHERE school <> :school AND mail_key IN (
            SELECT mail FROM device_mails JOIN devices ON devices.id = device_id WHERE site_id IN ({_SITES})
        ) ORDER BY school, uuid
        """
        found: defaultdict[str, tuple[Person, ...]] = defaultdict(tuple)
        for row in self._connection.execute(query, {"school": school.number, **_sites(school)}):
            found[row["mail_key"]] += (person_of(row),)
        return dict(found)

    def findings_of(self, school: School) -> Mapping[Key, StoredFinding]:
        """Earlier findings about the devices that now stand in the school's sites."""
        query = f"""
        SELECT * FROM findings
        WHERE subject IN (SELECT 'device:' || id FROM devices WHERE site_id IN ({_SITES}))
        """
        stored = map(_stored, self._connection.execute(query, _sites(school)))
        return {known.finding.key: known for known in stored}

    def findings_without_subject(self) -> tuple[StoredFinding, ...]:
        """Earlier findings about devices that are no longer there."""
        query = """
        SELECT * FROM findings WHERE open AND subject LIKE 'device:%'
        AND CAST(substr(subject, 8) AS INTEGER) NOT IN (SELECT id FROM devices)
        """
        return tuple(map(_stored, self._connection.execute(query)))

    def read_schools(self) -> frozenset[str]:
        """Numbers of the schools whose directory has been read completely at least once."""
        query = "SELECT substr(name, 7) AS school FROM sources WHERE name LIKE 'iserv-%' AND complete_at IS NOT NULL"
        return frozenset(row["school"] for row in self._connection.execute(query))

    def totals(self, schools: Iterable[School], open_counts: Mapping[str, Mapping[str, int]]) -> list[SchoolTotals]:
        """Counts for the summary; ``open_counts`` are open findings by school and rule."""
        roles = self._roles()
        read = self.read_schools()
        return [
            SchoolTotals(
                school=school,
                devices=self._devices_in(school),
                students=roles.get((school.number, Role.STUDENT), 0) if school.number in read else None,
                teachers=roles.get((school.number, Role.TEACHER), 0) if school.number in read else None,
                findings=open_counts.get(school.number, {}),
            )
            for school in schools
        ]

    def open_counts(self) -> dict[str, dict[str, int]]:
        """Open findings by school and rule."""
        counts: defaultdict[str, dict[str, int]] = defaultdict(dict)
        query = "SELECT school, rule, count(*) AS number FROM findings WHERE open GROUP BY school, rule"
        for row in self._connection.execute(query):
            counts[row["school"]][row["rule"]] = row["number"]
        return dict(counts)

    def unplaced_devices(self, schools: Iterable[School]) -> int:
        """Devices that stand in no site of any of these schools."""
        names = [name for school in schools for name in school.sites]
        query = f"SELECT count(*) FROM devices WHERE site_id IS NULL OR site_id NOT IN ({_SITES})"
        return int(self._connection.execute(query, {"sites": json.dumps(names)}).fetchone()[0])

    def sources(self) -> tuple[SourceState, ...]:
        """How each source stands."""
        return tuple(
            SourceState(name=row["name"], complete_at=moment(row["complete_at"]), error=row["error"])
            for row in self._connection.execute("SELECT * FROM sources ORDER BY name")
        )

    def _devices_in(self, school: School) -> int:
        query = f"SELECT count(*) FROM devices WHERE site_id IN ({_SITES})"
        return int(self._connection.execute(query, _sites(school)).fetchone()[0])

    def _roles(self) -> dict[tuple[str, str], int]:
        query = "SELECT school, role, count(*) AS number FROM persons GROUP BY school, role"
        return {(row["school"], row["role"]): row["number"] for row in self._connection.execute(query)}


def moment(text: str | None) -> datetime | None:
    """A stored moment, or None."""
    return datetime.fromisoformat(text) if text else None


def finding_of(row: sqlite3.Row) -> Finding:
    """The finding that a row of the table holds."""
    return Finding(
        rule=row["rule"],
        subject=row["subject"],
        school=row["school"],
        severity=Severity.of(row["severity"]),
        details=json.loads(row["details"]),
    )


def person_of(row: sqlite3.Row) -> Person:
    """The person that a row of the table holds."""
    return Person(
        school=row["school"],
        uuid=row["uuid"],
        login=row["login"],
        mail=row["mail"],
        role=Role(row["role"]),
        ref=row["ref"],
    )


def _stored(row: sqlite3.Row) -> StoredFinding:
    return StoredFinding(finding=finding_of(row), open=bool(row["open"]))


def _sites(school: School) -> dict[str, str]:
    return {"sites": json.dumps(school.sites)}


def _device(row: sqlite3.Row) -> Device:
    return Device(
        jamf_id=row["id"],
        serial=row["serial"],
        name=row["name"],
        asset_tag=row["asset_tag"],
        kind=DeviceKind(row["kind"]),
        model=row["model"],
        site_id=row["site_id"],
        shared=None if row["shared"] is None else bool(row["shared"]),
        user=_user(row),
    )


def _user(row: sqlite3.Row) -> UserFields | None:
    if row["username"] is None:
        return None
    return UserFields(username=row["username"], real_name=row["real_name"], email=row["email"])
