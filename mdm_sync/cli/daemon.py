"""``mdm-sync daemon``: the service."""

import logging

import typer

from mdm_sync.cli.options import log_to_stderr, session_of
from mdm_sync.cli.output import no_progress


def daemon(context: typer.Context) -> None:
    """Run cycle and delivery by schedule until SIGTERM. systemd starts it: see systemd/mdm-sync.service.

    Example:
      mdm-sync --config /etc/mdm-sync/mdm-sync.toml daemon
    """
    from mdm_sync.bootstrap import utc_now
    from mdm_sync.jobs import empty_outbox, reconcile
    from mdm_sync.service import Service

    log_to_stderr(logging.INFO)
    installation = session_of(context).installation()
    installation.schools()  # a register that cannot be read is told now, not at the first cycle
    schedule = installation.schedule
    jobs = {
        "reconcile": (lambda: reconcile(installation, no_progress), schedule.reconcile_minutes),
        "deliver": (lambda: empty_outbox(installation), schedule.deliver_minutes),
    }
    Service(jobs, utc_now).run()
