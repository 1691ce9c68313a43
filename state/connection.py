"""Opening the store: permissions, the scratch database, transactions, and errors told plainly wherever they arise."""

import os
import sqlite3
import stat
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Self

from sqlite_utils import Database, Migrations

from mdm_sync.errors import PermanentError
from state.migration import migrate, refuse_newer, refuse_older
from state.schema import SCRATCH, migrations
from state.trouble import plain_errors
from state.writer import Told, WriterLock

if TYPE_CHECKING:
    from sqlite3 import _Parameters

STORE_NAME = "state.db"
SCRATCH_NAME = "scratch.db"
LOCK_NAME = "writer.lock"
BUSY_SECONDS = 5
CACHE_KIB = 16_000
CHECKPOINT_PAGES = 40_000
"""A first read of all schools writes the pages of an index again and again; they reach the file a few times only."""


class _Cursor(sqlite3.Cursor):
    """A cursor whose complaints are plain: damage may show at any row, also where the store is only read."""

    connection: "_Connection"

    def execute(self, sql: str, parameters: "_Parameters" = (), /) -> Self:
        with plain_errors(self.connection.path):
            return super().execute(sql, parameters)

    def executemany(self, sql: str, parameters: "Iterable[_Parameters]", /) -> Self:
        with plain_errors(self.connection.path):
            return super().executemany(sql, parameters)

    def fetchone(self) -> sqlite3.Row:
        with plain_errors(self.connection.path):
            return super().fetchone()  # type: ignore[no-any-return]  # by the connection's row factory

    def fetchall(self) -> list[sqlite3.Row]:
        with plain_errors(self.connection.path):
            return super().fetchall()

    def __iter__(self) -> Iterator[sqlite3.Row]:  # type: ignore[override]  # one watch over all rows, not one for each
        with plain_errors(self.connection.path):
            yield from iter(super().fetchone, None)


class _Connection(sqlite3.Connection):
    """A connection to the store at ``path``; one for work holds the writer's lock and a scratch file until closed."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, timeout=BUSY_SECONDS, check_same_thread=False)
        self.path = path
        self.lock: WriterLock | None = None
        self.scratch: Path | None = None
        self.row_factory = sqlite3.Row

    # The three of sqlite3 make a cursor of their own kind, whatever ``cursor`` says.

    def execute(self, sql: str, parameters: "_Parameters" = (), /) -> _Cursor:
        return self.cursor(_Cursor).execute(sql, parameters)

    def executemany(self, sql: str, parameters: "Iterable[_Parameters]", /) -> _Cursor:
        return self.cursor(_Cursor).executemany(sql, parameters)

    def executescript(self, sql_script: str, /) -> sqlite3.Cursor:
        with plain_errors(self.path):
            return super().executescript(sql_script)

    def close(self) -> None:
        super().close()
        if self.scratch:
            self.scratch.unlink(missing_ok=True)
            self.scratch = None
        if self.lock:
            self.lock.release()
            self.lock = None


def open_for_work(
    folder: Path,
    *,
    command: str = "",
    wait_seconds: float = 0,
    told: Told = lambda _: None,
    plan: Migrations = migrations,
) -> Database:
    """The store in this folder, made or migrated where needed, with an empty scratch database attached.

    Args:
        folder: where it lies.
        command: what this process is about to do, for those who wait for it.
        wait_seconds: how long to wait while another process works with it.
        told: is told once whom this process waits for.
        plan: the steps that lead to this version's tables.

    Raises:
        PermanentError: the folder or the file cannot be used, is damaged, or was written by a newer version.
        TemporaryError: another process works with it, or the disk is full.
    """
    path = folder / STORE_NAME
    with plain_errors(path):
        make_private(path)
        connection = connect(path)
        try:
            connection.lock = WriterLock.take(folder / LOCK_NAME, command=command, wait_seconds=wait_seconds, told=told)
            return _prepare(connection, folder, plan)
        except BaseException:
            connection.close()
            raise


def open_for_questions(folder: Path, *, plan: Migrations = migrations) -> Database:
    """The store in this folder as it is; nothing is made, migrated or staged.

    Raises:
        PermanentError: there is none yet, it cannot be used, or another version of the program must open it first.
    """
    path = folder / STORE_NAME
    with plain_errors(path):
        if not path.exists():
            raise PermanentError(f"There is no state store at {path} yet: run mdm-sync reconcile first.")
        _refuse_if_open_to_others(path)
        connection = connect(path)
        try:
            database = Database(connection)
            refuse_newer(database, plan, path)
            refuse_older(database, plan, path)
        except BaseException:
            connection.close()
            raise
        return database


def copy_store(source: Path, target: Path) -> None:
    """Copy the store of one folder into another, consistently, while others may be writing to it."""
    if not (source / STORE_NAME).exists():
        return
    with plain_errors(source / STORE_NAME):
        make_private(target / STORE_NAME)
        with closing(connect(source / STORE_NAME)) as old, closing(connect(target / STORE_NAME)) as new:
            old.backup(new)


@contextmanager
def transaction(database: Database) -> Iterator[sqlite3.Connection]:
    """All that is written inside, or nothing.

    Raises:
        TemporaryError: the disk is full or another program holds the store; nothing was written.
        PermanentError: the store is damaged; nothing was written.
    """
    with database.atomic():
        yield database.conn


def make_private(path: Path) -> None:
    """The file holds personal data: its owner alone may read it."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.touch(mode=0o600, exist_ok=True)
    _refuse_if_open_to_others(path)


def _refuse_if_open_to_others(path: Path) -> None:
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise PermanentError(f"{path} may be read by others (mode {mode:04o}). Mend it: chmod 600 {path}")


def connect(path: Path) -> _Connection:
    """A connection to this file; what it deletes is overwritten."""
    connection = _Connection(path)
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA secure_delete = ON")
    return connection


def _prepare(connection: _Connection, folder: Path, plan: Migrations) -> Database:
    database = Database(connection)
    refuse_newer(database, plan, connection.path)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
    connection.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
    migrate(database, plan, connection.path)
    _attach_scratch(connection, folder / SCRATCH_NAME)
    return database


def _attach_scratch(connection: _Connection, path: Path) -> None:
    """Staged rows are worth nothing after a crash, so they pay for no safety."""
    path.unlink(missing_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_EXCL, 0o600))
    connection.scratch = path
    connection.execute("ATTACH DATABASE ? AS scratch", [str(path)])
    connection.execute("PRAGMA scratch.journal_mode = MEMORY")
    connection.execute("PRAGMA scratch.synchronous = OFF")
    connection.execute("PRAGMA scratch.secure_delete = OFF")
    connection.executescript(SCRATCH)
