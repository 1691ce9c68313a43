"""``mdm-sync alarm``: a mail that the service is down, for when it cannot send any itself."""

import socket

import typer

from mdm_sync.bootstrap import AlarmBell, utc_now
from mdm_sync.cli.options import session_of


def alarm(context: typer.Context) -> None:
    """Mail the central team that the service is down. systemd does so: see systemd/mdm-sync-alarm.service.

    Needs no more of the settings than the table [mail]; the rest may be why the service is down.

    Ends with 0 the mail server took it, 1 it did not, 2 there is no table [mail] that can be used.

    Example:
      mdm-sync --config /etc/mdm-sync/mdm-sync.toml alarm
    """
    bell = AlarmBell.of(session_of(context).settings_path)
    names = {"host": socket.gethostname(), "moment": bell.texts.exact(utc_now())}
    bell.ring(
        bell.texts.text("[mdm-sync] The service is down on %(host)s") % names,
        bell.texts.text(
            "mdm-sync has stopped on %(host)s and does not start again by itself (%(moment)s).\n\n"
            "Until it runs again nothing is read: stolen devices are not watched, and nobody is told of anything new. "
            "What was read stays, and nothing that waits to leave is lost.\n\n"
            "What to do on that machine:\n"
            "  journalctl -u mdm-sync -n 50      tells why\n"
            "  mdm-sync check                    looks at settings, register and sources\n"
            "  systemctl reset-failed mdm-sync; systemctl start mdm-sync\n"
        )
        % names,
    )
