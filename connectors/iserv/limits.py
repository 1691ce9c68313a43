"""How long a school's directory may take, and how much it may say."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from mdm_sync.errors import TemporaryError


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one school's directory may cost.

    Attributes:
        connect_seconds: to accept a connection.
        answer_seconds: to say anything at all.
        total_seconds: for everything, over all tries.
        page_size: rows a page.
    """

    connect_seconds: float = 10
    answer_seconds: float = 60
    total_seconds: float = 120
    page_size: int = 500


class Deadline:
    """The moment by which a school is read or given up; it begins to run at once."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._clock = clock
        self._began = clock()

    @property
    def passed(self) -> float:
        """Seconds since it began to run."""
        return self._clock() - self._began

    def at_most(self, seconds: float) -> float:
        """How long the next step may take: so many seconds, and no more than there are left.

        Raises:
            TemporaryError: none are left.
        """
        left = self._seconds - self.passed
        if left <= 0:
            raise TemporaryError(f"The directory was not read within {self._seconds:g} s.")
        return min(seconds, left)

    def pause(self, seconds: float) -> None:
        """Wait so long before the next try.

        Raises:
            TemporaryError: no time would be left for it; nothing is waited for.
        """
        if self.passed + seconds >= self._seconds:
            raise TemporaryError(f"The directory was not read within {self._seconds:g} s.")
        time.sleep(seconds)
