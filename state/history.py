"""What was when: where each device stood, and whom it named. Only what changes is written."""

import sqlite3
import zlib
from collections.abc import Iterable, Iterator
from datetime import date, datetime

from sqlite_utils import Database

from mdm_sync.core.model import DeviceKind, School
from mdm_sync.core.year_facts import LockTime, RuleSteps
from mdm_sync.ports import DeviceSpan, HolderSpan, KeptTotals
from state.rows import moment
from state.year import lock_times, steps_between, totals_between

_CYCLE = "(SELECT coalesce(max(id), 0) + 1 FROM cycles)"
"""The cycle that is under way: the next one to be committed."""

_STAND = "serial, kind, site, lost_mode"
_NOW = """
SELECT subject, serial, kind, sites.name AS site, lost_mode FROM devices LEFT JOIN sites ON sites.id = devices.site_id
"""
_END_OF_VANISHED = f"""
UPDATE device_spans SET (until, cycle_until, last_contact) =
    (:at, {_CYCLE}, (SELECT last_contact FROM devices WHERE devices.subject = device_spans.subject))
WHERE until IS NULL AND subject IN (SELECT subject FROM devices WHERE missed >= :reads)
"""
_END_OF_CHANGED = f"""
UPDATE device_spans SET (until, cycle_until) = (:at, {_CYCLE}) WHERE until IS NULL AND subject IN (
    SELECT now.subject FROM ({_NOW}) AS now JOIN device_spans AS old ON old.subject = now.subject AND old.until IS NULL
    WHERE (old.serial, old.kind, old.site, old.lost_mode) IS NOT (now.serial, now.kind, now.site, now.lost_mode)
)
"""
_BEGIN = f"""
INSERT INTO device_spans (subject, {_STAND}, since, cycle) SELECT subject, {_STAND}, :at, {_CYCLE} FROM ({_NOW})
WHERE subject NOT IN (SELECT subject FROM device_spans WHERE until IS NULL)
"""
_SETTLED = "state <> 'undecided'"
_END_OF_HOLDING = f"""
UPDATE holder_spans SET (until, cycle_until) = (:at, {_CYCLE}) WHERE until IS NULL AND (
    subject NOT IN (SELECT subject FROM devices) OR subject IN (
        SELECT old.subject FROM holder_spans AS old JOIN main.assignments AS now ON now.subject = old.subject
        WHERE old.until IS NULL AND now.{_SETTLED}
        AND (old.person_school, old.person_uuid) IS NOT (now.person_school, now.person_uuid)
    )
)
"""
_BEGIN_OF_HOLDING = f"""
INSERT INTO holder_spans (subject, person_school, person_uuid, since, cycle)
SELECT subject, person_school, person_uuid, :at, {_CYCLE} FROM main.assignments
WHERE person_uuid IS NOT NULL AND subject NOT IN (SELECT subject FROM holder_spans WHERE until IS NULL)
"""
_IN_FORCE = "since <= :at AND (until IS NULL OR until > :at)"


def note_vanishing(connection: sqlite3.Connection, at: datetime, reads: int) -> None:
    """Close the history of devices that are about to be removed, with their last contact."""
    connection.execute(_END_OF_VANISHED, {"at": at.isoformat(), "reads": reads})


def note_devices(connection: sqlite3.Connection, at: datetime) -> None:
    """Write down which devices are new or stand otherwise than before."""
    for statement in (_END_OF_CHANGED, _BEGIN):
        connection.execute(statement, {"at": at.isoformat()})


def note_holders(connection: sqlite3.Connection, at: datetime) -> None:
    """Write down whose devices changed; what is undecided changes nothing."""
    for statement in (_END_OF_HOLDING, _BEGIN_OF_HOLDING):
        connection.execute(statement, {"at": at.isoformat()})


