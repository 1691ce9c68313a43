"""What people ask of the store."""

import sqlite3
from collections import Counter
from collections.abc import Iterable

from sqlite_utils import Database

from mdm_sync.core.model import Person, School
from mdm_sync.core.news import Place
from mdm_sync.ports import Health, OpenFinding
from state.outbox import Outbox
from state.rows import finding_of, moment, person_of
from state.snapshot import Snapshot

_FINDINGS = "SELECT * FROM findings"
_MOST_SEVERE_FIRST = """
ORDER BY CASE severity WHEN 'critical' THEN 0 WHEN 'warning' THEN 1 ELSE 2 END, rule, school, id
"""


class Inquiry:
    """Answers from the store; satisfies ``mdm_sync.ports.Inquiry``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def open_findings(self, schools: Iterable[School], *, resolved: bool = False) -> list[OpenFinding]:
        """Findings, the most severe first; with ``resolved`` those that are no longer open as well."""
        names = _names(schools)
        query = f"{_FINDINGS} {'' if resolved else 'WHERE open'} {_MOST_SEVERE_FIRST}"
        return [_open_finding(row, names) for row in self._database.conn.execute(query)]

    def finding(self, finding_id: int, schools: Iterable[School]) -> OpenFinding | None:
        """One finding by the number that lists show."""
        row = self._database.conn.execute(f"{_FINDINGS} WHERE id = ?", (finding_id,)).fetchone()
        return _open_finding(row, _names(schools)) if row else None

    def person(self, ref: str) -> Person | None:
        """Whom a reference stands for."""
        row = self._database.conn.execute("SELECT * FROM persons WHERE ref = ?", (ref.strip().upper(),)).fetchone()
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
            persons=connection.execute("SELECT count(*) FROM persons").fetchone()[0],
            open_by_rule=by_rule,
            outbox=Outbox(self._database).totals(),
        )


def _names(schools: Iterable[School]) -> dict[str, str]:
    return {school.number: school.name for school in schools}


def _open_finding(row: sqlite3.Row, names: dict[str, str]) -> OpenFinding:
    finding = finding_of(row)
    opened = moment(row["opened_at"])
    if opened is None:
        raise ValueError("a finding without a beginning")
    return OpenFinding(
        finding_id=row["id"],
        place=Place(finding=finding, school_name=names.get(finding.school, "")),
        open=bool(row["open"]),
        opened_at=opened,
        resolved_at=moment(row["resolved_at"]),
        times_reopened=row["reopened"],
    )
