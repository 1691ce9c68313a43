"""How each source stands: when it was read, by which proof, and what became of the last attempt."""

import sqlite3
from collections.abc import Iterable
from datetime import datetime

import msgspec

from mdm_sync.core.completeness import DirectoryProof, FleetProof, InventoryProof
from mdm_sync.core.views import Privileges, Source
from state.schema import INVENTORY_SOURCE

Proof = FleetProof | DirectoryProof | InventoryProof
_DIRECTORY = "iserv-"


def mark_complete(
    connection: sqlite3.Connection, source: str, proof: Proof, at: datetime, server_time: datetime | None = None
) -> None:
    """Write down that a read was accepted, and why."""
    moment = at.isoformat()
    connection.execute(
        "INSERT INTO sources (name, known_since, complete_at, proof, server_time, attempted_at, error, shrunk) "
        "VALUES (?, ?, ?, ?, ?, ?, NULL, 0) ON CONFLICT DO UPDATE SET "
        "(complete_at, proof, server_time, attempted_at, error, shrunk) = "
        "(excluded.complete_at, excluded.proof, excluded.server_time, excluded.attempted_at, NULL, 0)",
        (source, moment, moment, msgspec.json.encode(proof).decode(), _text(server_time), moment),
    )


def mark_seen(connection: sqlite3.Connection, source: str, at: datetime, server_time: datetime | None) -> None:
    """Write down that changes were read, and how far they reach; whether the source shrank they do not show."""
    connection.execute(
        "UPDATE sources SET attempted_at = ?, error = NULL, server_time = coalesce(?, server_time) WHERE name = ?",
        (at.isoformat(), _text(server_time), source),
    )


def mark_refused(connection: sqlite3.Connection, source: str, error: str, at: datetime, *, shrunk: bool) -> None:
    """Write down why an attempt gave nothing; that the source shrank stays said until a read is believed again."""
    moment = at.isoformat()
    connection.execute(
        "INSERT INTO sources (name, known_since, attempted_at, error, shrunk) VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT DO UPDATE SET (attempted_at, error, shrunk) = "
        "(excluded.attempted_at, excluded.error, max(shrunk, excluded.shrunk))",
        (source, moment, moment, error, shrunk),
    )


def note_privileges(connection: sqlite3.Connection, source: str, privileges: Privileges) -> None:
    """Write down what the API client may do beside what it needs."""
    text = msgspec.json.encode(privileges).decode()
    connection.execute("UPDATE sources SET privileges = ? WHERE name = ?", (text, source))


def stored_privileges(connection: sqlite3.Connection, source: str) -> Privileges:
    """What the API client may do beside what it needs; nothing where that was never told."""
    row = connection.execute("SELECT privileges FROM sources WHERE name = ?", (source,)).fetchone()
    return msgspec.json.decode(row["privileges"], type=Privileges) if row and row["privileges"] else Privileges()


def stored_proof(connection: sqlite3.Connection, source: str) -> str | None:
    """The proof of the last accepted read (JSON)."""
    row = connection.execute("SELECT proof FROM sources WHERE name = ?", (source,)).fetchone()
    return row["proof"] if row else None


def stored_sources(connection: sqlite3.Connection) -> tuple[Source, ...]:
    """All sources, by name."""
    return tuple(map(_source, connection.execute("SELECT * FROM sources ORDER BY name")))


def _source(row: sqlite3.Row) -> Source:
    name = row["name"]
    return Source(
        name=name,
        school=name.removeprefix(_DIRECTORY) if name.startswith(_DIRECTORY) else "",
        known_since=datetime.fromisoformat(row["known_since"]),
        attempted_at=_moment(row["attempted_at"]),
        complete_at=_moment(row["complete_at"]),
        server_time=_moment(row["server_time"]),
        error=row["error"],
        shrunk=bool(row["shrunk"]),
        unreadable=tuple(_unreadable(name, row["proof"])),
        proof=msgspec.json.decode(row["proof"]) if row["proof"] else {},
    )


def _unreadable(name: str, proof: str | None) -> Iterable[tuple[str, str]]:
    if proof is None:
        return ()
    if name.startswith(_DIRECTORY):
        return msgspec.json.decode(proof, type=DirectoryProof).unreadable
    if name == INVENTORY_SOURCE:
        return msgspec.json.decode(proof, type=InventoryProof).unreadable
    return msgspec.json.decode(proof, type=FleetProof).all_unreadable


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
