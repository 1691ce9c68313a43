"""What we asked of Lost Mode ourselves."""

import json
import sqlite3
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime

from sqlite_utils import Database

from mdm_sync.core.lock_orders import FOR_A_PERSON, LockOrder, Outcome
from mdm_sync.ports import NewEntry
from state.connection import transaction
from state.outbox import write_entry
from state.rows import moment, one_of

_COLUMNS = (
    *("subject", "serial", "management_id", "incident", "kind", "asked_by", "automatic", "why", "asked_at"),
    *("known", "command_uuid", "outcome", "closed_at"),
)
_ADD = f"INSERT INTO lock_orders ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(_COLUMNS))})"
_HOLDER = """
SELECT ref FROM assignments JOIN persons ON school = person_school AND uuid = person_uuid WHERE subject = ?
"""


class LockOrders:
    """Orders about Lost Mode; satisfies ``mdm_sync.ports.LockOrders``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, order: LockOrder) -> LockOrder:
        """Keep an order, safe on the disk; returned with its number."""
        with _on_the_disk(self._database), transaction(self._database) as connection:
            number = connection.execute(_ADD, _row(order)).lastrowid
        return replace(order, number=number or 0)

    def close(self, order: LockOrder) -> None:
        """Keep what became of an order: its command, outcome and reason."""
        closed = order.closed_at.isoformat() if order.closed_at else None
        with transaction(self._database) as connection:
            connection.execute(
                "UPDATE lock_orders SET (command_uuid, outcome, why, closed_at) = (?, ?, ?, ?) WHERE id = ?",
                (order.command_uuid, order.outcome, order.why, closed, order.number),
            )

    def orders(self) -> tuple[LockOrder, ...]:
        """All of them, the earliest first."""
        return self._read("true")

    def of_device(self, subject: str) -> tuple[LockOrder, ...]:
        """Those for one device, the earliest first."""
        return self._read("subject = ?", subject)

    def unsettled(self) -> tuple[LockOrder, ...]:
        """Those of which nobody knows yet what became of them, the earliest first."""
        return self._read("outcome IS NULL")

    def untold(self) -> tuple[LockOrder, ...]:
        """Those that nobody ordered, that now wait for a person, and of which nobody was told; the earliest first."""
        return self._read(f"automatic AND NOT told AND outcome {one_of(FOR_A_PERSON)}")

    def tell(self, orders: Collection[LockOrder], entries: Sequence[NewEntry], at: datetime) -> None:
        """Put into the outbox what tells of these orders, which are untold no more: all of it or nothing."""
        with transaction(self._database) as connection:
            connection.executemany("UPDATE lock_orders SET told = 1 WHERE id = ?", ((one.number,) for one in orders))
            for entry in entries:
                write_entry(connection, entry, at)

    def holder(self, subject: str) -> str:
        """The reference of the person whom a device named in the last cycle; "" for none."""
        row = self._database.conn.execute(_HOLDER, (subject,)).fetchone()
        return str(row["ref"]) if row else ""

    def _read(self, condition: str, *values: str) -> tuple[LockOrder, ...]:
        rows = self._database.conn.execute(f"SELECT * FROM lock_orders WHERE {condition} ORDER BY id", values)
        return tuple(map(_order, rows))


@contextmanager
def _on_the_disk(database: Database) -> Iterator[None]:
    """Let what is committed inside outlast a loss of power; elsewhere the last moments before one may be lost."""
    database.conn.execute("PRAGMA synchronous = FULL")
    try:
        yield
    finally:
        database.conn.execute("PRAGMA synchronous = NORMAL")


def _row(order: LockOrder) -> tuple[object, ...]:
    """The values of _COLUMNS."""
    return (
        order.subject,
        order.serial,
        order.management_id,
        order.incident,
        order.kind,
        order.asked_by,
        order.automatic,
        order.why,
        order.asked_at.isoformat(),
        json.dumps(order.known),
        order.command_uuid,
        order.outcome,
        order.closed_at.isoformat() if order.closed_at else None,
    )


def _order(row: sqlite3.Row) -> LockOrder:
    return LockOrder(
        number=row["id"],
        subject=row["subject"],
        serial=row["serial"],
        management_id=row["management_id"],
        incident=row["incident"],
        kind=row["kind"],
        asked_by=row["asked_by"],
        automatic=bool(row["automatic"]),
        why=row["why"],
        asked_at=datetime.fromisoformat(row["asked_at"]),
        known=tuple(json.loads(row["known"])),
        command_uuid=row["command_uuid"],
        outcome=Outcome(row["outcome"]) if row["outcome"] else None,
        closed_at=moment(row["closed_at"]),
    )
