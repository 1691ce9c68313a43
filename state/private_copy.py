"""A private copy of the store for a dry run, and what is left of one that was killed."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from mdm_sync.errors import TemporaryError
from state.connection import copy_store
from state.trouble import plain_errors
from state.writer import WriterLock

_PREFIX = "dry-run-"
_IN_USE = "in-use.lock"


@contextmanager
def private_copy(store: Path) -> Iterator[Path]:
    """A folder with a copy of the store in this one, gone at the end.

    It lies in the folder of the store, where a purge finds what a kill left of it; before there is any, elsewhere.
    """
    with plain_errors(store):
        made = TemporaryDirectory(prefix=_PREFIX, dir=store if store.is_dir() else None)
    with made as name:
        folder = Path(name)
        lock = WriterLock.take(folder / _IN_USE, command="dry run", wait_seconds=0, told=lambda _: None)
        try:
            copy_store(store, folder)
            yield folder
        finally:
            lock.release()


def remove_left_copies(store: Path) -> None:
    """Remove the private copies that nobody works with any more."""
    for folder in store.glob(f"{_PREFIX}*"):
        if not _is_in_use(folder):
            shutil.rmtree(folder)


def _is_in_use(folder: Path) -> bool:
    """The lock goes with its holder, however that one ends."""
    if not (folder / _IN_USE).exists():  # it begins this very moment, or nothing was copied yet
        return True
    try:
        WriterLock.take(folder / _IN_USE, command="", wait_seconds=0, told=lambda _: None).release()
    except TemporaryError:
        return True
    return False
