"""What waits to leave the house: claimed for a while, sent, marked after."""

import secrets
import sqlite3
from datetime import datetime, timedelta

from sqlite_utils import Database

from mdm_sync.ports import NewEntry, OutboxEntry, OutboxTotals
from state.connection import transaction


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
        """Take the next due entry for ``lease_seconds``; nobody else gets it meanwhile."""
        due = "SELECT id FROM outbox WHERE state = 'waiting' AND due_at <= ? ORDER BY id LIMIT 1"
        with transaction(self._database) as connection:
            row = connection.execute(
                f"UPDATE outbox SET due_at = ? WHERE id = ({due}) RETURNING id, key, kind, content, attempts",
                ((now + timedelta(seconds=lease_seconds)).isoformat(), now.isoformat()),
            ).fetchone()
        if row is None:
            return None
        return OutboxEntry(
            entry_id=row["id"], key=row["key"], kind=row["kind"], content=row["content"], attempts=row["attempts"]
        )

    def done(self, entry: OutboxEntry, at: datetime) -> None:
        """It left."""
        self._close(entry, "sent", None, at)

    def failed(self, entry: OutboxEntry, error: str, at: datetime) -> None:
        """It will not leave until somebody looks after it."""
        self._close(entry, "failed", error, at)

    def later(
        self, entry: OutboxEntry, error: str, at: datetime, next_attempt: datetime, *, counted: bool = True
    ) -> None:
        """It could not leave now; ``counted`` tries wear the entry out, the others wait for somebody's hand."""
        with transaction(self._database) as connection:
            connection.execute("INSERT INTO attempts VALUES (?, ?, ?)", (entry.entry_id, at.isoformat(), error))
            connection.execute(
                "UPDATE outbox SET attempts = attempts + ?, due_at = ? WHERE id = ?",
                (int(counted), next_attempt.isoformat(), entry.entry_id),
            )

    def totals(self) -> OutboxTotals:
        """What waits, what left, what failed."""
        connection = self._database.conn
        query = "SELECT state, count(*) AS number FROM outbox GROUP BY state"
        counts = {row["state"]: row["number"] for row in connection.execute(query)}
        error = connection.execute(
            "SELECT error FROM attempts JOIN outbox ON outbox.id = outbox_id "
            "WHERE state <> 'sent' AND error IS NOT NULL ORDER BY at DESC LIMIT 1"
        ).fetchone()
        return OutboxTotals(**counts, last_error=error["error"] if error else None)

    def _close(self, entry: OutboxEntry, state: str, error: str | None, at: datetime) -> None:
        moment = at.isoformat()
        with transaction(self._database) as connection:
            connection.execute("INSERT INTO attempts VALUES (?, ?, ?)", (entry.entry_id, moment, error))
            connection.execute(
                "UPDATE outbox SET state = ?, attempts = attempts + 1, closed_at = ? WHERE id = ?",
                (state, moment, entry.entry_id),
            )


def write_entry(connection: sqlite3.Connection, entry: NewEntry, at: datetime) -> None:
    """Put one entry in, inside a transaction of the caller's; it is due at once."""
    moment = at.isoformat()
    connection.execute(
        "INSERT INTO outbox (key, kind, content, created_at, due_at) VALUES (?, ?, ?, ?, ?)",
        (secrets.token_hex(16), entry.kind, entry.content, moment, moment),
    )
