"""What waits to leave the house: claimed for a while, sent, marked after."""

import json
import secrets
import sqlite3
from collections.abc import Collection
from datetime import datetime, timedelta

from sqlite_utils import Database

from mdm_sync.ports import Attempt, EntryState, NewEntry, OutboxEntry, OutboxRow, OutboxTotals, Replaces
from state.connection import transaction
from state.rows import moment

_ROW = """
SELECT *, (
    SELECT error FROM attempts WHERE outbox_id = id AND ended_at IS NOT NULL ORDER BY rowid DESC LIMIT 1
) AS error
FROM outbox
"""
REFUSED_MAILS = """
SELECT id, (SELECT error FROM attempts WHERE outbox_id = id ORDER BY rowid DESC LIMIT 1) AS error FROM (
    SELECT min(id) AS id FROM outbox AS refused
    WHERE kind = 'mail' AND state = 'failed' AND id > coalesce(
        (SELECT max(id) FROM outbox WHERE kind = 'mail' AND state = 'sent' AND recipient = refused.recipient), 0
    )
    GROUP BY recipient
)
"""
REFUSED_SUMMARY = """
WITH last AS (
    SELECT * FROM outbox WHERE kind = 'summary' AND id IN (SELECT outbox_id FROM attempts WHERE ended_at IS NOT NULL)
    ORDER BY id DESC LIMIT 1
), tried AS (
    SELECT attempts.rowid AS nth, error FROM attempts JOIN last ON outbox_id = last.id WHERE ended_at IS NOT NULL
)
SELECT (SELECT error FROM tried ORDER BY nth DESC LIMIT 1) AS error FROM last
WHERE state IN ('failed', 'parked') OR (state <> 'sent' AND (SELECT count(*) FROM tried) > attempts)
"""
"""Tries that nothing but a person's hand can help are not counted among the attempts of what waits."""

_END_OF_ATTEMPT = """
UPDATE attempts SET (ended_at, error) = (?, ?) WHERE rowid = (SELECT max(rowid) FROM attempts WHERE outbox_id = ?)
"""


