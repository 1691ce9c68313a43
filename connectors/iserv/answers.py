"""Where answers wait until they are taken, which may be long after they came."""

from collections import deque
from dataclasses import dataclass
from threading import Condition

from connectors.iserv.wire import Told
from mdm_sync.core.model import School
from mdm_sync.ports import DirectoryFailure, DirectoryRead

WAITING = 256
"""Answers at most, about 100 KiB each; then the workers wait. What waits must not grow with the district."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    """One school's answer as it came."""

    school: School
    told: Told

    def answer(self) -> DirectoryRead | DirectoryFailure:
        """What it says."""
        if self.told.error:
            return DirectoryFailure(school=self.school, error=self.told.error)
        read = self.told.decoded()
        return DirectoryRead(school=self.school, persons=read.persons, classes=read.classes, proof=read.proof)


class Answers:
    """A queue that holds so many, and lets go of all who wait at it when it is closed."""

    def __init__(self, most: int = WAITING) -> None:
        self._most = most
        self._items: deque[Came | BaseException] = deque()
        self._changed = Condition()
        self._closed = False

    def put(self, item: Came | BaseException) -> None:
        """Wait for room and leave it there; what comes after the end is dropped."""
        with self._changed:
            self._changed.wait_for(lambda: len(self._items) < self._most or self._closed)
            if not self._closed:
                self._items.append(item)
            self._changed.notify_all()

    def take(self) -> Came:
        """Wait for one and take it; an error that was left here is raised."""
        with self._changed:
            self._changed.wait_for(lambda: self._items or self._closed)
            return self._first()

    def take_if_here(self) -> Came | None:
        """Take one that is here already; None where there is none."""
        with self._changed:
            return self._first() if self._items or self._closed else None

    def _first(self) -> Came:
        if self._closed:
            raise RuntimeError("The reading of the directories has ended.")
        item = self._items.popleft()
        self._changed.notify_all()
        if isinstance(item, BaseException):
            raise item
        return item

    def close(self) -> None:
        """Drop what waits."""
        with self._changed:
            self._closed = True
            self._items.clear()
            self._changed.notify_all()
