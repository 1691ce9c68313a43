"""Options that several commands share, and what the main command hands to them."""

import json
import logging
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Annotated

import typer

from mdm_sync.bootstrap import Installation, settings_path
from mdm_sync.core.model import Severity
from mdm_sync.errors import told_by_place


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


class LogFormat(StrEnum):
    """How log lines are written to standard error."""

    TEXT = "text"
    JSON = "json"


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


class _TextLines(logging.Formatter):
    """Lines as people read them. Of an error only the place is told: its words may be what no log may hold."""

    def __init__(self) -> None:
        super().__init__("%(levelname)s %(name)s: %(message)s")

    def formatException(  # noqa: N802 - the library's name
        self, ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
    ) -> str:
        return told_by_place(ei[1]) if ei[1] else ""


class _JsonLines(logging.Formatter):
    """One JSON object a line. A traceback is left out: it may show what no log may hold."""

    def format(self, record: logging.LogRecord) -> str:
        return json.dumps(
            {
                "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
                "level": record.levelname.lower(),
                "logger": record.name,
                "message": record.getMessage(),
            },
            ensure_ascii=False,
        )


def log_to_stderr(level: int, log_format: LogFormat = LogFormat.TEXT) -> None:
    """Log lines go to standard error, where systemd takes them up; a library speaks from warnings on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_JsonLines() if log_format is LogFormat.JSON else _TextLines())
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    logging.getLogger("mdm_sync").setLevel(level)
