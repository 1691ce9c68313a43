"""An outbox in memory, which keeps what became of each entry to be looked at."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from mdm_sync.ports import EntryState, NewEntry, OutboxEntry, OutboxTotals
from tests.replacing import replace


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """An entry and how it stands."""

    entry: OutboxEntry
    state: EntryState
    due_at: datetime
    error: str | None = None
    tried_at: datetime | None = None


class FakeOutbox:
    """Satisfies ``mdm_sync.ports.Outbox``."""

    def __init__(self) -> None:
        self.rows: dict[int, Row] = {}
        self.leases: list[int] = []

    def put(self, entries: Sequence[NewEntry], at: datetime, *, attempts: int = 0) -> None:
        """Let these wait since this moment, as a commit does; ``attempts`` tries were in vain already."""
        for new in entries:
            number = len(self.rows) + 1
            entry = OutboxEntry(
                entry_id=number, key=f"key-{number}", kind=new.kind, content=new.content, attempts=attempts
            )
            self.rows[number] = Row(entry=entry, state=EntryState.WAITING, due_at=at)

    def last_content(self, kind: str) -> str | None:
        contents = [row.entry.content for row in self.rows.values() if row.entry.kind == kind]
        return contents[-1] if contents else None

    def claim(self, now: datetime, lease_seconds: int) -> OutboxEntry | None:
        self.leases.append(lease_seconds)
        due = (row for row in self.rows.values() if row.state is EntryState.WAITING and row.due_at <= now)
        row = next(due, None)
        if row is None:
            return None
        self.rows[row.entry.entry_id] = replace(row, due_at=now + timedelta(seconds=lease_seconds))
        return row.entry

    def done(self, entry: OutboxEntry, at: datetime) -> None:
        self.rows[entry.entry_id] = replace(self._tried(entry, None, at), state=EntryState.SENT)

    def later(
        self, entry: OutboxEntry, error: str, at: datetime, next_attempt: datetime, *, counted: bool = True
    ) -> None:
        tried = self._tried(entry, error, at)
        self.rows[entry.entry_id] = replace(tried, entry=tried.entry if counted else entry, due_at=next_attempt)

    def failed(self, entry: OutboxEntry, error: str, at: datetime) -> None:
        self.rows[entry.entry_id] = replace(self._tried(entry, error, at), state=EntryState.FAILED)

    def parked(self, entry: OutboxEntry, error: str, at: datetime) -> None:
        self.rows[entry.entry_id] = replace(self._tried(entry, error, at), state=EntryState.PARKED)

    def postpone(self, kind: str, until: datetime) -> None:
        for number, row in self.rows.items():
            if row.entry.kind == kind and row.state is EntryState.WAITING and row.due_at < until:
                self.rows[number] = replace(row, due_at=until)

    def totals(self) -> OutboxTotals:
        errors = [row.error for row in self.rows.values() if row.error and row.state is not EntryState.SENT]
        return OutboxTotals(
            waiting=self._count(EntryState.WAITING),
            sent=self._count(EntryState.SENT),
            failed=self._count(EntryState.FAILED),
            parked=self._count(EntryState.PARKED),
            last_error=errors[-1] if errors else None,
        )

    def _tried(self, entry: OutboxEntry, error: str | None, at: datetime) -> Row:
        row = self.rows[entry.entry_id]
        return replace(row, entry=replace(row.entry, attempts=row.entry.attempts + 1), error=error, tried_at=at)

    def _count(self, state: EntryState) -> int:
        return sum(row.state is state for row in self.rows.values())
