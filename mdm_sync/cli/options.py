"""Options that several commands share, and what the main command hands to them."""

import logging
import sys
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from mdm_sync.bootstrap import Installation, settings_path
from mdm_sync.core.model import Severity


class Format(StrEnum):
    """How a command writes its result to standard output."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


class TextFormat(StrEnum):
    """The same for what is no list of rows."""

    TABLE = "table"
    JSON = "json"


class SeverityOption(StrEnum):
    """The severities, as words of the command line."""

    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"

    @property
    def severity(self) -> Severity:
        """The severity that the word names."""
        return Severity.of(self.value)


TextFormatOption = Annotated[TextFormat, typer.Option("--format", help="How the result is written to standard output.")]
FormatOption = Annotated[Format, typer.Option("--format", help="How the result is written to standard output.")]


@dataclass(frozen=True, slots=True)
class Session:
    """What the main command was told."""

    settings_file: Path | None

    def installation(self) -> Installation:
        """The installation of the settings file."""
        return Installation.of(self.settings_path)

    @property
    def settings_path(self) -> Path:
        """Where the settings file is, as named or by default."""
        return settings_path(self.settings_file)


def session_of(context: typer.Context) -> Session:
    """What the main command was told, from any command below it."""
    session = context.find_object(Session)
    if session is None:
        raise RuntimeError("the main command sets the session")
    return session


def log_to_stderr(level: int) -> None:
    """Log lines go to standard error, where systemd takes them up; a library speaks from warnings on."""
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    logging.getLogger("mdm_sync").setLevel(level)
