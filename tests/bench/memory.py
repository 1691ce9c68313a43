"""Peak memory of the processes that this one starts: summed PSS, which counts a shared page once."""

import os
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

EVERY_SECONDS = 0.05
KIBIBYTES = 1024


class PeakMemory:
    """Samples all descendants of this process but those that were there before, until the block ends."""

    def __init__(self) -> None:
        self.mebibytes = 0.0
        self._others = set(descendants())
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._sample)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end.set()
        self._thread.join()

    def _sample(self) -> None:
        while not self._end.wait(EVERY_SECONDS):
            ours = (process for process in descendants() if process not in self._others)
            self.mebibytes = max(self.mebibytes, sum(map(_pss, ours)) / KIBIBYTES)


def descendants() -> list[int]:
    """The processes that this one started, and those that they started."""
    parents = {process: _parent(process) for process in _processes()}
    found = {os.getpid()}
    for process in sorted(parents):
        if parents[process] in found:
            found.add(process)
    return sorted(found - {os.getpid()})


def _processes() -> list[int]:
    return [int(path.name) for path in Path("/proc").glob("[0-9]*")]


def _parent(process: int) -> int:
    try:
        status = Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return 0
    return int(status.rpartition(")")[2].split()[1])


def _pss(process: int) -> int:
    """Kibibytes, or 0 for a process that has ended meanwhile."""
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
