"""The local state store: one SQLite file, one transaction for each conclusion."""

import sqlite3
from pathlib import Path
from typing import Self

from sqlite_utils import Database

from mdm_sync.ports import Commit
from state.care import Care
from state.connection import copy_store, open_for_questions, open_for_work, transaction
from state.decisions import Decisions, write_hold
from state.history import History, note_holders
from state.incidents import IncidentRegister, note_devices_of_incidents
from state.inquiry import Inquiry
from state.lock_orders import LockOrders
from state.looks import note_looks
from state.mailings import Mailings, put_mail
from state.outbox import Outbox
from state.snapshot import Snapshot
from state.staging import Staging
from state.steps import write_judged, write_step
from state.writer import Told

_ASSIGNMENT_COLUMNS = "state, step, person_school, person_uuid, reason"
_SWAP_ASSIGNMENTS = f"""
INSERT INTO main.assignments (subject, {_ASSIGNMENT_COLUMNS})
SELECT subject, {_ASSIGNMENT_COLUMNS} FROM scratch.assignments WHERE true
ON CONFLICT DO UPDATE SET (state, step, person_school, person_uuid, reason) =
    (excluded.state, excluded.step, excluded.person_school, excluded.person_uuid, excluded.reason)
WHERE (assignments.state, assignments.step, assignments.person_school, assignments.person_uuid, assignments.reason)
IS NOT (excluded.state, excluded.step, excluded.person_school, excluded.person_uuid, excluded.reason)
"""


class Store:
    """The state of one installation; satisfies ``mdm_sync.ports.State``. Not for use by several threads at once."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.staging = Staging(self._database)
        self.snapshot = Snapshot(self._database)
        self.outbox = Outbox(self._database)
        self.mailings = Mailings(self._database)
        self.inquiry = Inquiry(self._database)
        self.decisions = Decisions(self._database)
        self.history = History(self._database)
        self.incidents = IncidentRegister(self._database)
        self.lock_orders = LockOrders(self._database)
        self.care = Care(self._database)

    @classmethod
    def open(cls, folder: Path, *, command: str = "", wait_seconds: float = 0, told: Told = lambda _: None) -> Self:
        """Open the store in this folder for a cycle or a delivery; make it where there is none.

        Args:
            folder: where it lies.
            command: what this process is about to do, for those who wait for it.
            wait_seconds: how long to wait while another process works with it.
            told: is told once whom this process waits for.

        Raises:
            PermanentError: it cannot be used; the message says why and what to do.
            TemporaryError: another process still works with it.
        """
        return cls(open_for_work(folder, command=command, wait_seconds=wait_seconds, told=told))

    @classmethod
    def look(cls, folder: Path) -> Self:
        """Open the store in this folder to ask it; another process may be working with it meanwhile.

        Raises:
            PermanentError: there is none yet, or it cannot be used.
        """
        return cls(open_for_questions(folder))

    @staticmethod
    def copy(source: Path, target: Path) -> None:
        """Copy the store of one folder into another, consistently, while others may be writing to it."""
        copy_store(source, target)

    def commit(self, commit: Commit) -> None:
        """Write what a cycle concluded, all of it or nothing."""
        with transaction(self._database) as connection:
            note_looks(connection, commit.looks)
            _write_assignments(connection)
            note_holders(connection, commit.finished)
            note_devices_of_incidents(connection, commit.finished)
            for step in commit.transitions:
                write_step(connection, step, commit.finished)
            for hold in commit.holds:
                write_hold(connection, hold, commit.finished)
            write_judged(connection, commit)
            for entry in commit.entries():
                put_mail(connection, entry, commit.finished)
            connection.execute(
                "INSERT INTO cycles (started_at, finished_at, transitions) VALUES (?, ?, ?)",
                (commit.started.isoformat(), commit.finished.isoformat(), len(commit.transitions)),
            )

    def close(self) -> None:
        """Release the store."""
        self._database.conn.close()


def _write_assignments(connection: sqlite3.Connection) -> None:
    connection.execute(_SWAP_ASSIGNMENTS)
    connection.execute("DELETE FROM assignments WHERE subject NOT IN (SELECT subject FROM devices)")
