"""What people and scripts see: tables and colours on a terminal, one JSON document or CSV elsewhere."""

import csv
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.padding import Padding
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from mdm_sync.core.harmless import one_line
from mdm_sync.core.model import Severity
from mdm_sync.ports import Texts

COLOURS = {Severity.CRITICAL: "bold red", Severity.WARNING: "yellow", Severity.INFO: "cyan"}
NARROWEST = 140
"""Columns where standard output is no terminal: a pipe has no width of its own."""


LONGEST_FACT = 1000


def console() -> Console:
    """Standard output for people; no colours where it is no terminal."""
    return Console(highlight=False, width=None if sys.stdout.isatty() else NARROWEST)


def plain(value: object, longest: int = 120) -> Text:
    """A value as text, never as markup, without control characters, on one line."""
    return Text(one_line(str(value), longest))


def severity_text(severity: Severity, texts: Texts) -> Text:
    """The severity as a coloured word."""
    words = {
        Severity.CRITICAL: texts.text("critical"),
        Severity.WARNING: texts.text("warning"),
        Severity.INFO: texts.text("info"),
    }
    return Text(words[severity], style=COLOURS[severity])


def table(*headings: str, numbers: Iterable[str] = (), unbroken: Iterable[str] = ()) -> Table:
    """An empty table with these headings; those in ``numbers`` are aligned to the right.

    Cells below those in ``unbroken`` stay on one line, however narrow the terminal is.
    """
    right, whole = set(numbers), set(unbroken)
    made = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 2, 0, 0))
    for heading in headings:
        made.add_column(
            heading, justify="right" if heading in right else "left", overflow="fold", no_wrap=heading in whole
        )
    return made


def facts_table(facts: Iterable[tuple[str, str | Text]]) -> Table:
    """Names and values, one pair in a line."""
    made = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    made.add_column(style="dim", no_wrap=True)
    made.add_column(overflow="fold")
    for name, value in facts:
        made.add_row(name, plain(value, LONGEST_FACT) if isinstance(value, str) else value)
    return made


def indented(text: Text) -> Padding:
    """A line that belongs to the one above; where it is too long, all of its lines do."""
    return Padding(text, (0, 0, 0, 2))


def write_json(document: object) -> None:
    """One JSON document on standard output."""
    json.dump(document, sys.stdout, ensure_ascii=False, indent=2)
    sys.stdout.write("\n")


def write_csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """CSV on standard output; no cell is taken for a formula by a spreadsheet."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([harmless_cell(cell) for cell in row] for row in rows)


def harmless_cell(cell: object) -> str:
    """A cell of a CSV file, on one line, that no spreadsheet takes for a formula."""
    text = one_line(str(cell))
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text


class Bars:
    """Progress bars on standard error, one for each kind of unit; satisfies ``mdm_sync.ports.Progress``."""

    def __init__(self, progress: Progress, texts: Texts) -> None:
        self._progress = progress
        self._names = {
            "devices": texts.text("Jamf Pro: devices"),
            "computers": texts.text("Jamf Pro: computers"),
            "schools": texts.text("IServ: schools"),
            "judged": texts.text("Rules: schools"),
        }
        self._tasks: dict[str, TaskID] = {}

    def __call__(self, what: str, done: int, total: int) -> None:
        """Move the bar of ``what``."""
        if what not in self._tasks:
            self._tasks[what] = self._progress.add_task(self._names.get(what, what), total=total)
        self._progress.update(self._tasks[what], completed=done, total=total)


def no_progress(what: str, done: int, total: int) -> None:
    """Progress that is told to nobody."""


@contextmanager
def progress_bars(texts: Texts) -> Iterator[Bars]:
    """Progress bars where standard error is a terminal; nothing elsewhere."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    terminal = Console(stderr=True)
    with Progress(*columns, console=terminal, transient=True, disable=not terminal.is_terminal) as progress:
        yield Bars(progress, texts)
