"""Retention: what has had its time is deleted by set-based statements, in one transaction."""

import sqlite3
from collections.abc import Mapping
from datetime import datetime

from mdm_sync.core.retention import Kept
from state.incidents import LOOKED_AFTER
from state.loss_cases import MATCHES

_OPEN = f"SELECT number FROM incidents WHERE {LOOKED_AFTER}"
_EVIDENCE_SERIALS = f"""
SELECT serial FROM incidents WHERE {LOOKED_AFTER} AND serial <> ''
UNION SELECT serial FROM incident_devices WHERE incident IN ({_OPEN}) AND serial <> ''
"""
_NOTE_EVIDENCE = f"""
CREATE TEMP TABLE evidence AS
SELECT subject FROM ({MATCHES}) WHERE incident IN ({_OPEN})
UNION SELECT subject FROM incident_devices WHERE incident IN ({_OPEN})
UNION SELECT subject FROM device_spans WHERE serial IN ({_EVIDENCE_SERIALS})
UNION SELECT 'serial:' || serial FROM ({_EVIDENCE_SERIALS})
"""
_EVIDENCE = "SELECT subject FROM temp.evidence"
"""Subjects whose history an incident rests on that somebody looks after."""

_NOTE_SETTLED = (
    f"UPDATE incidents SET settled_at = NULL WHERE settled_at IS NOT NULL AND {LOOKED_AFTER}",
    f"UPDATE incidents SET settled_at = :now WHERE settled_at IS NULL AND NOT {LOOKED_AFTER}",
)
_STILL_LOCKED = f"SELECT incident FROM ({MATCHES}) JOIN devices USING (subject) WHERE lost_mode"
_PAST_INCIDENTS = f"settled_at < :incidents AND number NOT IN ({_STILL_LOCKED})"
_FORGOTTEN_SCHOOLS = """
SELECT substr(name, 7) FROM sources WHERE name GLOB 'iserv-*' AND coalesce(complete_at, known_since) < :persons
"""
_PAST_FINDINGS = f"""
SELECT id FROM findings WHERE NOT open AND (resolved_at < :findings AND subject NOT IN ({_EVIDENCE})
OR subject GLOB 'person:*' AND subject NOT IN (SELECT 'person:' || school || '/' || uuid FROM persons))
"""

_KEEP_CASE_NUMBERS = (
    (
        f"INSERT OR IGNORE INTO past_cases SELECT case_number, :now FROM incidents "
        f"WHERE case_number <> '' AND {_PAST_INCIDENTS}"
    ),
    (
        f"INSERT OR IGNORE INTO past_cases SELECT case_number, :now FROM incident_doubles "
        f"WHERE incident IN (SELECT number FROM incidents WHERE {_PAST_INCIDENTS})"
    ),
)
_DELETIONS: tuple[tuple[Kept, str], ...] = (
    (Kept.INCIDENTS, f"DELETE FROM incidents WHERE {_PAST_INCIDENTS}"),
    (
        Kept.PERSONS,
        f"""
        DELETE FROM persons WHERE (gone_since < :persons OR school IN ({_FORGOTTEN_SCHOOLS}))
        AND (gone_since IS NULL OR (school, uuid) NOT IN
            (SELECT person_school, person_uuid FROM main.assignments WHERE person_uuid IS NOT NULL))
        AND (school, uuid) NOT IN
            (SELECT person_school, person_uuid FROM holder_spans WHERE subject IN ({_EVIDENCE}))
        """,
    ),
    (Kept.HOLDERS, f"DELETE FROM holder_spans WHERE until < :holders AND subject NOT IN ({_EVIDENCE})"),
    (Kept.PLACES, f"DELETE FROM device_spans WHERE until < :places AND subject NOT IN ({_EVIDENCE})"),
    (Kept.FINDINGS, f"DELETE FROM findings WHERE id IN ({_PAST_FINDINGS})"),
    (Kept.FINDINGS, "DELETE FROM holds WHERE state = 'closed' AND changed_at < :findings"),
    (
        Kept.LOCKS,
        f"""
        DELETE FROM lock_orders WHERE closed_at < :locks AND subject NOT IN ({_EVIDENCE})
        AND coalesce(incident, 0) NOT IN (SELECT number FROM incidents)
        """,
    ),
    (Kept.TOTALS, "DELETE FROM totals WHERE day < substr(:totals, 1, 10)"),
    (
        Kept.FAILED,
        """
        DELETE FROM outbox WHERE state IN ('failed', 'parked', 'dropped') AND id < (SELECT max(id) FROM outbox)
        AND (closed_at < :failed OR id < (SELECT max(id) FROM outbox AS taken WHERE state = 'sent'
            AND kind = outbox.kind AND recipient = outbox.recipient AND closed_at < :sent))
        """,  # what was refused before a mail that was taken goes with it: else it would seem to be refused again
    ),
    (
        Kept.SENT,
        """
        DELETE FROM outbox WHERE state = 'sent' AND closed_at < :sent AND id < (SELECT max(id) FROM outbox)
        AND id NOT IN (SELECT coalesce(max(id), 0) FROM outbox WHERE kind = 'summary')
        """,
    ),
)
"""In this order: what still stands there decides what may go after it. Of the outbox the last summary stays, for the
next one is compared with it, and the last row, so that no number is given twice: what recipients were told names its
mail by it."""

