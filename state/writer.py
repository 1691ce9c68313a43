"""The one writer: only one process at a time stages and commits, and the others are told which.

The lock is the kernel's: it goes with its holder, however that one ends. The lock file says who holds it; since when,
says the time at which it was written.
"""

import fcntl
import os
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Self

from mdm_sync.errors import TemporaryError

Told = Callable[[str], None]
"""Takes one sentence for whoever waits at the terminal or reads the log."""

_LOOK_SECONDS = 0.1
_LONGEST_NOTE = 200


class WriterLock:
    """The lock in this process's hands."""

    def __init__(self, file: int) -> None:
        self._file = file

    @classmethod
    def take(cls, path: Path, *, command: str, wait_seconds: float, told: Told) -> Self:
        """Take the lock; where another process holds it, say so once and wait.

        Raises:
            TemporaryError: it was not free within that time.
        """
        file = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
        try:
            _wait(file, wait_seconds, told)
            os.ftruncate(file, 0)
            os.pwrite(file, f"{os.getpid()} {command}".encode()[:_LONGEST_NOTE], 0)
        except BaseException:
            os.close(file)
            raise
        return cls(file)

    def release(self) -> None:
        """Let the next one work; who held it is no longer told."""
        with suppress(OSError):
            os.ftruncate(self._file, 0)
        os.close(self._file)


def _wait(file: int, seconds: float, told: Told) -> None:
    limit = time.monotonic() + seconds
    has_said = False
    while not _is_ours(file):
        if time.monotonic() >= limit:
            waited = f" I waited for {seconds:g} seconds." if seconds else ""
            raise TemporaryError(f"{_holder(file)} is at work on this store.{waited} Try again later.")
        if not has_said:
            told(f"Waiting for {_holder(file)}…")
            has_said = True
        time.sleep(_LOOK_SECONDS)


def _is_ours(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _holder(file: int) -> str:
    """The process that holds the lock; it may have taken it this very moment and not have written yet."""
    process, _, command = os.pread(file, _LONGEST_NOTE, 0).decode(errors="replace").partition(" ")
    if not process:
        return "another mdm-sync"
    since = datetime.fromtimestamp(os.fstat(file).st_mtime).astimezone()
    facts = (f"process {process}", f"since {since:%Y-%m-%d %H:%M}", command)
    return f"mdm-sync ({', '.join(fact for fact in facts if fact)})"
