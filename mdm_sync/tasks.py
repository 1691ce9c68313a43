"""What the daemon does by schedule: each task is a job of the program, in steps that tell their progress."""

from collections.abc import Callable
from dataclasses import replace
from datetime import time, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from mdm_sync import jobs
from mdm_sync.bootstrap import Installation, utc_now
from mdm_sync.cycle import Reads, Scope, run_cycle
from mdm_sync.importing import Imported
from mdm_sync.ports import Progress
from mdm_sync.service import Daily, Every, Task

SWEPT_BEFORE_ITS_AGE = timedelta(hours=1)
"""What changed does not renew a sweep: a full one takes its place before the last one is too old to conclude from."""

Step = Callable[[Installation, Progress], str | None]


def tasks_of(installation: Installation, progress: Progress) -> tuple[Task, ...]:
    """All tasks by the settings of this installation; those that are due together run in this order.

    Raises:
        MdmSyncError: the register cannot be read.
    """
    installation.schools()
    schedule, settings = installation.schedule, installation.settings
    zone = ZoneInfo(settings.calendar.zone)
    steps: dict[str, tuple[Every | Daily, Step]] = {
        "incidents": (Every(schedule.incidents_minutes), _take_incidents),
        "sweep": (Daily(time.fromisoformat(schedule.sweep_at), zone), _sweep),
        "schools": (Every(schedule.schools_minutes), _read_due_schools),
        "changes": (Every(schedule.changes_minutes), _read_changes),
        "losses": (Every(schedule.losses_minutes), _watch_losses),
        "deliver": (Every(schedule.deliver_minutes), _deliver),
        "care": (Daily(time.fromisoformat(schedule.care_at), zone), _care),
        "ping": (Every(settings.monitoring.ping_minutes), _ping),
    }
    if settings.monitoring.ping_url is None:
        del steps["ping"]
    if settings.incidents.folder is None:
        del steps["incidents"]

    # An installation keeps what it has read of the register: each run begins with a fresh one.
    def run(step: Step) -> str | None:
        return step(replace(installation), progress)

    return tuple(Task(name, when, partial(run, step)) for name, (when, step) in steps.items())


def _take_incidents(installation: Installation, progress: Progress) -> str | None:
    """Reports come in, and what is new in them is looked at at once."""
    done = jobs.import_waiting(installation)
    if any(one.intake.new or one.intake.changed for one in done if isinstance(one, Imported)):
        return _watch_losses(installation, progress)
    return None


def _watch_losses(installation: Installation, progress: Progress) -> str | None:
    done = jobs.watch(installation, progress)
    return "; ".join(filter(None, (done.result.source.error, *done.locks.errors))) or None


def _sweep(installation: Installation, progress: Progress) -> None:
    _cycle(installation, progress, Scope(reads=Reads.FLEET, full=True))


def _read_changes(installation: Installation, progress: Progress) -> None:
    limit = installation.conditions(utc_now()).fleet_limit - SWEPT_BEFORE_ITS_AGE
    _cycle(installation, progress, Scope(reads=Reads.FLEET, changes_within=limit))


def _cycle(installation: Installation, progress: Progress, scope: Scope) -> None:
    schools = installation.schools()
    with installation.working_state("reconcile") as state:
        run_cycle(installation.equipment(state, progress), schools, scope)


def _read_due_schools(installation: Installation, progress: Progress) -> None:
    schools = installation.schools()
    with installation.working_state("reconcile") as state:
        sources = {source.name: source for source in state.snapshot.sources()}
        due = installation.night.due(schools, sources, utc_now())
        if due:
            scope = Scope(only=tuple(school.number for school in due), reads=Reads.DIRECTORIES)
            run_cycle(installation.equipment(state, progress), schools, scope)


def _ping(installation: Installation, progress: Progress) -> None:  # noqa: ARG001 - one step
    installation.ping()


def _deliver(installation: Installation, progress: Progress) -> None:
    jobs.empty_outbox(installation, progress)


def _care(installation: Installation, progress: Progress) -> None:  # noqa: ARG001 - one step
    jobs.care(installation)
