"""The yearly report as a page and as CSV: the same tables in the reader's language."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from io import StringIO
from itertools import groupby
from typing import TYPE_CHECKING

from mdm_sync.cli.evidence import BYTE_ORDER_MARK
from mdm_sync.cli.output import harmless_cell
from mdm_sync.cli.report_pictures import Bars, Chart, drawn
from mdm_sync.cli.report_words import TIMES, ReportWords
from mdm_sync.core.report_table import AtLeast, Cell, Column, Row, Table, Topic, YearlyReport
from mdm_sync.ports import Texts

if TYPE_CHECKING:
    from jinja2 import Environment

_DRAWN: Mapping[Topic, tuple[Column, ...]] = {
    Topic.IPADS_BY_FORM: (Column.IN_SCHOOLS, Column.BEFORE),
    Topic.DAMAGE: (Column.PERCENT,),
    Topic.THEFT_AND_LOSS: (Column.PERCENT,),
    Topic.COVERAGE_BY_FORM: (Column.STUDENTS_PERCENT, Column.TEACHERS_PERCENT),
    Topic.AGE: (Column.IPADS,),
    Topic.REPLACEMENT: (Column.IPADS, Column.MACHINES),
}
"""Which columns of which tables there are pictures of."""
_MARKS: Mapping[Topic, float] = {Topic.COVERAGE_BY_FORM: 100}
_WIDE, _SHORT = 8, 15
"""From so many columns on a table stands across the sheet; up to so many rows it is not torn apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """A heading above one or several columns; ``rows`` is how many lines of headings it goes over."""

    text: str
    columns: int = 1
    rows: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A row: its name and its cells."""

    name: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One table with its picture, if there is one.

    Attributes:
        key: its place in the page and the end of its file's name.
        above, headings: the lines of headings; ``above`` is empty where no columns belong together.
        picture: an SVG element, or "".
    """

    key: str
    title: str
    meaning: str
    of: str
    above: tuple[Heading, ...]
    headings: tuple[Heading, ...]
    lines: tuple[Line, ...]
    total: Line | None
    picture: str
    is_wide: bool
    is_short: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """The whole."""

    title: str
    period: str
    made: str
    notes: tuple[str, ...]
    sections: tuple[Section, ...]


class ReportPage:
    """A report in one language."""

    def __init__(self, report: YearlyReport, texts: Texts, school_names: Mapping[str, str]) -> None:
        self._report = report
        self._texts = texts
        self._words = ReportWords(texts, school_names)

    def html(self, templates: "Environment", made: str) -> str:
        """The page; ``made`` says when it was made.

        Raises:
            PermanentError: the library that draws is not installed.
        """
        return templates.get_template("report.html.j2").render(page=self._page(made))

    def csv(self, table: Table) -> str:
        """One table; a spreadsheet takes the byte order mark for UTF-8."""
        out = StringIO(newline="")
        writer = csv.writer(out, delimiter="," if self._texts.language == "en" else ";", lineterminator="\n")
        headings = [self._column_of_csv(column) for column in table.columns]
        writer.writerow(
            harmless_cell(cell) for cell in [self._words.rows(table.of), *headings, self._texts.text("Complete")]
        )
        words = {True: self._texts.text("yes"), False: self._texts.text("no")}
        for row in _lines(table):
            cells = [self._words.raw(cell) for cell in row.cells]
            writer.writerow([harmless_cell(self._words.name(table.of, row)), *cells, words[row.is_complete]])
        return BYTE_ORDER_MARK + out.getvalue()

    def _column_of_csv(self, column: Column) -> str:
        parts = [self._words.group(column), self._words.heading(column)]
        told = ": ".join(part for part in parts if part)
        return f"{told} (min)" if column in TIMES else told

    def _page(self, made: str) -> Page:
        texts, day = self._texts, self._report.day
        return Page(
            title=texts.text("Yearly report %(year)s on the digital schools") % {"year": day.year},
            period=texts.text("As of %(day)s") % {"day": texts.written_day(day)},
            made=made,
            notes=tuple(self._words.note(note) for note in self._report.notes),
            sections=tuple(self._section(table) for table in self._report.tables),
        )

    def _section(self, table: Table) -> Section:
        about = self._words.about(table.topic)
        return Section(
            key=table.topic.value,
            title=about.title,
            meaning=about.meaning,
            of=self._words.rows(table.of),
            above=tuple(self._above(table)),
            headings=tuple(self._headings(table)),
            lines=tuple(self._line(table, row) for row in table.rows),
            total=self._line(table, table.total) if table.total else None,
            picture=self._picture(table),
            is_wide=len(table.columns) >= _WIDE,
            is_short=len(table.rows) <= _SHORT,
        )

    def _line(self, table: Table, row: Row) -> Line:
        cells = zip(table.columns, row.cells, strict=True)
        return Line(
            name=self._words.name(table.of, row), cells=tuple(self._words.cell(column, cell) for column, cell in cells)
        )

    def _above(self, table: Table) -> Iterator[Heading]:
        """The upper line: a heading that stands alone goes over both lines."""
        if not any(map(self._words.group, table.columns)):
            return
        for group, columns in groupby(table.columns, self._words.group):
            if group:
                yield Heading(text=group, columns=len(list(columns)))
            else:
                yield from (Heading(text=self._words.heading(column), rows=2) for column in columns)

    def _headings(self, table: Table) -> Iterator[Heading]:
        is_grouped = any(map(self._words.group, table.columns))
        for column in table.columns:
            if not is_grouped or self._words.group(column):
                yield Heading(text=self._words.heading(column))

    def _picture(self, table: Table) -> str:
        columns = [
            column
            for column in _DRAWN.get(table.topic, ())
            if any(_length(cell) is not None for cell in table.column(column))
        ]
        if not columns:
            return ""
        names = [self._words.name(table.of, row) for row in table.rows]
        bars = [self._bars(table, column) for column in columns]
        about = self._words.about(table.topic)
        return drawn(
            Chart(
                key=table.topic.value,
                title=about.title,
                says=self._says(names, bars),
                names=names,
                bars=bars,
                mark=_MARKS.get(table.topic),
            )
        )

    def _bars(self, table: Table, column: Column) -> Bars:
        cells = table.column(column)
        group = self._words.group(column)
        return Bars(
            label=group or self._words.heading(column),
            values=[_length(cell) for cell in cells],
            shown=[self._words.cell(column, cell) for cell in cells],
        )

    def _says(self, names: Sequence[str], bars: Sequence[Bars]) -> str:
        told = [f"{name}: {', '.join(one.shown[place] for one in bars)}" for place, name in enumerate(names)]
        opening = self._texts.text("Bars of: %(what)s. The table below holds the same numbers.")
        return " ".join([opening % {"what": ", ".join(one.label for one in bars)}, "; ".join(told)])


def _lines(table: Table) -> tuple[Row, ...]:
    return (*table.rows, table.total) if table.total else table.rows


def _length(cell: Cell) -> float | None:
    match cell:
        case AtLeast(number=number):
            return float(number)
        case int() | Decimal():
            return float(cell)
        case _:
            return None
