"""The daemon: tasks by schedule, one at a time, until it is told to end.

Intervals are counted in UTC and know no summer time; daily tasks have a clock time that every day has once. What comes
up while another task is in hand waits for it and runs once, however often it came up.
"""

import logging
import os
import select
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from datetime import time as clock_time

from apscheduler.executors.base import BaseExecutor
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.schedulers.base import BaseScheduler
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.interval import IntervalTrigger

from mdm_sync.errors import MdmSyncError, told_by_place
from mdm_sync.ports import Clock, Progress

TICK_SECONDS = 5.0
"""Between two looks of the main thread at signals, the pulse and the clock."""
LONGEST_END_SECONDS = 150.0
"""For the step in hand after the service was told to end; systemd waits a little longer before it kills."""
LARGEST_JUMP = timedelta(minutes=1)
"""A clock that is set back further than this plans all tasks anew: they would wait until it has caught up."""

log = logging.getLogger(__name__)


class EndingError(Exception):
    """The service was told to end: the task in hand breaks off between two of its steps.

    No ``MdmSyncError``, for nothing failed: whoever keeps what became of a source keeps nothing of this.
    """


@dataclass(frozen=True, slots=True)
class Every:
    """At intervals, the first time at once."""

    minutes: int


@dataclass(frozen=True, slots=True)
class Daily:
    """Once a day, at a clock time that every day of the zone has once."""

    at: clock_time
    zone: tzinfo

    def after(self, moment: datetime) -> datetime:
        """The first time after this moment, in UTC."""
        day = moment.astimezone(self.zone).date()
        times = (datetime.combine(one, self.at, self.zone).astimezone(UTC) for one in (day, day + timedelta(days=1)))
        return next(time for time in times if time > moment)


class _DailyTrigger(BaseTrigger):  # type: ignore[misc]  # the library has no types
    """A daily task's times for APScheduler, whose own trigger for them leaves out the day after the March change."""

    def __init__(self, daily: Daily) -> None:
        self._daily = daily

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime:
        return self._daily.after(previous_fire_time or now)


@dataclass(frozen=True, slots=True)
class Task:
    """What the service does, and when.

    Attributes:
        run: does it; returns what is wrong all the same in words, or None.
    """

    name: str
    when: Every | Daily
    run: Callable[[], str | None]


Load = Callable[[Progress], Sequence[Task]]
"""Makes the tasks from the settings as they are now; raises ``MdmSyncError`` where they are bad."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How the service stands.

    Attributes:
        in_hand: the task that runs.
        last: the task that ran last.
        last_end: when it ended.
        failing: the tasks whose last run failed.
        ending: it was told to end.
    """

    in_hand: str | None = None
    last: str | None = None
    last_end: datetime | None = None
    failing: tuple[str, ...] = ()
    ending: bool = False


@dataclass(frozen=True, slots=True)
class Record:
    """What is known of a task since the service began.

    Attributes:
        runs: how often it ran.
        failures: how many of these failed.
        seconds: that the last run took.
        ended: when the last run ended.
        failing: the last run failed.
    """

    runs: int = 0
    failures: int = 0
    seconds: float = 0.0
    ended: datetime | None = None
    failing: bool = False


@dataclass
class Pulse:
    """When anything last went forward, on a clock that nobody sets (seconds).

    While a task is in hand only its own steps count; a task that hangs has no pulse, however well the rest is.
    """

    monotonic: Callable[[], float] = time.monotonic
    last: float = field(init=False)

    def __post_init__(self) -> None:
        self.beat()

    def beat(self) -> float:
        """Something went forward; returns the moment."""
        self.last = self.monotonic()
        return self.last

    def is_younger_than(self, seconds: float) -> bool:
        """Whether something went forward within this time."""
        return self.monotonic() - self.last < seconds


