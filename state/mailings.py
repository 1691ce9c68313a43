"""What each recipient was told, held against how the findings stand."""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlite_utils import Database

from mdm_sync.core.brakes import Hold, HoldState
from mdm_sync.core.model import School, Severity
from mdm_sync.core.news import Place, Reported, Told
from mdm_sync.ports import NewEntry, Turn, Wanted
from state.connection import transaction
from state.decisions import Decisions
from state.findings import LABEL, SEVERITY
from state.outbox import write_entry
from state.rows import finding_of, moment

_RECIPIENT = "(SELECT id FROM recipients WHERE key = :recipient)"
_OF_PERSONS = ("person", "near")
"""Details that hold the reference of a person."""

_WANTED = """
findings.school IN (SELECT value FROM json_each(:schools)) AND findings.rule IN (SELECT value FROM json_each(:rules))
"""
_LAST_STEP = "(SELECT kind FROM finding_steps WHERE finding = findings.id ORDER BY cycle DESC, rowid DESC LIMIT 1)"
_SINCE = "EXISTS (SELECT 1 FROM finding_steps WHERE finding = findings.id AND kind = '{}' AND cycle > told.cycle)"
_DUE, _BACK = _SINCE.format("due"), _SINCE.format("reopened")
_NEWS = f"""
SELECT findings.id, rule, findings.subject, school, findings.severity, findings.open, opened_at, baseline,
    iif(baseline AND told.finding IS NULL, '{{}}', details) AS details,
    told.severity AS told_severity, told.open AS told_open, outbox.key AS mail,
    {_DUE} AS due, {_BACK} AS back, {LABEL}, devices.building, devices.room
FROM findings
LEFT JOIN devices ON devices.subject = findings.subject
LEFT JOIN acknowledgements ON acknowledgements.finding = findings.id AND ended_at IS NULL
LEFT JOIN told ON told.recipient = {_RECIPIENT} AND told.finding = findings.id
LEFT JOIN outbox ON outbox.id = told.outbox
WHERE {_WANTED} AND iif(
    findings.open,
    acknowledgements.finding IS NULL AND {SEVERITY.format("findings.")} >= :least AND (
        told.finding IS NULL OR NOT told.open OR {_DUE} OR {_BACK}
        OR {SEVERITY.format("findings.")} > {SEVERITY.format("told.")}
    ),
    told.open AND {_LAST_STEP} <> 'withdrawn'
)
ORDER BY {SEVERITY.format("findings.")} DESC, findings.rule, findings.school, findings.id
"""
_COUNTS = f"""
SELECT school, rule, count(*) AS number FROM findings
WHERE open AND {_WANTED} AND {SEVERITY.format("")} >= :least GROUP BY school, rule
"""
_TELL = """
INSERT INTO told SELECT (SELECT id FROM recipients WHERE key = ?), id, ?, ?,
    (SELECT coalesce(max(cycle), 0) FROM finding_steps WHERE finding = id), ?
FROM findings WHERE id = ?
ON CONFLICT DO UPDATE SET (severity, open, cycle, outbox) =
    (excluded.severity, excluded.open, excluded.cycle, excluded.outbox)
"""


