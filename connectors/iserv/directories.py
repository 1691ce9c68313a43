"""The schools' directories, many at a time; one school's trouble is that school's answer only."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from connectors.iserv.answers import Answers
from connectors.iserv.classes import GroupNames
from connectors.iserv.crew import Crew
from connectors.iserv.limits import Limits
from connectors.iserv.wire import Start
from mdm_sync.core.model import School
from mdm_sync.ports import DirectoryFailure, DirectoryRead

AT_A_TIME = 8
MOST_PROCESSES = 4
USUAL_NAMES = GroupNames()


class Arrivals:
    """So many answers, as they come; satisfies ``mdm_sync.ports.Arrivals``."""

    def __init__(self, answers: Answers, number: int) -> None:
        self._answers = answers
        self._left = number

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> DirectoryRead | DirectoryFailure:
        if not self._left:
            raise StopIteration
        came = self._answers.take()
        self._left -= 1
        return came.answer()

    def here(self) -> DirectoryRead | DirectoryFailure | None:
        """One that has come already; None where there is none, now or any more."""
        came = self._answers.take_if_here() if self._left else None
        if came is None:
            return None
        self._left -= 1
        return came.answer()


class IServDirectories:
    """The persons of the schools; satisfies ``mdm_sync.ports.Directories``.

    Args:
        password: the service account's password of a school, asked for when it is needed, never kept.
        ca_file: certificates to trust beside none other; None for the system's.
        limits: what one school may cost.
        names: which groups are classes and years.
        processes: how many read at a time; None for as many as there are processors, four at most.
        at_a_time: how many directories are read at a time by all of them.
    """

    def __init__(
        self,
        *,
        password: Callable[[School], str],
        ca_file: Path | None,
        limits: Limits,
        names: GroupNames = USUAL_NAMES,
        processes: int | None = None,
        at_a_time: int = AT_A_TIME,
    ) -> None:
        self._password = password
        self._start = Start(ca_file=str(ca_file) if ca_file else None, limits=limits, names=names)
        self._processes = processes or min(len(os.sched_getaffinity(0)), MOST_PROCESSES)
        self._at_a_time = at_a_time

    @contextmanager
    def reading(self, schools: Sequence[School]) -> Iterator[Arrivals]:
        """Start to read these schools; inside, they are answered in any order, one answer each."""
        answers = Answers()
        crew = Crew(schools, self._password, self._start, self._rooms(len(schools)), answers)
        try:
            yield Arrivals(answers, len(schools))
        finally:
            crew.leave()

    def _rooms(self, schools: int) -> list[int]:
        """How many schools each of the processes reads at a time."""
        processes = min(self._processes, self._at_a_time, schools)
        return [len(range(number, self._at_a_time, processes)) for number in range(processes)]
