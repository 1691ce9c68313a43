"""From the version of the store that lies there to the one that this program works with."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from sqlite_utils import Database, Migrations

from mdm_sync.errors import MdmSyncError, PermanentError
from state.trouble import plain_errors

_NO_VERSION = "m000"


def refuse_newer(database: Database, plan: Migrations, path: Path) -> None:
    """Refuse a store that holds what this version does not know of.

    Raises:
        PermanentError: the store was written by a newer version.
    """
    ours = {migration.name for migration in plan.pending(Database(memory=True))}
    newer = [migration.name for migration in plan.applied(database) if migration.name not in ours]
    if newer:
        raise PermanentError(
            f"The state store {path} was written by a newer mdm-sync ({newer[-1]}). Install that version again, "
            "or put the backup from before the update in its place."
        )


def refuse_older(database: Database, plan: Migrations, path: Path) -> None:
    """Refuse to ask a store whose tables are not those of this version.

    Raises:
        PermanentError: the store must be opened for work first.
    """
    if plan.pending(database):
        raise PermanentError(f"The state store {path} is of an older version: run mdm-sync reconcile first.")


def migrate(database: Database, plan: Migrations, path: Path) -> None:
    """Bring the store up to this version: all steps of the plan, or none, after a backup beside it.

    Raises:
        PermanentError: it could not be done; the store is as it was before, the backup stays.
    """
    if not plan.pending(database):
        return
    backup = _back_up(database, plan, path) if database.table_names() else None
    try:
        with database.atomic():
            plan.apply(database)
    except MdmSyncError:
        raise
    except Exception as error:
        kept = f" A backup lies at {backup}." if backup else ""
        raise PermanentError(
            f"The state store {path} could not be brought up to this version ({error}). It is as it was before, for "
            f"the version that wrote it.{kept}"
        ) from error


def _back_up(database: Database, plan: Migrations, path: Path) -> Path:
    """A copy of the store beside it, named by its version; complete or not there."""
    applied = plan.applied(database)
    backup = path.with_name(f"{path.stem}-{applied[-1].name if applied else _NO_VERSION}.backup")
    unfinished = backup.with_suffix(".unfinished")
    with plain_errors(backup):
        unfinished.unlink(missing_ok=True)
        os.close(os.open(unfinished, os.O_CREAT | os.O_EXCL, 0o600))
        try:
            with closing(sqlite3.connect(unfinished)) as copy:
                database.conn.backup(copy)
            with unfinished.open("rb") as written:
                os.fsync(written.fileno())  # on the disk before the store is changed
            unfinished.replace(backup)
        except BaseException:
            unfinished.unlink(missing_ok=True)
            raise
    return backup