class Outbox:
    """The outbox; satisfies ``mdm_sync.ports.Outbox``.

    At least once: an entry whose sender died comes up again when its lease has run out.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def last_content(self, kind: str) -> str | None:
        """What was last put in for this channel."""
        query = "SELECT content FROM outbox WHERE kind = ? ORDER BY id DESC LIMIT 1"
        row = self._database.conn.execute(query, (kind,)).fetchone()
        return str(row["content"]) if row else None

    def claim(self, now: datetime, lease_seconds: int) -> OutboxEntry | None:
        """Take the next due entry for ``lease_seconds``; nobody else gets it meanwhile. An attempt begins."""
        due = "SELECT id FROM outbox WHERE state = 'waiting' AND due_at <= ? ORDER BY id LIMIT 1"
        with transaction(self._database) as connection:
            row = connection.execute(
                f"UPDATE outbox SET due_at = ? WHERE id = ({due}) RETURNING id, key, kind, content, attempts",
                ((now + timedelta(seconds=lease_seconds)).isoformat(), now.isoformat()),
            ).fetchone()
            if row is None:
                return None
            connection.execute("INSERT INTO attempts (outbox_id, at) VALUES (?, ?)", (row["id"], now.isoformat()))
        return _entry(row)

    def done(self, entry: OutboxEntry, at: datetime) -> None:
        """It left."""
        self._close(entry, EntryState.SENT, None, at)

    def failed(self, entry: OutboxEntry, error: str, at: datetime) -> None:
        """The other side does not want it; it stays until somebody looks after it."""
        self._close(entry, EntryState.FAILED, error, at)

    def parked(self, entry: OutboxEntry, error: str, at: datetime) -> None:
        """It was tried too often; it stays until somebody looks after it."""
        self._close(entry, EntryState.PARKED, error, at)

    def later(
        self, entry: OutboxEntry, error: str, at: datetime, next_attempt: datetime, *, counted: bool = True
    ) -> None:
        """It could not leave now; ``counted`` tries wear the entry out, the others wait for somebody's hand."""
        with transaction(self._database) as connection:
            connection.execute(_END_OF_ATTEMPT, (at.isoformat(), error, entry.entry_id))
            connection.execute(
                "UPDATE outbox SET attempts = attempts + ?, due_at = ? WHERE id = ?",
                (int(counted), next_attempt.isoformat(), entry.entry_id),
            )

    def postpone(self, kind: str, until: datetime) -> None:
        """Let nothing of this channel be due before then."""
        moment = until.isoformat()
        with transaction(self._database) as connection:
            connection.execute(
                "UPDATE outbox SET due_at = ? WHERE kind = ? AND state = 'waiting' AND due_at < ?",
                (moment, kind, moment),
            )

    def rows(self, states: Collection[EntryState]) -> tuple[OutboxRow, ...]:
        """The entries that stand so, the latest first."""
        wanted = json.dumps([state.value for state in states])
        query = f"{_ROW} WHERE state IN (SELECT value FROM json_each(?)) ORDER BY id DESC"
        return tuple(map(_row, self._database.conn.execute(query, (wanted,))))

    def row(self, entry_id: int) -> OutboxRow | None:
        """One entry by the number that lists show."""
        row = self._database.conn.execute(f"{_ROW} WHERE id = ?", (entry_id,)).fetchone()
        return _row(row) if row else None

    def tries(self, entry_id: int) -> tuple[Attempt, ...]:
        """The attempts to send an entry, the first one first."""
        query = "SELECT at, ended_at, error FROM attempts WHERE outbox_id = ? ORDER BY rowid"
        return tuple(
            Attempt(began_at=datetime.fromisoformat(row["at"]), ended_at=moment(row["ended_at"]), error=row["error"])
            for row in self._database.conn.execute(query, (entry_id,))
        )

    def retry(self, entry_id: int, at: datetime) -> None:
        """Let it be due now, with all its attempts before it."""
        with transaction(self._database) as connection:
            connection.execute(
                "UPDATE outbox SET (state, attempts, due_at, closed_at) = ('waiting', 0, ?, NULL) WHERE id = ?",
                (at.isoformat(), entry_id),
            )

    def drop(self, entry_id: int, at: datetime) -> None:
        """It will not leave any more."""
        with transaction(self._database) as connection:
            connection.execute(
                "UPDATE outbox SET (state, closed_at) = ('dropped', ?) WHERE id = ?", (at.isoformat(), entry_id)
            )

    def totals(self) -> OutboxTotals:
        """What waits, what left, what failed."""
        connection = self._database.conn
        query = "SELECT state, count(*) AS number FROM outbox GROUP BY state"
        counts = {row["state"]: row["number"] for row in connection.execute(query)}
        error = connection.execute(
            "SELECT error FROM attempts JOIN outbox ON outbox.id = outbox_id "
            "WHERE state NOT IN ('sent', 'dropped') AND error IS NOT NULL ORDER BY ended_at DESC LIMIT 1"
        ).fetchone()
        return OutboxTotals(**counts, last_error=error["error"] if error else None)

    def _close(self, entry: OutboxEntry, state: EntryState, error: str | None, at: datetime) -> None:
        moment = at.isoformat()
        with transaction(self._database) as connection:
            connection.execute(_END_OF_ATTEMPT, (moment, error, entry.entry_id))
            connection.execute(
                "UPDATE outbox SET state = ?, attempts = attempts + 1, closed_at = ? WHERE id = ?",
                (state.value, moment, entry.entry_id),
            )


def write_entry(connection: sqlite3.Connection, entry: NewEntry, at: datetime) -> int:
    """Put something into the outbox, due at once, in place of what it replaces; returns its number."""
    moment = at.isoformat()
    if entry.replaces is not Replaces.NOTHING:
        days = "" if entry.replaces is Replaces.WAITING else "AND substr(created_at, 1, 10) = substr(:at, 1, 10)"
        connection.execute(
            f"UPDATE outbox SET (state, closed_at) = ('dropped', :at) WHERE kind = :kind AND state = 'waiting' {days}",
            {"at": moment, "kind": entry.kind},
        )
    cursor = connection.execute(
        "INSERT INTO outbox (key, kind, recipient, title, content, created_at, due_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (secrets.token_hex(16), entry.kind, entry.recipient, entry.title, entry.content, moment, moment),
    )
    return int(cursor.lastrowid or 0)


def _entry(row: sqlite3.Row) -> OutboxEntry:
    return OutboxEntry(
        entry_id=row["id"], key=row["key"], kind=row["kind"], content=row["content"], attempts=row["attempts"]
    )


def _row(row: sqlite3.Row) -> OutboxRow:
    return OutboxRow(
        entry=_entry(row),
        state=EntryState(row["state"]),
        recipient=row["recipient"],
        title=row["title"],
        created_at=datetime.fromisoformat(row["created_at"]),
        due_at=datetime.fromisoformat(row["due_at"]),
        closed_at=moment(row["closed_at"]),
        last_error=row["error"],
    )
