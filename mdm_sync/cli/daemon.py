"""``mdm-sync daemon``: the service."""

import logging
import os
from http import HTTPStatus
from typing import TYPE_CHECKING

import typer

from mdm_sync.bootstrap import Installation, display, utc_now
from mdm_sync.cli.options import session_of
from mdm_sync.cli.source_words import is_stale
from mdm_sync.errors import MdmSyncError
from mdm_sync.ports import Texts

if TYPE_CHECKING:
    from mdm_sync.service import Pulse, Service, Standing, Watchers
    from mdm_sync.supervisor import Supervisor


ALIVE_SECONDS = 15 * 60
"""The longest step is one call that is retried."""
NOT_YET = (HTTPStatus.SERVICE_UNAVAILABLE, "text/plain", "the service begins\n")


def daemon(context: typer.Context) -> None:
    """Read, judge and deliver by schedule until SIGTERM. systemd starts it: see systemd/mdm-sync.service.

    SIGTERM ends it after the step in hand, SIGHUP loads the settings anew.

    Example:
      mdm-sync --config /etc/mdm-sync/mdm-sync.toml daemon
    """
    from mdm_sync.ports import Progress
    from mdm_sync.service import Service, Task
    from mdm_sync.supervisor import Supervisor
    from mdm_sync.tasks import tasks_of

    ours = logging.getLogger("mdm_sync")
    ours.setLevel(min(ours.level, logging.INFO))
    session = session_of(context)
    installation = session.installation()
    with installation.working_state("daemon"):
        pass  # a store that cannot be opened is told now, not by the first task
    shown = _Shown()

    def load(progress: Progress) -> tuple[Task, ...]:
        loaded = session.installation()
        tasks = tasks_of(loaded, progress)
        shown.follow(loaded)
        return tasks

    try:
        shown.service = service = Service(load, utc_now, _watchers(Supervisor.of(os.environ), installation.texts))
        service.run()
    finally:
        shown.close()


class _Shown:
    """What monitors are shown, by the settings that were loaded last.

    Attributes:
        service: whose standing is shown; None until it is made.
    """

    def __init__(self) -> None:
        self.service: Service | None = None
        self._installation: Installation | None = None
        self._display = display({"/metrics": self._metrics, "/healthz": self._healthz})

    def follow(self, installation: Installation) -> None:
        """Show it where these settings say.

        Raises:
            SettingsError: it cannot be shown there; where it was shown before it stays.
        """
        self._display.show_at(installation.settings.monitoring.listen)
        self._installation = installation

    def close(self) -> None:
        """Show nothing any more."""
        self._display.show_at(None)

    def _metrics(self) -> tuple[int, str, str]:
        return _metrics(self._installation, self.service) if self._installation and self.service else NOT_YET

    def _healthz(self) -> tuple[int, str, str]:
        return _healthz(self.service) if self.service else NOT_YET


def _metrics(installation: Installation, service: "Service") -> tuple[int, str, str]:
    from mdm_sync.metrics import CONTENT_TYPE, metrics_text

    conditions = installation.conditions(utc_now())
    try:
        with installation.state_to_ask() as state:
            health = state.inquiry.health()
    except MdmSyncError:
        return HTTPStatus.OK, CONTENT_TYPE, metrics_text(service.records, None, ())
    stale = [source.name for source in health.sources if is_stale(source, conditions)]
    return HTTPStatus.OK, CONTENT_TYPE, metrics_text(service.records, health, stale)


def _healthz(service: "Service") -> tuple[int, str, str]:
    """Whether the service goes forward; what its tasks meet is told by the metrics."""
    if service.pulse.is_younger_than(ALIVE_SECONDS):
        return HTTPStatus.OK, "text/plain", "ok\n"
    return HTTPStatus.SERVICE_UNAVAILABLE, "text/plain", "nothing went forward for too long\n"


def _watchers(supervisor: "Supervisor", texts: Texts) -> "Watchers":
    from mdm_sync.service import Watchers

    def tick(pulse: "Pulse") -> None:
        """A task that takes no step for as long as the watchdog waits is not spoken for."""
        if supervisor.watchdog_seconds and pulse.is_younger_than(supervisor.watchdog_seconds / 2):
            supervisor.alive()

    def standing(now: "Standing") -> None:
        if now.ending:
            supervisor.stopping()
        supervisor.status(status_words(now, texts))

    return Watchers(ready=supervisor.ready, reloading=supervisor.reloading, standing=standing, tick=tick)


def status_words(now: "Standing", texts: Texts) -> str:
    """How the service stands, in one line for ``systemctl status``."""
    words = {
        "incidents": texts.text("taking in incidents"),
        "sweep": texts.text("reading all of Jamf Pro"),
        "schools": texts.text("reading directories of schools"),
        "changes": texts.text("reading what changed at Jamf Pro"),
        "losses": texts.text("watching losses"),
        "deliver": texts.text("delivering"),
        "care": texts.text("copying the store and deleting what has had its time"),
        "ping": texts.text("telling the monitor"),
    }
    told = [words.get(now.in_hand, now.in_hand) if now.in_hand else texts.text("waiting")]
    if now.ending:
        told.insert(0, texts.text("ending"))
    if now.last and now.last_end:
        names = {"task": words.get(now.last, now.last), "moment": texts.moment(now.last_end)}
        told.append(texts.text("last: %(task)s, until %(moment)s") % names)
    if now.failing:
        told.append(texts.text("failing: %(tasks)s") % {"tasks": ", ".join(words.get(one, one) for one in now.failing)})
    return "; ".join(told)
