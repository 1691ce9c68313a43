"""What SQLite and the disk complain of, as errors of ours that name the way out."""

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mdm_sync.errors import MdmSyncError, PermanentError, TemporaryError

_PRIMARY = 0xFF
"""SQLite's extended error codes carry the plain one in their lowest byte."""
_UNTOUCHED = "Nothing was lost, it is as it was before."
_OWNER = "Give the folder and the files in it to the user that mdm-sync runs as."
_ROOM = "Make room on the disk, then try again."


@contextmanager
def plain_errors(path: Path, *, is_copy: bool = False) -> Iterator[None]:
    """What goes wrong inside with the store at this path, as an error of ours; mistakes of ours pass as they are.

    ``is_copy``: the path is that of a copy which somebody wants to have there.

    Raises:
        PermanentError: the store is damaged, or may not be read or written.
        TemporaryError: the disk is full, or another program holds the store.
    """
    try:
        yield
    except OSError as error:
        raise _of_the_disk(error, path, is_copy=is_copy) from error
    except sqlite3.DatabaseError as error:
        if plain := _of_sqlite(error, path):
            raise plain from error
        raise


def _of_sqlite(error: sqlite3.DatabaseError, path: Path) -> MdmSyncError | None:
    match getattr(error, "sqlite_errorcode", 0) & _PRIMARY:
        case sqlite3.SQLITE_FULL:
            return TemporaryError(f"There is no room for the state store {path} ({error}). {_UNTOUCHED} {_ROOM}")
        case sqlite3.SQLITE_IOERR:
            return TemporaryError(
                f"The disk failed at the state store {path} ({error}). {_UNTOUCHED} Is the disk full, or broken?"
            )
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return TemporaryError(
                f"Another program holds the state store {path} ({error}). {_UNTOUCHED} Close it, or try again later."
            )
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_PERM | sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_AUTH:
            return PermanentError(f"The state store {path} cannot be opened or written ({error}). {_OWNER}")
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB:
            return PermanentError(
                f"The state store {path} is damaged ({error}). It was left as it is: put a backup in its place, "
                "or move it away to start anew."
            )
    return None


def _of_the_disk(error: OSError, path: Path, *, is_copy: bool) -> MdmSyncError:
    what = f"The copy {path} cannot be written" if is_copy else f"The state store {path} cannot be used"
    told = f"{what}: {error.strerror}."
    match error.errno:
        case errno.ENOSPC | errno.EDQUOT | errno.EFBIG:
            return TemporaryError(f"{told} {_ROOM}")
        case errno.EACCES | errno.EPERM | errno.EROFS:
            return PermanentError(f"{told} {_OWNER}")
    return PermanentError(told if is_copy else f"{told} Check the folder that the settings name for the state.")
