"""Opening the store: permissions, the lock of the one writer, migrations, the scratch database, transactions."""

import fcntl
import os
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlite_utils import Database

from mdm_sync.errors import PermanentError, TemporaryError
from state.schema import SCRATCH, migrations

STORE_NAME = "state.db"
SCRATCH_NAME = "scratch.db"
LOCK_NAME = "writer.lock"
BUSY_SECONDS = 30


class _Connection(sqlite3.Connection):
    """A connection that holds the writer's lock until it is closed."""

    lock: int | None = None

    def close(self) -> None:
        super().close()
        if self.lock is not None:
            os.close(self.lock)
            self.lock = None


def open_for_work(folder: Path) -> Database:
    """The store in this folder, made or migrated where needed, with an empty scratch database attached.

    Raises:
        PermanentError: the folder or the file cannot be used, is damaged, or was written by a newer version.
        TemporaryError: another process works with it.
    """
    path = folder / STORE_NAME
    with _plain_errors(path):
        _make_private(path)
        connection = _connect(path)
        try:
            connection.lock = _lock(folder / LOCK_NAME)
            return _prepare(connection, folder)
        except BaseException:
            connection.close()
            raise


def open_for_questions(folder: Path) -> Database:
    """The store in this folder as it is; nothing is made, migrated or staged.

    Raises:
        PermanentError: there is none yet, it cannot be used, or another version of the program must open it first.
    """
    path = folder / STORE_NAME
    if not path.exists():
        raise PermanentError(f"There is no state store at {path} yet: run mdm-sync reconcile first.")
    with _plain_errors(path):
        _refuse_if_open_to_others(path)
        database = Database(_connect(path))
        _refuse_newer(database)
        if migrations.pending(database):
            raise PermanentError(f"The state store {path} is of an older version: run mdm-sync reconcile first.")
        return database


def copy_store(source: Path, target: Path) -> None:
    """Copy the store of one folder into another, consistently, while others may be writing to it."""
    if not (source / STORE_NAME).exists():
        return
    with _plain_errors(source / STORE_NAME):
        _make_private(target / STORE_NAME)
        old, new = _connect(source / STORE_NAME), _connect(target / STORE_NAME)
        old.backup(new)
        old.close()
        new.close()


@contextmanager
def transaction(database: Database) -> Iterator[sqlite3.Connection]:
    """All that is written inside, or nothing.

    Raises:
        TemporaryError: the disk is full or another process holds the store; nothing was written.
        PermanentError: the store is damaged; nothing was written.
    """
    try:
        with database.atomic():
            yield database.conn
    except sqlite3.OperationalError as error:
        raise TemporaryError(f"The state store could not be written ({error}); it is as it was before.") from error
    except sqlite3.DatabaseError as error:
        if type(error) is not sqlite3.DatabaseError:
            raise  # its other kinds, such as a broken constraint, are mistakes of ours and no damage
        raise _damaged(_path(database), error) from error


@contextmanager
def _plain_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise PermanentError(f"The state store {path} cannot be used: {error.strerror}.") from error
    except sqlite3.OperationalError as error:
        raise PermanentError(f"The state store {path} cannot be opened: {error}.") from error
    except sqlite3.DatabaseError as error:
        raise _damaged(path, error) from error


def _damaged(path: Path, error: sqlite3.DatabaseError) -> PermanentError:
    return PermanentError(
        f"The state store {path} is damaged ({error}). It was left as it is: put a backup in its place, "
        "or move it away to start anew."
    )


def _path(database: Database) -> Path:
    """Where the store lies; SQLite answers from memory, so damage does not matter."""
    return Path(database.conn.execute("PRAGMA database_list").fetchone()["file"])


def _make_private(path: Path) -> None:
    """The file holds personal data: its owner alone may read it."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.touch(mode=0o600, exist_ok=True)
    _refuse_if_open_to_others(path)


def _refuse_if_open_to_others(path: Path) -> None:
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise PermanentError(f"{path} may be read by others (mode {mode:04o}). Mend it: chmod 600 {path}")


def _lock(path: Path) -> int:
    """Only one process stages and commits at a time; the lock goes with the process, however it ends."""
    lock = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        holder = os.read(lock, 20).decode() or "?"
        os.close(lock)
        raise TemporaryError(
            f"Another mdm-sync (process {holder}) is at work on this store; try again later."
        ) from error
    os.ftruncate(lock, 0)
    os.write(lock, str(os.getpid()).encode())
    return lock


def _connect(path: Path) -> _Connection:
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS, check_same_thread=False, factory=_Connection)
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA secure_delete = ON")
    return connection


def _prepare(connection: _Connection, folder: Path) -> Database:
    connection.execute("PRAGMA journal_mode = WAL")
    database = Database(connection)
    _refuse_newer(database)
    migrations.apply(database)
    _attach_scratch(connection, folder / SCRATCH_NAME)
    return database


def _refuse_newer(database: Database) -> None:
    ours = {migration.name for migration in migrations.pending(Database(memory=True))}
    if {migration.name for migration in migrations.applied(database)} - ours:
        raise PermanentError("The state store was written by a newer mdm-sync. Install that version again to use it.")


def _attach_scratch(connection: sqlite3.Connection, path: Path) -> None:
    """Staged rows are worth nothing after a crash, so they pay for no safety."""
    path.unlink(missing_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_EXCL, 0o600))
    connection.execute("ATTACH DATABASE ? AS scratch", [str(path)])
    connection.execute("PRAGMA scratch.journal_mode = MEMORY")
    connection.execute("PRAGMA scratch.synchronous = OFF")
    connection.executescript(SCRATCH)
