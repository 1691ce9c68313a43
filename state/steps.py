"""How the steps of findings are written."""

import json
import sqlite3
from datetime import datetime

from mdm_sync.core.lifecycle import CLOSING, ENDS_ACKNOWLEDGEMENT, Transition, TransitionKind
from mdm_sync.ports import Commit
from state.decisions import end_acknowledgement

_OPEN = """
INSERT INTO findings (rule, subject, school, severity, details, open, first_seen, opened_at, changed_at, baseline)
VALUES (:rule, :subject, :school, :severity, :details, 1, :at, :at, :at, :baseline)
"""
_REOPEN = """
UPDATE findings SET (school, severity, details, open, opened_at, changed_at, resolved_at, reopened, baseline) =
    (:school, :severity, :details, 1, :at, :at, NULL, reopened + 1, :baseline) WHERE rule = :rule AND subject = :subject
"""
_CHANGE = """
UPDATE findings SET (school, severity, details, changed_at) = (:school, :severity, :details, :at)
WHERE rule = :rule AND subject = :subject
"""
_CLOSE = """
UPDATE findings SET (open, resolved_at, changed_at) = (0, :at, :at) WHERE rule = :rule AND subject = :subject
"""
_NOTE = """
INSERT INTO finding_steps (finding, at, cycle, kind, severity)
SELECT id, :at, (SELECT coalesce(max(id), 0) + 1 FROM cycles), :kind, :severity
FROM findings WHERE rule = :rule AND subject = :subject RETURNING finding
"""


def write_step(connection: sqlite3.Connection, step: Transition, at: datetime) -> None:
    """Write one step in the life of a finding, and that it was taken; it may end an acknowledgement."""
    finding = step.finding
    values = {
        "rule": finding.rule,
        "subject": finding.subject,
        "school": finding.school,
        "severity": finding.severity.word,
        "details": json.dumps(dict(finding.details), sort_keys=True),
        "at": at.isoformat(),
        "kind": step.kind.value,
        "baseline": int(step.baseline),
    }
    connection.execute(_statement(step.kind), values)
    (number,) = connection.execute(_NOTE, values).fetchone()
    if step.kind in ENDS_ACKNOWLEDGEMENT:
        end_acknowledgement(connection, number, at)


def _statement(kind: TransitionKind) -> str:
    if kind in CLOSING:
        return _CLOSE
    return {TransitionKind.OPENED: _OPEN, TransitionKind.REOPENED: _REOPEN}.get(kind, _CHANGE)


def write_judged(connection: sqlite3.Connection, commit: Commit) -> None:
    """Write down which rules have now judged which schools, and which exceptions were idle."""
    at = commit.finished.isoformat()
    connection.executemany(
        "INSERT OR IGNORE INTO judged VALUES (?, ?, ?)", ((school, rule, at) for school, rule in commit.judged)
    )
    connection.executemany("DELETE FROM judged WHERE (school, rule) = (?, ?)", commit.switched_off)
    if commit.idle_exceptions is not None:
        connection.execute("DELETE FROM exceptions")
        connection.executemany("INSERT INTO exceptions VALUES (?)", ((title,) for title in commit.idle_exceptions))
