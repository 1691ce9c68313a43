"""``mdm-sync daemon``: the service."""

import logging
import os
from http import HTTPStatus
from typing import TYPE_CHECKING

import typer

from mdm_sync.bootstrap import Installation, utc_now
from mdm_sync.cli.options import session_of
from mdm_sync.cli.source_words import is_stale
from mdm_sync.errors import MdmSyncError
from mdm_sync.ports import Texts

if TYPE_CHECKING:
    from mdm_sync.service import Pulse, Service, Standing, Watchers
    from mdm_sync.supervisor import Supervisor


ALIVE_SECONDS = 15 * 60
"""The longest step is one call that is retried."""


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

    def load(progress: Progress) -> tuple[Task, ...]:
        return tasks_of(session.installation(), progress)

    service = Service(load, utc_now, _watchers(Supervisor.of(os.environ), installation.texts))
    with installation.showing(
        {"/metrics": lambda: _metrics(installation, service), "/healthz": lambda: _healthz(service)}
    ):
        service.run()


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
