"""The register as a text that people keep: what is not changed stays to the letter.

Comments (lines that begin with ``#``), blank lines, the order of rows and columns, quotation marks and line ends are
the keepers' own.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from connectors.csv_file import Record, all_records, damage_of, nearest, shown
from connectors.schools.columns import AS_WRITTEN, COLUMNS, REQUIRED
from mdm_sync.ports import RegisterNote

DELIMITER = ";"
COMMENT = "#"
_CELL = re.compile(r'("(?:[^"]|"")*"|[^;\r\n]*)(;?)')


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One school's row: its cells by column, without outer blanks where these mean nothing."""

    line: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A register that was read.

    Attributes:
        header: its columns in their order; empty where there is no header.
        problems: what keeps it from being understood as a whole.
    """

    records: tuple[Record, ...]
    header: tuple[str, ...]
    entries: tuple[Entry, ...]
    problems: tuple[RegisterNote, ...]

    @classmethod
    def of(cls, text: str) -> "Sheet":
        """The register in this text, which begins without a byte order mark."""
        found = tuple(all_records(text, DELIMITER, comment=COMMENT))
        first, *rows = [record for record in found if not record.blank] or [Record(line=1, text="")]
        header = tuple(cell.strip() for cell in first.cells)
        problems = [RegisterNote(line=first.line, text=told) for told in _header_problems(first, header)]
        for row in rows:
            problems += [RegisterNote(line=row.line, text=told) for told in _shape_problems(row, header)]
        return cls(
            records=found,
            header=header,
            entries=tuple(_entry(row, header) for row in rows if not any(_shape_problems(row, header))),
            problems=tuple(problems),
        )

    @property
    def complete(self) -> bool:
        """Whether every column that must be there is there; else no row can be judged."""
        return set(REQUIRED) <= set(self.header)

    def with_cells(self, changes: Mapping[int, Mapping[str, str]]) -> str:
        """The whole text with other cells in some entries: by line, then by column."""
        return "".join(
            self._changed(record, changes[record.line]) if record.line in changes else record.text
            for record in self.records
        )

    def row(self, cells: Mapping[str, str]) -> str:
        """A new row below this header, with its line end."""
        return DELIMITER.join(_quoted(cells.get(column, "")) for column in self.header) + self._line_end

    @property
    def line_end(self) -> str:
        """What ends the last line where nothing does."""
        last = self.records[-1].text if self.records else "\n"
        return "" if last.endswith(("\n", "\r")) else self._line_end

    @property
    def _line_end(self) -> str:
        return "\r\n" if any(record.text.endswith("\r\n") for record in self.records) else "\n"

    def _changed(self, record: Record, cells: Mapping[str, str]) -> str:
        written, end = _as_written(record.text)
        written += [""] * (len(self.header) - len(written))
        for column, value in cells.items():
            written[self.header.index(column)] = _quoted(value)
        return DELIMITER.join(written) + end


def _header_problems(first: Record, header: Sequence[str]) -> Iterator[str]:
    if first.trouble:
        yield first.trouble
    if missing := [column for column in REQUIRED if column not in header]:
        yield f"columns missing: {', '.join(missing)}"
    for column in header:
        if column and column not in COLUMNS:
            near = nearest(column, COLUMNS)
            yield f'column "{shown(column)}" is unknown{f"; did you mean {near}?" if near else ""}'
    for column in sorted({column for column in header if column and header.count(column) > 1}):
        yield f'column "{column}" stands there twice'


def _shape_problems(row: Record, header: Sequence[str]) -> Iterator[str]:
    """A ``;`` within a value moves all cells behind it into wrong columns, so nothing else is told of such a line."""
    if row.trouble:
        yield row.trouble
    elif len(row.cells) > len(header) or any(
        cell.strip() and not column for column, cell in zip(header, row.cells, strict=False)
    ):
        yield "more cells than columns; several values in a cell are separated by |"
    else:
        for column, cell in zip(header, row.cells, strict=False):
            if damage := damage_of(cell):
                yield f"{column}: {damage}"


def _entry(row: Record, header: Sequence[str]) -> Entry:
    cells = dict.fromkeys(COLUMNS, "") | dict(zip(header, row.cells, strict=False))
    kept = {column: cell if column in AS_WRITTEN else cell.strip() for column, cell in cells.items()}
    return Entry(line=row.line, cells=kept)


def _as_written(text: str) -> tuple[list[str], str]:
    """The cells of a sound record as they stand in the file, quotation marks and all, and its line end."""
    cells: list[str] = []
    at, more = 0, DELIMITER
    while more:
        found = _CELL.match(text, at)
        if found is None:
            raise ValueError("the pattern fits anything")
        cells.append(found[1])
        at, more = found.end(), found[2]
    return cells, text[at:]


def _quoted(value: str) -> str:
    if value.startswith(COMMENT) or any(character in value for character in ';"\r\n'):
        return '"' + value.replace('"', '""') + '"'
    return value