@dataclass(frozen=True)
class Watchers:
    """Who looks at the service; all are called often and must be quick.

    Attributes:
        ready: called once, when the service works.
        reloading: called when it begins to load its settings anew.
        standing: called when something about it changed.
        tick: called every few seconds from the main thread.
    """

    ready: Callable[[], None] = lambda: None
    reloading: Callable[[], None] = lambda: None
    standing: Callable[[Standing], None] = lambda _: None
    tick: Callable[[Pulse], None] = lambda _: None


class Service:
    """Runs tasks one after another until it is told to end.

    Args:
        load: makes the tasks, at the start and again at SIGHUP.
        clock: tells the time.
        watchers: who looks at it.
        scheduler: where the tasks wait; a thread of its own unless another is given.
        executor: runs them; one thread unless another is given, for the store has one writer.

    Raises:
        MdmSyncError: the settings are bad.
    """

    def __init__(
        self,
        load: Load,
        clock: Clock,
        watchers: Watchers | None = None,
        *,
        scheduler: BaseScheduler | None = None,
        executor: BaseExecutor | None = None,
    ) -> None:
        logging.getLogger("apscheduler").setLevel(logging.ERROR)  # that a task waits for another is no trouble
        self._load, self._clock, self._watchers = load, clock, watchers or Watchers()
        self._ending = threading.Event()
        self._idle = threading.Event()
        self._idle.set()
        self._standing = Standing()
        self._broken: dict[str, str] = {}
        self._pulse = Pulse()
        self._scheduler = scheduler or BackgroundScheduler()
        self._scheduler.configure(
            timezone="UTC",
            executors={"default": executor or ThreadPoolExecutor(1)},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        self._tasks: dict[str, Task] = {}
        self._records: dict[str, Record] = {}
        self._plan(load(self.progress))

    def run(self) -> bool:
        """Work until SIGTERM or SIGINT; then end after the step in hand. SIGHUP loads the settings anew.

        Returns:
            Whether the step in hand has ended. Else it takes too long, as a call to a server that hangs does: the
            caller ends the process, and what the step was about is taken up by the next start.
        """
        with _signals(signal.SIGTERM, signal.SIGINT, signal.SIGHUP) as heard:
            ahead = self._ahead()
            self._scheduler.start()
            log.info("started")
            self._watchers.ready()
            while not self._ending.is_set():
                for number in heard(TICK_SECONDS):
                    self._obey(number)
                if ahead - self._ahead() > LARGEST_JUMP:
                    log.warning("the clock was set back: all tasks are planned anew")
                    self.plan_anew()
                ahead = self._ahead()
                self._look()
            log.info("ending after the step in hand")
            self._tell(ending=True)
            finished = self._idle.wait(LONGEST_END_SECONDS)
            self._scheduler.shutdown(wait=finished)
            if finished:
                log.info("ended")
            else:
                log.warning("ended in the middle of a step that took too long; the next start takes it up")
            return finished

    def progress(self, what: str, done: int, total: int) -> None:  # noqa: ARG002 - the shape of a Progress
        """Told by tasks between two of their steps.

        Raises:
            EndingError: the service was told to end.
        """
        self._pulse.beat()
        if self._ending.is_set():
            raise EndingError

    @property
    def records(self) -> Mapping[str, Record]:
        """What each task has done so far, by its name."""
        return dict(self._records)

    @property
    def pulse(self) -> Pulse:
        """When anything last went forward."""
        return self._pulse

    def reload(self) -> None:
        """Take over the settings as they are now; bad ones are refused and the old ones stay."""
        self._watchers.reloading()
        try:
            tasks = self._load(self.progress)
        except MdmSyncError as error:
            log.error("the settings were not loaded, the old ones stay: %s", error)  # noqa: TRY400 - no traceback
        else:
            self._plan(tasks)
            log.info("settings loaded")
        self._watchers.ready()

    def end(self) -> None:
        """End after the step in hand."""
        self._ending.set()

    def plan_anew(self) -> None:
        """Count all intervals from now on."""
        for number, task in enumerate(self._tasks.values()):
            self._add(task, number)

    def _ahead(self) -> timedelta:
        """How far the clock is ahead of one that nobody sets; only its changes tell something."""
        return timedelta(seconds=self._clock().timestamp() - time.monotonic())

    def _look(self) -> None:
        if self._standing.in_hand is None and self._is_punctual():
            self._pulse.beat()
        self._watchers.tick(self._pulse)

    def _is_punctual(self) -> bool:
        """Whether no task waits for longer than it takes to begin one: the scheduler is alive."""
        latest = self._clock() - LARGEST_JUMP
        return all(job.next_run_time >= latest for job in self._scheduler.get_jobs())

    def _obey(self, number: int) -> None:
        if number == signal.SIGHUP:
            self.reload()
        else:
            self.end()

    def _plan(self, tasks: Sequence[Task]) -> None:
        """A task that keeps its time keeps its next run as well."""
        wanted = {task.name: task for task in tasks}
        for name in self._tasks.keys() - wanted.keys():
            self._scheduler.remove_job(name)
            self._broken.pop(name, None)
        for number, task in enumerate(tasks):
            known = self._tasks.get(task.name)
            if known and known.when == task.when:
                self._scheduler.modify_job(task.name, func=self._guarded(task))
            else:
                self._add(task, number)
        self._tasks = wanted

    def _add(self, task: Task, number: int) -> None:
        # In the order of the tasks: those that are due together wait one after another.
        begin = self._clock() + timedelta(milliseconds=number)
        match task.when:
            case Every(minutes):
                trigger = IntervalTrigger(minutes=minutes, start_date=begin, timezone="UTC")
            case Daily():
                trigger = _DailyTrigger(task.when)
        next_run = trigger.get_next_fire_time(None, begin)
        self._scheduler.add_job(
            self._guarded(task),
            trigger,
            id=task.name,
            name=task.name,
            next_run_time=next_run,
            replace_existing=True,
        )

    def _guarded(self, task: Task) -> Callable[[], None]:
        """The task, whose trouble is told once when it breaks and once when it is back, and never ends the service."""

        def run() -> None:
            self._idle.clear()
            try:
                if not self._ending.is_set():
                    work()
            finally:
                self._idle.set()

        def work() -> None:
            begun = self._pulse.beat()
            self._tell(in_hand=task.name)
            try:
                self._judge(task.name, task.run())
            except EndingError:
                log.info("%s was broken off", task.name)
            except MdmSyncError as error:
                self._judge(task.name, str(error))
            except Exception as error:  # noqa: BLE001 - whatever it is, the other tasks go on
                self._judge(task.name, told_by_place(error))
            self._note(task.name, self._pulse.beat() - begun)
            self._tell(last=task.name)

        return run

    def _note(self, name: str, seconds: float) -> None:
        before, failing = self._records.get(name, Record()), name in self._broken
        self._records[name] = Record(
            runs=before.runs + 1,
            failures=before.failures + failing,
            seconds=seconds,
            ended=self._clock(),
            failing=failing,
        )

    def _judge(self, name: str, trouble: str | None) -> None:
        if trouble and name not in self._broken:
            log.error("%s failed: %s", name, trouble)
        if name in self._broken and not trouble:
            log.warning("%s works again", name)
        if trouble:
            self._broken[name] = trouble
        else:
            self._broken.pop(name, None)

    def _tell(self, *, in_hand: str | None = None, last: str | None = None, ending: bool = False) -> None:
        before = self._standing
        self._standing = Standing(
            in_hand=before.in_hand if ending else in_hand,
            last=last or before.last,
            last_end=self._clock() if last else before.last_end,
            failing=tuple(sorted(self._broken)),
            ending=ending or before.ending,
        )
        self._watchers.standing(self._standing)


@contextmanager
def _signals(*numbers: int) -> Iterator[Callable[[float], bytes]]:
    """Signals as numbers to wait for; inside, they do nothing else."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    before = signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    handlers = {number: signal.signal(number, lambda *_: None) for number in numbers}

    def heard(seconds: float) -> bytes:
        ready, _, _ = select.select([reading], [], [], seconds)
        return os.read(reading, 64) if ready else b""

    try:
        yield heard
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(before)
        os.close(reading)
        os.close(writing)