class Mailings:
    """What recipients were told; satisfies ``mdm_sync.ports.Mailings``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def news(self, wanted: Wanted, schools: Iterable[School]) -> tuple[Reported, ...]:
        """The findings of which the recipient was not told how they stand, the most severe first."""
        names = {school.number: school.name for school in schools}
        rows = self._database.conn.execute(_NEWS, _values(wanted)).fetchall()
        logins = self._logins(wanted.logins_of) if wanted.logins_of else {}
        return tuple(_reported(row, names, logins) for row in rows)

    def open_counts(self, wanted: Wanted) -> dict[str, dict[str, int]]:
        """The open findings that are wanted, by school and rule."""
        counts: defaultdict[str, dict[str, int]] = defaultdict(dict)
        for row in self._database.conn.execute(_COUNTS, _values(wanted)):
            counts[row["school"]][row["rule"]] = row["number"]
        return dict(counts)

    def untold_holds(self, recipient: str) -> tuple[Hold, ...]:
        """The holds that wait for a decision and that the recipient was not told of since the last one about them."""
        query = f"SELECT hold FROM told_holds WHERE recipient = {_RECIPIENT}"
        told = {row["hold"] for row in self._database.conn.execute(query, {"recipient": recipient})}
        holds = Decisions(self._database).holds()
        return tuple(hold for hold in holds if hold.state is HoldState.OPEN and hold.hold_id not in told)

    def turn(self, recipient: str, kind: Turn) -> datetime | None:
        """When what goes out by a rhythm was last looked at; None: never."""
        query = f"SELECT at FROM turns WHERE recipient = {_RECIPIENT} AND kind = :kind"
        row = self._database.conn.execute(query, {"recipient": recipient, "kind": kind.value}).fetchone()
        return moment(row["at"]) if row else None

    def note_turn(self, recipient: str, kind: Turn, at: datetime) -> None:
        """It was looked at, whether or not there was anything to tell."""
        values = {"recipient": recipient, "kind": kind.value, "at": at.isoformat()}
        with transaction(self._database) as connection:
            _know(connection, recipient)
            connection.execute(
                f"INSERT INTO turns VALUES ({_RECIPIENT}, :kind, :at) ON CONFLICT DO UPDATE SET at = :at", values
            )

    def put(self, entries: Callable[[], Sequence[NewEntry]], at: datetime) -> None:
        """Put mails into the outbox and remember what they tell; ``entries`` is called inside the transaction."""
        with transaction(self._database) as connection:
            for entry in entries():
                put_mail(connection, entry, at)

    def _logins(self, school: str) -> dict[str, str]:
        rows = self._database.conn.execute("SELECT ref, login FROM persons WHERE school = ?", (school,))
        return {row["ref"]: row["login"] for row in rows}


def put_mail(connection: sqlite3.Connection, entry: NewEntry, at: datetime) -> None:
    """Put something into the outbox, and remember who is told what by it."""
    number = write_entry(connection, entry, at)
    if not entry.reader:
        return
    _know(connection, entry.reader)
    connection.executemany(
        _TELL, [(entry.reader, one.severity.word, one.open, number, one.number) for one in entry.tells]
    )
    connection.executemany(
        "INSERT OR IGNORE INTO told_holds SELECT id, ? FROM recipients WHERE key = ?",
        [(hold, entry.reader) for hold in entry.holds],
    )


def _know(connection: sqlite3.Connection, recipient: str) -> None:
    connection.execute("INSERT OR IGNORE INTO recipients (key) VALUES (?)", (recipient,))


def _values(wanted: Wanted) -> dict[str, object]:
    return {
        "recipient": wanted.recipient,
        "schools": json.dumps(sorted(wanted.schools)),
        "rules": json.dumps(sorted(wanted.rules)),
        "least": int(wanted.least),
    }


def _reported(row: sqlite3.Row, names: Mapping[str, str], logins: Mapping[str, str]) -> Reported:
    finding = finding_of(row)
    if logins:
        details = {
            name: logins.get(value, value) if name in _OF_PERSONS else value for name, value in finding.details.items()
        }
        finding = replace(finding, details=details)
    place = Place(
        finding=finding,
        school_name=names.get(finding.school, ""),
        number=row["id"],
        opened_at=moment(row["opened_at"]),
        label=row["label"],
        room=", ".join(filter(None, (row["building"], row["room"]))),
    )
    return Reported(
        place=place,
        open=bool(row["open"]),
        baseline=bool(row["baseline"]),
        due=bool(row["due"]),
        back=bool(row["back"]),
        told=_told(row),
    )


def _told(row: sqlite3.Row) -> Told | None:
    if row["told_severity"] is None:
        return None
    return Told(severity=Severity.of(row["told_severity"]), open=bool(row["told_open"]), mail=row["mail"] or "")
