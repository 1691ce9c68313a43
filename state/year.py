"""What a year was made of, in a few questions: the totals of its days, the steps of findings, times to a lock."""

import sqlite3
import zlib
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from mdm_sync.core.incidents import MISSING_KINDS, IncidentKind
from mdm_sync.core.year_facts import LockTime, RuleSteps
from mdm_sync.ports import KeptTotals
from state.loss_cases import MATCHES
from state.rows import moment, one_of

_STEPS = """
SELECT rule, sum(kind = 'opened') AS opened, sum(kind = 'reopened') AS reopened, sum(kind = 'resolved') AS resolved,
    sum(kind = 'withdrawn') AS withdrawn, max(subject GLOB 'person:*') AS about_persons
FROM finding_steps JOIN findings ON findings.id = finding
WHERE at >= :since AND at < :until AND kind IN ('opened', 'reopened', 'resolved', 'withdrawn')
GROUP BY rule ORDER BY rule
"""
_LOCKS = f"""
WITH wanted AS (
    SELECT number, kind, serial, reported_at FROM incidents
    WHERE kind {one_of(MISSING_KINDS)} AND reported_at >= :since AND reported_at < :until
), about AS (
    SELECT incident, subject FROM ({MATCHES}) UNION SELECT incident, subject FROM incident_devices
    UNION SELECT number, subject FROM wanted JOIN device_spans USING (serial) WHERE serial <> ''
), confirmed AS (
    SELECT incident, since AS began, until AS ended FROM about JOIN device_spans USING (subject) WHERE lost_mode
    UNION ALL
    SELECT incident, lost_mode_since, NULL FROM about JOIN devices USING (subject) WHERE lost_mode
    UNION ALL
    SELECT incident, completed_at, completed_at FROM about JOIN devices USING (subject)
    JOIN lock_commands USING (management_id) WHERE lock_commands.kind = 'enable' AND state = 'acknowledged'
)
SELECT kind, reported_at, number IN (SELECT incident FROM about) AS known, (
    SELECT min(max(began, reported_at)) FROM confirmed
    WHERE incident = number AND began < :until AND (ended IS NULL OR ended >= reported_at)
) AS confirmed_at FROM wanted ORDER BY number
"""
"""A lock is confirmed when the device answered the command, else when its record says that Lost Mode began, else with
the cycle that first saw it so: whatever is the earliest, but for locks that were over when the device was reported."""


def totals_between(connection: sqlite3.Connection, first: date, last: date) -> Iterator[KeptTotals]:
    """The totals of all days from the first to the last, both included, in their order."""
    query = "SELECT * FROM totals WHERE day BETWEEN ? AND ? ORDER BY day"
    for row in connection.execute(query, (first.isoformat(), last.isoformat())):
        yield KeptTotals(day=date.fromisoformat(row["day"]), content=zlib.decompress(row["content"]).decode())


def steps_between(connection: sqlite3.Connection, since: datetime, until: datetime) -> tuple[RuleSteps, ...]:
    """How often findings of each rule took a step from a moment on and before another, by rule."""
    rows = connection.execute(_STEPS, {"since": since.isoformat(), "until": until.isoformat()})
    return tuple(
        RuleSteps(
            rule=row["rule"],
            opened=row["opened"],
            reopened=row["reopened"],
            resolved=row["resolved"],
            withdrawn=row["withdrawn"],
            about_persons=bool(row["about_persons"]),
        )
        for row in rows
    )


def lock_times(connection: sqlite3.Connection, since: datetime, until: datetime) -> tuple[LockTime, ...]:
    """The thefts and losses that were reported from a moment on and before another, by number."""
    rows = connection.execute(_LOCKS, {"since": since.isoformat(), "until": until.isoformat()})
    return tuple(LockTime(kind=IncidentKind(row["kind"]), known=bool(row["known"]), took=_took(row)) for row in rows)


def _took(row: sqlite3.Row) -> timedelta | None:
    confirmed = moment(row["confirmed_at"])
    return None if confirmed is None else confirmed - datetime.fromisoformat(row["reported_at"])
