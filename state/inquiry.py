"""What people ask of the store."""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlite_utils import Database

from mdm_sync.core.lifecycle import TransitionKind
from mdm_sync.core.model import Assignment, Device, Family, Person, School, Severity, subject_of
from mdm_sync.ports import DeviceStory, FindingQuery, FindingStep, FoundFindings, Health, OpenFinding
from state import findings
from state.outbox import Outbox
from state.rows import DEVICE, PERSON, assignment_of, device_of, moment, person_of
from state.snapshot import Snapshot

_NAMED = (
    "subject IN (SELECT value FROM json_each(:ids)) OR :name IN (casefold(serial), casefold(asset_tag), casefold(name))"
)
_OF_PERSON = "subject IN (SELECT subject FROM assignments WHERE (person_school, person_uuid) = (:school, :uuid))"
_ACKNOWLEDGED = "SELECT count(*) FROM acknowledgements WHERE ended_at IS NULL"


class Inquiry:
    """Answers from the store; satisfies ``mdm_sync.ports.Inquiry``."""

    def __init__(self, database: Database) -> None:
        self._database = database
        # SQLite folds the case of ASCII letters alone
        database.conn.create_function("casefold", 1, _casefold, deterministic=True)

    def open_findings(self, schools: Iterable[School], *, resolved: bool = False) -> list[OpenFinding]:
        """Findings, the most severe first; with ``resolved`` those that are no longer open as well."""
        return list(self.findings(FindingQuery(resolved=resolved), schools).findings)

    def findings(self, query: FindingQuery, schools: Iterable[School]) -> FoundFindings:
        """The findings that are wanted."""
        return findings.find(self._database.conn, query, schools)

    def finding(self, finding_id: int, schools: Iterable[School]) -> OpenFinding | None:
        """One finding by the number that lists show."""
        return findings.by_number(self._database.conn, finding_id, schools)

    def devices(self, name: str, schools: Iterable[School]) -> tuple[DeviceStory, ...]:
        """The devices of this serial number, asset tag, name or Jamf id, in any case of letters; ordered by id."""
        wanted = name.strip().casefold()
        ids = [subject_of(family, int(wanted)) for family in Family] if wanted.isdecimal() else [wanted]
        return self._stories(_NAMED, {"ids": json.dumps(ids), "name": wanted}, schools) if wanted else ()

    def devices_behind(self, subject: str, schools: Iterable[School]) -> tuple[DeviceStory, ...]:
        """The devices that a finding about this subject rests on: itself, those of the person, of the serial number."""
        kind, _, key = subject.partition(":")
        match kind:
            case "person":
                school, _, uuid = key.partition("/")
                return self._stories(_OF_PERSON, {"school": school, "uuid": uuid}, schools)
            case "serial":
                return self._stories("serial = :serial", {"serial": key}, schools)
        return self._stories("subject = :subject", {"subject": subject}, schools)

    def serials(self) -> tuple[str, ...]:
        """The serial numbers of all devices."""
        rows = self._database.conn.execute("SELECT DISTINCT serial FROM devices WHERE serial <> '' ORDER BY serial")
        return tuple(row["serial"] for row in rows)

    def steps(self, finding_id: int) -> tuple[FindingStep, ...]:
        """The history of a finding, the first step first."""
        query = "SELECT * FROM finding_steps WHERE finding = ? ORDER BY rowid"
        return tuple(map(_step, self._database.conn.execute(query, (finding_id,))))

    def person(self, ref: str) -> Person | None:
        """Whom a reference stands for."""
        row = self._database.conn.execute(
            f"SELECT {PERSON} FROM persons WHERE ref = ?", (ref.strip().upper(),)
        ).fetchone()
        return person_of(row) if row else None

    def health(self) -> Health:
        """The store at a glance."""
        connection = self._database.conn
        snapshot = Snapshot(self._database)
        by_rule: Counter[str] = Counter()
        for rules in snapshot.open_counts().values():
            by_rule.update(rules)
        last = connection.execute("SELECT max(finished_at) AS at FROM cycles").fetchone()
        return Health(
            last_cycle=moment(last["at"]),
            sources=snapshot.sources(),
            devices=connection.execute("SELECT count(*) FROM devices").fetchone()[0],
            persons=connection.execute("SELECT count(*) FROM persons WHERE gone_since IS NULL").fetchone()[0],
            open_by_rule=by_rule,
            acknowledged=connection.execute(_ACKNOWLEDGED).fetchone()[0],
            holds=tuple(snapshot.holds().values()),
            idle_exceptions=tuple(row["title"] for row in connection.execute("SELECT * FROM exceptions")),
            outbox=Outbox(self._database).totals(),
        )

    def _stories(self, condition: str, values: Mapping[str, str], schools: Iterable[School]) -> tuple[DeviceStory, ...]:
        query = f"SELECT {DEVICE} FROM devices WHERE {condition} ORDER BY length(subject), subject"
        register, rows = tuple(schools), self._database.conn.execute(query, values).fetchall()
        return tuple(self._story(device_of(row), register) for row in rows)

    def _story(self, device: Device, schools: Iterable[School]) -> DeviceStory:
        query = """
        SELECT missed, coalesce(sites.name, '') AS site FROM devices LEFT JOIN sites ON sites.id = site_id
        WHERE subject = ?
        """
        row = self._database.conn.execute(query, (device.subject,)).fetchone()
        subjects = (device.subject, f"serial:{device.serial}") if device.serial else (device.subject,)
        return DeviceStory(
            device=device,
            site=row["site"],
            assignment=self._assignment(device.subject),
            missed=row["missed"],
            findings=findings.about(self._database.conn, subjects, schools),
        )

    def _assignment(self, subject: str) -> Assignment | None:
        connection = self._database.conn
        row = connection.execute("SELECT * FROM assignments WHERE subject = ?", (subject,)).fetchone()
        if row is None:
            return None
        key = (row["person_school"], row["person_uuid"])
        person = connection.execute(f"SELECT {PERSON} FROM persons WHERE (school, uuid) = (?, ?)", key).fetchone()
        return assignment_of(row, person_of(person) if person else None)


def _casefold(text: str | None) -> str | None:
    return None if text is None else text.casefold()


def _step(row: sqlite3.Row) -> FindingStep:
    return FindingStep(
        at=datetime.fromisoformat(row["at"]),
        kind=TransitionKind(row["kind"]),
        severity=Severity.of(row["severity"]),
        cycle=row["cycle"],
    )
