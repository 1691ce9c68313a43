"""The daemon: cycle and delivery by schedule, one at a time, until it is told to end."""

import logging
import signal
import threading
from collections.abc import Callable, Mapping
from types import FrameType

from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_MAX_INSTANCES, EVENT_JOB_MISSED, JobEvent
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from mdm_sync.errors import MdmSyncError
from mdm_sync.ports import Clock

GRACE_SECONDS = 3600
"""A job that comes up late, after a sleep of the machine, runs all the same; APScheduler's default drops it."""

log = logging.getLogger(__name__)
Job = Callable[[], object]


class Service:
    """Runs jobs at intervals, one after another: the first of them at once, the rest by their interval.

    Args:
        jobs: what to do, by name, with the minutes between two runs.
    """

    def __init__(self, jobs: Mapping[str, tuple[Job, int]], clock: Clock) -> None:
        self._stop = threading.Event()
        self._scheduler = BackgroundScheduler(
            timezone="UTC",
            executors={"default": ThreadPoolExecutor(1)},  # the store has one writer
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": GRACE_SECONDS},
        )
        self._scheduler.add_listener(_tell, EVENT_JOB_ERROR | EVENT_JOB_MISSED | EVENT_JOB_MAX_INSTANCES)
        for name, (job, minutes) in jobs.items():
            self._scheduler.add_job(
                _guarded(name, job), "interval", minutes=minutes, id=name, name=name, next_run_time=clock()
            )

    def run(self) -> None:
        """Work until SIGTERM or SIGINT; then finish the job in hand and return."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._end)
        self._scheduler.start()
        log.info("started")
        self._stop.wait()
        log.info("ending after the job in hand")
        self._scheduler.shutdown(wait=True)
        log.info("ended")

    def _end(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002 - the shape of a signal handler
        self._stop.set()


def _guarded(name: str, job: Job) -> Job:
    """A job whose expected errors are one line of the log and never take the daemon down."""

    def run() -> None:
        try:
            job()
        except MdmSyncError as error:
            log.error("%s failed: %s", name, error)  # noqa: TRY400 - an expected error needs no traceback

    return run


def _tell(event: JobEvent) -> None:
    log.error("job %s was missed or broke off", event.job_id)
