"""A service whose clock is ours: days pass as fast as its tasks allow."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta, tzinfo

import pytest
from apscheduler.executors.debug import DebugExecutor
from apscheduler.schedulers import base
from apscheduler.schedulers.base import BaseScheduler

from mdm_sync.ports import Progress
from mdm_sync.service import Service, Task, Watchers


class SimulatedScheduler(BaseScheduler):  # type: ignore[misc]  # the library has no types
    """APScheduler itself, whose tasks run in the calling thread when we say so."""

    def shutdown(self, wait: bool = True) -> None:  # noqa: FBT001, FBT002 - the library's signature
        super().shutdown(wait)

    def wakeup(self) -> None:
        """Nobody sleeps."""

    def run_due(self) -> float:
        """Run what is due; returns the seconds until the next is."""
        return float(self._process_jobs())


class Simulation:
    """A service and its clock.

    Attributes:
        now: what the clock says.
    """

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.scheduler = SimulatedScheduler()

    def service(self, tasks: Callable[[Progress], Sequence[Task]], watchers: Watchers | None = None) -> Service:
        """Return a service that has been started."""
        service = Service(tasks, lambda: self.now, watchers, scheduler=self.scheduler, executor=DebugExecutor())
        self.scheduler.start()
        return service

    def until(self, end: datetime) -> None:
        """Let time pass, and run what comes up."""
        while self.now < end:
            pause = timedelta(seconds=self.scheduler.run_due())
            self.now = min(self.now + max(pause, timedelta(milliseconds=1)), end)


@contextmanager
def simulated(now: datetime) -> Iterator[Simulation]:
    """A simulation that the scheduler believes."""
    simulation = Simulation(now)

    class SimulatedTime(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]  # a moment of the real class does
            return simulation.now.astimezone(tz)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(base, "datetime", SimulatedTime)
        yield simulation
        if simulation.scheduler.running:
            simulation.scheduler.shutdown()
