"""At most so many connections to one Jamf Pro, over all processes on this machine.

Jamf asks for no more than five at a time. Each slot is a file with a lock on it, which the kernel gives back however
its process ends. Daemon and commands share the folder; several machines do not know of each other.
"""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from mdm_sync.errors import PermanentError, TemporaryError

LOOK_AGAIN = 0.25
"""Seconds between two looks for a free slot."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slots:
    """The slots of one Jamf Pro.

    Attributes:
        folder: where the lock files are; made if it is missing. None: nobody to share with.
        total: how many slots there are.
        wait_seconds: how long to wait for the first free one.
        clock: monotonic seconds.
    """

    folder: Path | None
    total: int
    wait_seconds: float
    clock: Callable[[], float]
    sleep: Callable[[float], None]

    @contextmanager
    def taken(self, most: int) -> Iterator[int]:
        """Take the slots that are free, one at least and ``most`` at most; yield how many.

        Raises:
            TemporaryError: none got free in time.
            PermanentError: the lock files cannot be made or opened.
        """
        if self.folder is None:
            yield most
            return
        files = self._wait_for_some(self.folder, most)
        try:
            yield len(files)
        finally:
            _give_back(files)

    def _wait_for_some(self, folder: Path, most: int) -> list[int]:
        give_up_at = self.clock() + self.wait_seconds
        while not (files := self._take_free(folder, most)):
            if self.clock() >= give_up_at:
                raise TemporaryError(
                    f"Another mdm-sync is reading Jamf Pro with all {self.total} connections that there may be, since "
                    f"{self.wait_seconds:.0f} seconds or longer. Wait for it to end, or stop it."
                )
            self.sleep(LOOK_AGAIN)
        return files

    def _take_free(self, folder: Path, most: int) -> list[int]:
        files: list[int] = []
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for number in range(1, self.total + 1):
                if len(files) < most and (file := _take(folder / f"jamf-connection-{number}.lock")) is not None:
                    files.append(file)
        except OSError as error:
            _give_back(files)
            raise PermanentError(
                f"{error.filename or folder} cannot be locked ({error.strerror}): run mdm-sync as the service's user."
            ) from error
        return files


def _take(path: Path) -> int | None:
    file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    with suppress(BlockingIOError):
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return file
    os.close(file)
    return None


def _give_back(files: list[int]) -> None:
    for file in files:
        fcntl.flock(file, fcntl.LOCK_UN)  # closing would not do: a forked process may hold the file, too
        os.close(file)
