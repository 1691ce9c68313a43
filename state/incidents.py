"""What was reported from outside Jamf Pro, and which devices it is about."""

import json
import sqlite3
from collections.abc import Collection, Iterable
from datetime import date, datetime

from sqlite_utils import Database

from mdm_sync.core.incident_intake import Intake, KnownReports, wording
from mdm_sync.core.incidents import MISSING_KINDS, UNSETTLED, Handling, Incident, IncidentKind
from mdm_sync.core.locks import LockCommand
from mdm_sync.core.model import DeviceKind, School
from mdm_sync.core.nearest import nearest
from mdm_sync.core.views import LossCase
from mdm_sync.ports import OpenQuestion
from state.connection import transaction
from state.loss_cases import MATCHES, CaseReading, text_of
from state.rows import moment, one_of
from state.schema import FLEET_SOURCE

_COLUMNS = "case_number, kind, serial, asset_tag, school, happened, reported_at, handling, recorded_by"

LOOKED_AFTER = f"handling {one_of(UNSETTLED | {Handling.IN_REPAIR})}"
"""The condition that an incident is not settled yet."""
_MISSING = f"incidents.kind {one_of(MISSING_KINDS)} AND handling {one_of(UNSETTLED)}"
_NOTE_DEVICES = f"""
INSERT INTO incident_devices (incident, subject, serial, asset_tag, site_id, since)
SELECT DISTINCT incident, subject, devices.serial, devices.asset_tag, devices.site_id, ?
FROM ({MATCHES}) JOIN devices USING (subject) WHERE true
ON CONFLICT DO UPDATE SET (serial, asset_tag, site_id) = (excluded.serial, excluded.asset_tag, excluded.site_id)
WHERE (incident_devices.serial, incident_devices.asset_tag, incident_devices.site_id)
IS NOT (excluded.serial, excluded.asset_tag, excluded.site_id)
"""


