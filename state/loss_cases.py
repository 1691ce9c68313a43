"""Devices and the incidents about them, put together for the rules about losses."""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, datetime

from mdm_sync.core.incidents import Incident
from mdm_sync.core.locks import LockCommand
from mdm_sync.core.model import Assignment, Device, School
from mdm_sync.core.views import LossCase
from state.rows import DEVICE, PERSON, assignment_of, device_of, moment, person_of

MATCHES = """
SELECT incidents.number AS incident, devices.subject FROM incidents JOIN devices ON devices.serial = incidents.serial
WHERE incidents.serial <> ''
UNION
SELECT incident, devices.subject FROM incident_devices JOIN devices
ON devices.subject = incident_devices.subject OR (devices.serial = incident_devices.serial AND devices.serial <> '')
UNION
SELECT incidents.number, devices.subject FROM incidents JOIN devices ON devices.asset_tag = incidents.asset_tag
WHERE incidents.serial = '' AND incidents.asset_tag <> ''
AND NOT EXISTS (SELECT 1 FROM incident_devices WHERE incident = incidents.number)
"""
"""Incidents and the devices that they are about: by serial number; by the device that an incident was found to be about
before, even if it was enrolled again since; by asset tag where neither is known. An asset tag that was given to the
replacement leads nowhere wrong so."""

_LAST_KNOWN = """
SELECT * FROM incident_devices AS last WHERE subject NOT IN (SELECT subject FROM devices)
AND since = (SELECT max(since) FROM incident_devices WHERE incident = last.incident) ORDER BY incident, subject
"""
_INTERESTING = f"""
SELECT {DEVICE} FROM devices WHERE lost_mode OR subject IN (SELECT subject FROM ({MATCHES}))
OR subject IN (SELECT subject FROM findings WHERE open AND rule IN (SELECT value FROM json_each(?))) ORDER BY subject
"""
_ASSIGNMENTS = """
SELECT * FROM scratch.assignments WHERE subject IN (SELECT value FROM json_each(:subjects))
UNION ALL
SELECT * FROM main.assignments WHERE subject IN (SELECT value FROM json_each(:subjects))
AND subject NOT IN (SELECT subject FROM scratch.assignments)
"""
_THEIR_PERSONS = f"""
SELECT {PERSON} FROM persons WHERE (school, uuid) IN (SELECT person_school, person_uuid FROM ({_ASSIGNMENTS}))
"""


class CaseReading:
    """Puts the cases together; the store must be open for work, since assignments may be staged."""

    def __init__(self, connection: sqlite3.Connection, incidents: Mapping[int, Incident]) -> None:
        self._connection = connection
        self._incidents = incidents

    def cases(
        self, schools: Iterable[School], rules: Collection[str], commands_since: datetime
    ) -> tuple[LossCase, ...]:
        """All cases, by subject; arguments as in ``mdm_sync.ports.IncidentRegister.loss_cases``."""
        school_of = self._school_by_site(schools)
        reported = self._reported()
        devices = tuple(map(device_of, self._connection.execute(_INTERESTING, (json.dumps(sorted(rules)),))))
        assignments = self._assignments(devices)
        commands = self._commands(commands_since)
        former = self._former()
        there = [
            LossCase(
                subject=device.subject,
                serial=device.serial,
                asset_tag=device.asset_tag,
                school=school_of.get(device.site_id, ""),
                device=device,
                incidents=reported.get(device.subject, ()),
                assignment=assignments.get(device.subject),
                commands=commands.get(device.management_id),
                former=tuple(sorted({old for one in reported.get(device.subject, ()) for old in former[one.number]})),
            )
            for device in devices
        ]
        return tuple(sorted([*there, *self._gone(reported, school_of)], key=lambda case: case.subject))

    def _reported(self) -> dict[str, tuple[Incident, ...]]:
        found: defaultdict[str, tuple[Incident, ...]] = defaultdict(tuple)
        for row in self._connection.execute(f"SELECT * FROM ({MATCHES}) ORDER BY incident"):
            found[row["subject"]] += (self._incidents[row["incident"]],)
        return found

    def _gone(
        self, reported: Mapping[str, tuple[Incident, ...]], school_of: Mapping[int | None, str]
    ) -> Iterator[LossCase]:
        """The devices of incidents that are about no device that is there, as they were last known."""
        found = {one.number for incidents in reported.values() for one in incidents}
        last: dict[str, sqlite3.Row] = {}
        about: defaultdict[str, tuple[Incident, ...]] = defaultdict(tuple)
        for row in self._connection.execute(_LAST_KNOWN):
            if row["incident"] not in found:
                last[row["subject"]] = row
                about[row["subject"]] += (self._incidents[row["incident"]],)
        for subject, row in last.items():
            yield LossCase(
                subject=subject,
                serial=row["serial"],
                asset_tag=row["asset_tag"],
                school=school_of.get(row["site_id"], ""),
                incidents=about[subject],
            )

    def _former(self) -> defaultdict[int, set[str]]:
        """Subjects that an incident was found to be about and that are there no more."""
        query = "SELECT incident, subject FROM incident_devices WHERE subject NOT IN (SELECT subject FROM devices)"
        found: defaultdict[int, set[str]] = defaultdict(set)
        for row in self._connection.execute(query):
            found[row["incident"]].add(row["subject"])
        return found

    def _assignments(self, devices: Iterable[Device]) -> dict[str, Assignment]:
        values = {"subjects": json.dumps([device.subject for device in devices])}
        persons = (person_of(row) for row in self._connection.execute(_THEIR_PERSONS, values))
        by_key = {(person.school, person.uuid): person for person in persons}
        return {
            row["subject"]: assignment_of(row, by_key.get((row["person_school"], row["person_uuid"])))
            for row in self._connection.execute(_ASSIGNMENTS, values)
        }

    def _commands(self, since: datetime) -> dict[str, tuple[LockCommand, ...]]:
        """By management id, in the order of sending; what was read before ``since`` is left out."""
        read = "SELECT management_id FROM lock_commands_read WHERE at >= ?"
        found: dict[str, tuple[LockCommand, ...]] = {
            row["management_id"]: () for row in self._connection.execute(read, (since.isoformat(),))
        }
        for row in self._connection.execute("SELECT * FROM lock_commands ORDER BY sent_at, uuid"):
            if row["management_id"] in found:
                found[row["management_id"]] += (_command(row),)
        return found

    def _school_by_site(self, schools: Iterable[School]) -> dict[int | None, str]:
        names = {site: school.number for school in schools for site in school.sites}
        rows = self._connection.execute("SELECT id, name FROM sites")
        return {row["id"]: names[row["name"]] for row in rows if row["name"] in names}


def text_of(value: date | None) -> str | None:
    """A day or a moment as it is stored."""
    return value.isoformat() if value else None


def _command(row: sqlite3.Row) -> LockCommand:
    return LockCommand(
        uuid=row["uuid"],
        management_id=row["management_id"],
        kind=row["kind"],
        state=row["state"],
        sent_at=moment(row["sent_at"]),
        completed_at=moment(row["completed_at"]),
    )
