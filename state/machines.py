"""Machines that Jamf Pro does not know, as the inventory has them."""

import sqlite3
from collections.abc import Iterable

from mdm_sync.core.model import Machine
from mdm_sync.ports import Changes
from state.swap import number

_COLUMNS = "number, kind, school, serial, model, use, purchased"
_DIFFERENT = f"SELECT {_COLUMNS} FROM scratch.machines EXCEPT SELECT {_COLUMNS} FROM main.machines"


def swap_machines(connection: sqlite3.Connection, machines: Iterable[Machine]) -> Changes:
    """Let these be all machines; only rows that differ are written."""
    connection.execute("DELETE FROM scratch.machines")
    connection.executemany("INSERT INTO scratch.machines VALUES (?, ?, ?, ?, ?, ?, ?)", map(_row, machines))
    gone = "DELETE FROM main.machines WHERE number NOT IN (SELECT number FROM scratch.machines)"
    removed = connection.execute(gone).rowcount
    before = number(connection, "SELECT count(*) FROM main.machines", {})
    written = connection.execute(f"INSERT OR REPLACE INTO main.machines {_DIFFERENT}").rowcount
    added = number(connection, "SELECT count(*) FROM main.machines", {}) - before
    return Changes(added=added, changed=written - added, removed=removed)


def _row(machine: Machine) -> tuple[object, ...]:
    bought = machine.purchased.isoformat() if machine.purchased else None
    kind = machine.kind.value
    return (machine.number, kind, machine.school, machine.serial, machine.model, machine.use, bought)