_WHAT_HUNG_ON_IT = (
    "DELETE FROM incident_devices WHERE incident NOT IN (SELECT number FROM incidents)",
    "DELETE FROM incident_doubles WHERE incident NOT IN (SELECT number FROM incidents)",
    "DELETE FROM past_cases WHERE at < :incidents",
    (
        "UPDATE holder_spans SET person_uuid = '' WHERE person_uuid <> '' "
        "AND (person_school, person_uuid) NOT IN (SELECT school, uuid FROM persons)"
    ),
    f"DELETE FROM classes WHERE school IN ({_FORGOTTEN_SCHOOLS})",
    (
        f"UPDATE sources SET (complete_at, proof) = (NULL, NULL) WHERE substr(name, 7) IN ({_FORGOTTEN_SCHOOLS}) "
        "AND name GLOB 'iserv-*'"
    ),
    "DELETE FROM finding_steps WHERE finding NOT IN (SELECT id FROM findings)",
    "DELETE FROM acknowledgements WHERE finding NOT IN (SELECT id FROM findings)",
    (
        f"DELETE FROM finding_steps WHERE at < :findings AND finding IN (SELECT id FROM findings "
        f"WHERE finding_steps.at < opened_at AND subject NOT IN ({_EVIDENCE}))"
    ),
    "DELETE FROM acknowledgements WHERE ended_at < :findings",
    (
        f"DELETE FROM lock_commands_read WHERE at < :locks "
        f"AND management_id NOT IN (SELECT management_id FROM devices WHERE subject IN ({_EVIDENCE}))"
    ),
    "DELETE FROM lock_commands WHERE management_id NOT IN (SELECT management_id FROM lock_commands_read)",
    "UPDATE lock_orders SET incident = NULL WHERE incident NOT IN (SELECT number FROM incidents)",
    "DELETE FROM recipients WHERE id IN (SELECT recipient FROM turns GROUP BY recipient HAVING max(at) < :findings)",
    "DELETE FROM turns WHERE recipient NOT IN (SELECT id FROM recipients)",
    """
    DELETE FROM told WHERE recipient NOT IN (SELECT id FROM recipients) OR finding NOT IN (SELECT id FROM findings)
    """,
    """
    DELETE FROM told_holds WHERE recipient NOT IN (SELECT id FROM recipients) OR hold NOT IN (SELECT id FROM holds)
    """,
    "DELETE FROM attempts WHERE outbox_id NOT IN (SELECT id FROM outbox)",
    "DELETE FROM cycles WHERE finished_at < :places AND id < (SELECT max(id) FROM cycles)",
)


def delete_outlived(connection: sqlite3.Connection, limits: Mapping[Kept, datetime], at: datetime) -> dict[Kept, int]:
    """Delete what has had its time, inside a transaction; returns how much of what, without what hung on it."""
    values = {kind.value: before.isoformat() for kind, before in limits.items()} | {"now": at.isoformat()}
    for statement in (*_NOTE_SETTLED, _NOTE_EVIDENCE, *_KEEP_CASE_NUMBERS):
        connection.execute(statement, values)
    removed: dict[Kept, int] = {}
    for kind, statement in _DELETIONS:
        if rows := connection.execute(statement, values).rowcount:
            removed[kind] = removed.get(kind, 0) + rows
    for statement in _WHAT_HUNG_ON_IT:
        connection.execute(statement, values)
    connection.execute("DROP TABLE temp.evidence")
    return removed
