"""Findings as people look for them: filtered and sorted by SQL."""

import json
import sqlite3
from collections.abc import Iterable, Mapping
from datetime import date, datetime

from mdm_sync.core.model import School, Severity
from mdm_sync.core.news import Place
from mdm_sync.ports import Acknowledgement, FindingOrder, FindingQuery, FoundFindings, OpenFinding
from state.rows import finding_of, moment

LABEL = """
coalesce(devices.name, CASE WHEN findings.subject GLOB 'class:*' THEN (
    SELECT name FROM classes
    WHERE school = findings.school AND account = substr(findings.subject, instr(findings.subject, '/') + 1)
) END, '') AS label
"""
_FROM = """
FROM findings LEFT JOIN devices ON devices.subject = findings.subject
LEFT JOIN acknowledgements ON acknowledgements.finding = findings.id AND ended_at IS NULL
"""
SEVERITY = "CASE {}severity WHEN 'critical' THEN 3 WHEN 'warning' THEN 2 ELSE 1 END"
"""Rank of a severity; the table stands before its name, with a full stop."""

_SEVERITY = SEVERITY.format("")
_SERIAL = "coalesce(devices.serial, json_extract(details, '$.serial'), findings.subject)"
_ORDERS: Mapping[FindingOrder, tuple[str, ...]] = {
    FindingOrder.SEVERITY: (f"{_SEVERITY} DESC", "rule", "school"),
    FindingOrder.SINCE: ("opened_at DESC", f"{_SEVERITY} DESC", "rule"),
    FindingOrder.SCHOOL: ("school", f"{_SEVERITY} DESC", "rule"),
    FindingOrder.RULE: ("rule", "school"),
    FindingOrder.DEVICE: (f"{_SERIAL} COLLATE NOCASE", f"{_SEVERITY} DESC", "rule"),
}
_OF_DEVICE = """
(findings.subject IN (
    SELECT subject FROM devices WHERE :device IN (casefold(serial), casefold(asset_tag), casefold(name))
    UNION ALL SELECT 'serial:' || serial FROM devices WHERE :device = casefold(serial)
) OR :device IN (casefold(json_extract(details, '$.serial')), casefold(json_extract(details, '$.asset_tag'))))
"""


def find(connection: sqlite3.Connection, query: FindingQuery, schools: Iterable[School]) -> FoundFindings:
    """The findings that are wanted."""
    where, values = _conditions(query)
    order = ", ".join(_reversed(key) if query.reverse else key for key in (*_ORDERS[query.order], "findings.id"))
    limit = "" if query.limit is None else "LIMIT :limit"
    found = _select(connection, f"WHERE {where} ORDER BY {order} {limit}", values | {"limit": query.limit}, schools)
    total = connection.execute(f"SELECT count(*) {_FROM} WHERE {where}", values).fetchone()[0]
    return FoundFindings(findings=found, total=int(total))


def by_number(connection: sqlite3.Connection, finding_id: int, schools: Iterable[School]) -> OpenFinding | None:
    """One finding by the number that lists show."""
    return next(iter(_select(connection, "WHERE findings.id = :id", {"id": finding_id}, schools)), None)


def about(
    connection: sqlite3.Connection, subjects: Iterable[str], schools: Iterable[School]
) -> tuple[OpenFinding, ...]:
    """All findings about these subjects, open ones first, then the newest."""
    condition = """
    WHERE findings.subject IN (SELECT value FROM json_each(:subjects)) ORDER BY open DESC, opened_at DESC, findings.id
    """
    return _select(connection, condition, {"subjects": json.dumps(list(subjects))}, schools)


def _conditions(query: FindingQuery) -> tuple[str, dict[str, object]]:
    """The condition of a query, and the values in it."""
    wanted: list[tuple[bool, str, dict[str, object]]] = [
        (not query.resolved, "open", {}),
        (bool(query.schools), "school IN (SELECT value FROM json_each(:schools))", {"schools": _list(query.schools)}),
        (bool(query.rules), "rule IN (SELECT value FROM json_each(:rules))", {"rules": _list(query.rules)}),
        (query.at_least is not None, f"{_SEVERITY} >= :at_least", {"at_least": _rank(query.at_least)}),
        (query.since is not None, "opened_at >= :since", {"since": query.since and query.since.isoformat()}),
        (query.device is not None, _OF_DEVICE, {"device": (query.device or "").strip().casefold()}),
    ]
    asked = [(condition, values) for is_asked, condition, values in wanted if is_asked]
    together = " AND ".join(condition for condition, _ in asked) or "true"
    return together, {name: value for _, values in asked for name, value in values.items()}


def _select(
    connection: sqlite3.Connection, condition: str, values: Mapping[str, object], schools: Iterable[School]
) -> tuple[OpenFinding, ...]:
    names = {school.number: school.name for school in schools}
    rows = connection.execute(f"SELECT findings.*, until, who, why, at, {LABEL} {_FROM} {condition}", values)
    return tuple(_open_finding(row, names) for row in rows)


def _open_finding(row: sqlite3.Row, names: Mapping[str, str]) -> OpenFinding:
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
        first_seen=moment(row["first_seen"]),
        changed_at=moment(row["changed_at"]),
        acknowledged=_acknowledgement(row),
        label=row["label"],
    )


def _acknowledgement(row: sqlite3.Row) -> Acknowledgement | None:
    if row["until"] is None:
        return None
    return Acknowledgement(
        until=date.fromisoformat(row["until"]), who=row["who"], why=row["why"], at=datetime.fromisoformat(row["at"])
    )


def _reversed(key: str) -> str:
    return key.removesuffix(" DESC") if key.endswith(" DESC") else f"{key} DESC"


def _rank(severity: Severity | None) -> int:
    return int(severity or Severity.INFO)


def _list(values: Iterable[str]) -> str:
    return json.dumps(list(values))
