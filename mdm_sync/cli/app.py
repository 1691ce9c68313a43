"""The main command and what hangs below it."""

import logging
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typer.main import get_command, get_group

from mdm_sync import __version__
from mdm_sync.cli.options import LogFormat, Session, log_to_stderr

COMMANDS = {
    name: place if ":" in place else f"{place}:{place}"
    for name, place in {
        "reconcile": "reconcile",
        "findings": "findings:app",
        "device": "device",
        "holds": "holds:app",
        "person": "person",
        "lock": "lock",
        "unlock": "lock:unlock",
        "locks": "locks",
        "incidents": "incidents:app",
        "watch": "watch",
        "deliver": "deliver",
        "outbox": "outbox:app",
        "mail": "mail:app",
        "privacy": "privacy:app",
        "audit": "audit",
        "backup": "backup",
        "restore": "backup:restore",
        "status": "status",
        "summary": "summary",
        "report": "report",
        "check": "check",
        "schools": "schools:app",
        "secret": "secret:app",
        "init": "init",
        "alarm": "alarm",
        "daemon": "daemon",
        "demo": "demo:app",
    }.items()
}
"""Module and name of each command, in the order in which the help shows them."""


class _Commands(TyperGroup):
    """Loads a command when it is asked for: the help needs all of them, each command only itself."""

    def __init__(self, **how: Any) -> None:  # noqa: ANN401 - as typer has it
        super().__init__(**how)
        self.commands: Any = dict.fromkeys(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ANN401, ARG002 - classes that typer does not export
        if cmd_name in COMMANDS and self.commands[cmd_name] is None:
            self.commands[cmd_name] = _loaded(cmd_name)
        return self.commands.get(cmd_name)


def _loaded(name: str) -> Any:  # noqa: ANN401 - likewise
    module, _, member = COMMANDS[name].partition(":")
    found = getattr(import_module(f"mdm_sync.cli.{module}"), member)
    if isinstance(found, typer.Typer):
        group = get_group(found)
        group.name = name
        return group
    alone = typer.Typer(add_completion=False)
    alone.command(name)(found)
    return get_command(alone)


app = typer.Typer(
    name="mdm-sync",
    cls=_Commands,
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
