"""The main command and what hangs below it."""

import logging
from pathlib import Path
from typing import Annotated

import typer

from mdm_sync import __version__
from mdm_sync.cli import (
    acknowledging,
    alarm,
    audit,
    backup,
    check,
    daemon,
    deliver,
    demo,
    device,
    findings,
    holds,
    incidents,
    init,
    lock,
    locks,
    mail,
    outbox,
    person,
    privacy,
    reconcile,
    report,
    schools,
    secret,
    status,
    summary,
    watch,
)
from mdm_sync.cli.options import LogFormat, Session, log_to_stderr

app = typer.Typer(
    name="mdm-sync",
    help="Reconciles the iPads of a city's schools in Jamf Pro with the people in the schools' IServ directories.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(asked: bool) -> None:  # noqa: FBT001 - typer calls it with the flag
    if asked:
        typer.echo(f"mdm-sync {__version__}")
        raise typer.Exit


@app.callback()
def main_command(
    context: typer.Context,
    config: Annotated[
        Path | None,
        typer.Option(
            "--config",
            envvar="MDM_SYNC_CONFIG",
            help="Settings file; /etc/mdm-sync/mdm-sync.toml if not named.",
        ),
    ] = None,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Say on standard error what is done.")] = False,
    log_format: Annotated[LogFormat, typer.Option("--log-format", help="How log lines are written.")] = LogFormat.TEXT,
    version: Annotated[  # noqa: ARG001 - its callback answers
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Options that stand before the command."""
    log_to_stderr(logging.DEBUG if verbose else logging.ERROR, log_format)
    context.obj = Session(config)


app.command("reconcile")(reconcile.reconcile)
app.add_typer(findings.app, name="findings")
app.command("device")(device.device)
findings.app.command("ack")(acknowledging.acknowledge)
findings.app.command("unack")(acknowledging.unacknowledge)
app.add_typer(holds.app, name="holds")
app.command("person")(person.person)
app.command("lock")(lock.lock)
app.command("unlock")(lock.unlock)
app.command("locks")(locks.locks)
app.add_typer(incidents.app, name="incidents")
app.command("watch")(watch.watch)
app.command("deliver")(deliver.deliver)
app.add_typer(outbox.app, name="outbox")
app.add_typer(mail.app, name="mail")
app.add_typer(privacy.app, name="privacy")
app.command("audit")(audit.audit)
app.command("backup")(backup.backup)
app.command("restore")(backup.restore)
app.command("status")(status.status)
app.command("summary")(summary.summary)
app.command("report")(report.report)
app.command("check")(check.check)
app.add_typer(schools.app, name="schools")
app.add_typer(secret.app, name="secret")
app.command("init")(init.init)
app.command("alarm")(alarm.alarm)
app.command("daemon")(daemon.daemon)
app.add_typer(demo.app, name="demo")