class IncidentRegister:
    """The register of incidents; satisfies ``mdm_sync.ports.IncidentRegister``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def incidents(self) -> tuple[Incident, ...]:
        """All of them, by number."""
        return tuple(map(_incident, self._rows("SELECT * FROM incidents ORDER BY number")))

    def incident(self, number: int) -> Incident | None:
        """One by its number."""
        return next(map(_incident, self._rows("SELECT * FROM incidents WHERE number = ?", number)), None)

    def known(self) -> KnownReports:
        """What an import is compared with."""
        last_read = self._rows("SELECT case_number, last_read FROM incidents WHERE last_read <> ''")
        passed_over = "SELECT case_number FROM incident_doubles UNION SELECT case_number FROM past_cases"
        return KnownReports(
            incidents=self.incidents(),
            last_read={row["case_number"]: row["last_read"] for row in last_read},
            doubles=frozenset(row["case_number"] for row in self._rows(passed_over)),
        )

    def take(self, intake: Intake) -> None:
        """Keep what an import brought, all of it or nothing."""
        with transaction(self._database) as connection:
            for one in intake.new:
                _insert(connection, one, wording(one))
            for one in intake.changed:
                _update(connection, one, wording(one))
            for double in intake.doubles:
                connection.execute(
                    "INSERT OR IGNORE INTO incident_doubles SELECT ?, number FROM incidents WHERE case_number = ?",
                    (double.case_number, double.of.case_number),
                )

    def add(self, incident: Incident) -> Incident:
        """Keep a report that was entered by hand; returned with its number."""
        with transaction(self._database) as connection:
            row = connection.execute("SELECT * FROM incidents WHERE number = ?", (_insert(connection, incident, ""),))
            return _incident(row.fetchone())

    def change(self, incident: Incident) -> None:
        """Keep other values of an incident, by its number; what the form last said of it stays as it was."""
        with transaction(self._database) as connection:
            _update(connection, incident, None)

    def questions(self) -> tuple[OpenQuestion, ...]:
        """Reports that are looked after and name no known device; none while Jamf Pro has never been read."""
        if not self._rows("SELECT 1 FROM sources WHERE name = ? AND complete_at IS NOT NULL", FLEET_SOURCE):
            return ()
        query = f"""
        SELECT * FROM incidents WHERE {LOOKED_AFTER} AND number NOT IN (SELECT incident FROM ({MATCHES}))
        AND number NOT IN (SELECT incident FROM incident_devices) ORDER BY number
        """
        open_ones = tuple(map(_incident, self._rows(query)))
        serials = tuple(row["serial"] for row in self._rows("SELECT serial FROM devices")) if open_ones else ()
        return tuple(
            OpenQuestion(
                incident=one,
                nearest=(nearest([one.serial], serials) or "") if one.serial else "",
                tagged=self._tagged(one.asset_tag),
            )
            for one in open_ones
        )

    def ipads(self) -> int:
        """How many iPads Jamf Pro knows; two records of one serial number are one."""
        query = "SELECT count(DISTINCT iif(serial = '', subject, serial)) AS number FROM devices WHERE kind = ?"
        return int(self._rows(query, DeviceKind.IPAD.value)[0]["number"])

    def serials_to_watch(self, rules: Collection[str]) -> tuple[str, ...]:
        """Serial numbers of what is reported as stolen or lost, or of which a finding of these rules is open."""
        query = f"""
        SELECT serial FROM incidents WHERE {_MISSING} AND serial <> ''
        UNION SELECT incident_devices.serial FROM incident_devices JOIN incidents ON number = incident
        WHERE {_MISSING} AND incident_devices.serial <> ''
        UNION SELECT devices.serial FROM ({MATCHES}) JOIN incidents ON number = incident
        JOIN devices USING (subject) WHERE {_MISSING} AND devices.serial <> ''
        UNION SELECT devices.serial FROM findings JOIN devices USING (subject)
        WHERE findings.open AND rule IN (SELECT value FROM json_each(?)) AND devices.serial <> '' ORDER BY 1
        """
        return tuple(row["serial"] for row in self._rows(query, json.dumps(sorted(rules))))

    def management_ids_to_watch(self) -> tuple[str, ...]:
        """The same devices, as MDM commands name them."""
        query = f"""
        SELECT DISTINCT management_id FROM ({MATCHES}) JOIN incidents ON number = incident
        JOIN devices USING (subject) WHERE {_MISSING} AND management_id <> '' ORDER BY 1
        """
        return tuple(row["management_id"] for row in self._rows(query))

    def keep_commands(self, management_ids: Collection[str], commands: Iterable[LockCommand], at: datetime) -> None:
        """Keep what Jamf Pro said at a moment of the commands of these devices."""
        asked = json.dumps(sorted(management_ids))
        with transaction(self._database) as connection:
            connection.execute(
                "DELETE FROM lock_commands WHERE management_id IN (SELECT value FROM json_each(?))", (asked,)
            )
            connection.executemany(
                "INSERT OR REPLACE INTO lock_commands VALUES (?, ?, ?, ?, ?, ?)",
                (
                    (one.uuid, one.management_id, one.kind, one.state, text_of(one.sent_at), text_of(one.completed_at))
                    for one in commands
                ),
            )
            connection.execute(
                "INSERT OR REPLACE INTO lock_commands_read SELECT value, ? FROM json_each(?)", (at.isoformat(), asked)
            )

    def loss_cases(
        self, schools: Iterable[School], rules: Collection[str], commands_since: datetime
    ) -> tuple[LossCase, ...]:
        """All that the rules about losses look at, by subject."""
        incidents = {one.number: one for one in self.incidents()}
        return CaseReading(self._database.conn, incidents).cases(schools, rules, commands_since)

    def _tagged(self, asset_tag: str) -> str:
        found = self._rows("SELECT serial FROM devices WHERE asset_tag = ? LIMIT 2", asset_tag) if asset_tag else []
        return str(found[0]["serial"]) if len(found) == 1 else ""

    def _rows(self, query: str, *values: object) -> list[sqlite3.Row]:
        return self._database.conn.execute(query, values).fetchall()


def note_devices_of_incidents(connection: sqlite3.Connection, at: datetime) -> None:
    """Write down which devices the incidents are about now, so that it is known when a device is there no more."""
    connection.execute(_NOTE_DEVICES, (at.isoformat(),))


def _insert(connection: sqlite3.Connection, incident: Incident, last_read: str) -> int | None:
    return connection.execute(
        f"INSERT INTO incidents ({_COLUMNS}, last_read) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (*_values(incident), last_read),
    ).lastrowid


def _update(connection: sqlite3.Connection, incident: Incident, last_read: str | None) -> None:
    """What it was about is forgotten where it now names another device."""
    connection.execute(
        "DELETE FROM incident_devices WHERE incident = (SELECT number FROM incidents "
        "WHERE number = ? AND (serial, asset_tag) IS NOT (?, ?))",
        (incident.number, incident.serial, incident.asset_tag),
    )
    connection.execute(
        f"UPDATE incidents SET ({_COLUMNS}, last_read) = (?, ?, ?, ?, ?, ?, ?, ?, ?, coalesce(?, last_read)) "
        "WHERE number = ?",
        (*_values(incident), last_read, incident.number),
    )


def _values(incident: Incident) -> tuple[object, ...]:
    """The values of _COLUMNS."""
    return (
        incident.case_number,
        incident.kind.value,
        incident.serial,
        incident.asset_tag,
        incident.school,
        text_of(incident.happened),
        incident.reported_at.isoformat(),
        incident.handling.value,
        incident.recorded_by,
    )


def _incident(row: sqlite3.Row) -> Incident:
    reported = moment(row["reported_at"])
    if reported is None:
        raise ValueError("an incident that nobody reported")
    return Incident(
        number=row["number"],
        case_number=row["case_number"],
        kind=IncidentKind(row["kind"]),
        serial=row["serial"],
        asset_tag=row["asset_tag"],
        school=row["school"],
        happened=date.fromisoformat(row["happened"]) if row["happened"] else None,
        reported_at=reported,
        handling=Handling(row["handling"]),
        recorded_by=row["recorded_by"],
    )
