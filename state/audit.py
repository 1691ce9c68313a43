"""The audit trail: who ran what that changed or revealed something. Only added to."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from sqlite_utils import Database

from mdm_sync.ports import AuditEntry
from state.compaction import settle_files
from state.connection import connect, make_private
from state.migration import migrate, refuse_newer
from state.schema import audit_migrations
from state.trouble import plain_errors

AUDIT_NAME = "audit.db"


class AuditTrail:
    """The audit trail in a folder; satisfies ``mdm_sync.ports.AuditTrail``. It is made with its first line."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / AUDIT_NAME

    def note(self, entry: AuditEntry) -> None:
        """Add a line, safe on the disk."""
        with self._opened() as database, database.atomic():
            database.conn.execute(
                "INSERT INTO audit (at, who, act, about) VALUES (?, ?, ?, ?)",
                (entry.at.isoformat(), entry.who, entry.act, entry.about),
            )

    def entries(self, since: datetime | None = None) -> tuple[AuditEntry, ...]:
        """The lines since a moment, or all, the latest first."""
        if not self._path.exists():
            return ()
        with self._opened() as database:
            query = "SELECT * FROM audit WHERE at >= ? ORDER BY id DESC"
            return tuple(map(_entry, database.conn.execute(query, (since.isoformat() if since else "",))))

    def forget(self, before: datetime) -> int:
        """Delete the lines from before a moment, as far as they may be deleted yet; returns how many."""
        if not self._path.exists():
            return 0
        with self._opened() as database:
            with database.atomic():
                removed = database.conn.execute("DELETE FROM audit WHERE at < ?", (before.isoformat(),)).rowcount
            settle_files(database)
            return int(removed)

    @contextmanager
    def _opened(self) -> Iterator[Database]:
        with plain_errors(self._path):
            make_private(self._path)
            connection = connect(self._path)
            try:
                connection.execute("PRAGMA synchronous = FULL")
                database = Database(connection)
                refuse_newer(database, audit_migrations, self._path)
                migrate(database, audit_migrations, self._path)
                yield database
            finally:
                connection.close()


def _entry(row: sqlite3.Row) -> AuditEntry:
    return AuditEntry(at=datetime.fromisoformat(row["at"]), who=row["who"], act=row["act"], about=row["about"])