class History:
    """Answers from the history; satisfies ``mdm_sync.ports.History``."""

    def __init__(self, database: Database) -> None:
        self._connection = database.conn

    def keep_totals(self, totals: KeptTotals) -> None:
        """Keep the totals of a day, inside the commit's transaction; they take the place of earlier ones of it."""
        packed = zlib.compress(totals.content.encode())
        self._connection.execute("INSERT OR REPLACE INTO totals VALUES (?, ?)", (totals.day.isoformat(), packed))

    def totals_on(self, day: date) -> KeptTotals | None:
        """The totals of a day, or where there are none the last ones before it; None: there are none so early."""
        query = "SELECT * FROM totals WHERE day <= ? ORDER BY day DESC LIMIT 1"
        row = self._connection.execute(query, (day.isoformat(),)).fetchone()
        if row is None:
            return None
        return KeptTotals(day=date.fromisoformat(row["day"]), content=zlib.decompress(row["content"]).decode())

    def totals_between(self, first: date, last: date) -> Iterator[KeptTotals]:
        """The totals of all days from the first to the last, both included, in their order."""
        return totals_between(self._connection, first, last)

    def steps_between(self, since: datetime, until: datetime) -> tuple[RuleSteps, ...]:
        """How often findings of each rule took a step from a moment on and before another, by rule."""
        return steps_between(self._connection, since, until)

    def lock_times(self, since: datetime, until: datetime) -> tuple[LockTime, ...]:
        """The thefts and losses that were reported from a moment on and before another, by number."""
        return lock_times(self._connection, since, until)

    def ipads_at(self, when: datetime, schools: Iterable[School]) -> dict[str, int]:
        """How many iPads stood at each of these schools at a moment, by Schulnummer."""
        query = f"SELECT site, count(*) AS number FROM device_spans WHERE kind = :ipad AND {_IN_FORCE} GROUP BY site"
        rows = self._connection.execute(query, {"ipad": DeviceKind.IPAD.value, "at": when.isoformat()})
        by_site = {row["site"]: row["number"] for row in rows}
        return {school.number: sum(by_site.get(site, 0) for site in school.sites) for school in schools}

    def holders(self, serial: str, when: datetime | None = None) -> tuple[HolderSpan, ...]:
        """Whom the device of this serial number named, the latest first; at one moment, or ever."""
        at = f"AND {_IN_FORCE}" if when else ""
        query = f"""
        SELECT holder_spans.*, persons.ref FROM holder_spans LEFT JOIN persons
            ON persons.school = person_school AND persons.uuid = person_uuid
        WHERE subject IN (SELECT subject FROM device_spans WHERE serial = :serial) {at}
        ORDER BY since DESC, subject
        """
        values = {"serial": serial, "at": when.isoformat() if when else ""}
        return tuple(holder_spans(self._connection.execute(query, values)))

    def spans(self, serial: str) -> tuple[DeviceSpan, ...]:
        """Where the device of this serial number stood, the latest first."""
        query = "SELECT * FROM device_spans WHERE serial = ? ORDER BY since DESC, subject"
        return tuple(map(_device_span, self._connection.execute(query, (serial,))))


def holder_spans(rows: Iterable[sqlite3.Row]) -> Iterator[HolderSpan]:
    """The spans that these rows of the table hold, each with the reference of its person."""
    for row in rows:
        yield HolderSpan(
            subject=row["subject"],
            person_school=row["person_school"],
            person=row["ref"] or "",
            since=datetime.fromisoformat(row["since"]),
            until=moment(row["until"]),
            cycle=row["cycle"],
        )


def _device_span(row: sqlite3.Row) -> DeviceSpan:
    return DeviceSpan(
        subject=row["subject"],
        site=row["site"],
        lost_mode=None if row["lost_mode"] is None else bool(row["lost_mode"]),
        since=datetime.fromisoformat(row["since"]),
        until=moment(row["until"]),
        last_contact=moment(row["last_contact"]),
        cycle=row["cycle"],
    )
