"""How large a page may be at present: smaller after a server was too slow, and slowly larger again."""

import threading

from connectors.jamf.parts import below, divisible

SMALLEST = 100
"""Smaller pages are not asked for because a server is slow."""

LARGER_AFTER = 20
"""So many good pages in a row, then the next larger size is tried."""


class PageSizes:
    """The size of the next page of one list; safe for use by several threads.

    All sizes are made from the largest by small factors, so each divides all larger ones and pages of different sizes
    fit together without a gap.
    """

    def __init__(self, largest: int) -> None:
        self._sizes = _chain(largest)
        self._now = 0
        self._came = 0
        self._lock = threading.Lock()

    def at(self, start: int) -> int:
        """The size of a page that begins at this place."""
        return next(size for size in self._sizes[self._now :] if start % size == 0)

    def may_fall(self, size: int) -> bool:
        """Whether a page of this size that was too slow is to be asked for in smaller ones."""
        return below(size) >= SMALLEST

    def fell(self, size: int) -> None:
        """A page of this size was too slow."""
        with self._lock:
            self._now = max(self._now, self._sizes.index(below(size)))
            self._came = 0

    def came(self) -> None:
        """A page came in time."""
        with self._lock:
            self._came += 1
            if self._came >= LARGER_AFTER and self._now:
                self._now -= 1
                self._came = 0

    def cap(self, size: int) -> None:
        """The server gives no larger pages than this, whatever is asked for."""
        with self._lock:
            self._sizes = _chain(size)
            self._now = 0


def _chain(largest: int) -> list[int]:
    sizes = [divisible(largest)]
    while smaller := below(sizes[-1]):
        sizes.append(smaller)
    return sizes
