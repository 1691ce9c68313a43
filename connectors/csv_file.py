"""CSV files as people and spreadsheets write them: encoding and delimiter are found, a bad line costs itself alone.

Encodings: UTF-8 with and without byte order mark, UTF-16 with one, Windows-1252, ISO-8859-1. Delimiters: ``;``, ``,``
and the tab; a first line ``sep=;`` is obeyed, as spreadsheets do. A cell in quotation marks may go over several lines.
"""

import csv
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from difflib import get_close_matches
from functools import lru_cache
from io import StringIO
from pathlib import Path
from typing import TypeVar
from unicodedata import category

from mdm_sync.errors import RecordError, SettingsError
from mdm_sync.ports import UnreadableLine

DELIMITERS = ";,\t"
LONGEST_RECORD = 50
"""Lines that one record may go over; a quotation mark that nobody closed costs no more than its own line."""
LONGEST_CELL = 2000
"""Characters; more is never a value, it is the rest of a damaged file."""
DAY_FORMATS = ("%d.%m.%Y", "%Y-%m-%d")
PLAUSIBLE_YEARS = range(1900, 2100)
DAYS = 4096
"""Different days that are read once only: a list of machines has the same few hundred again and again."""

_SURROGATES = ("\udc80", "\udcff")
_INVISIBLE = frozenset({"Cc", "Cs"})
_SCHOOL_NUMBER = re.compile(r"[0-9]{6}")

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One record: its cells by heading, without outer blanks, and the line it begins in, counted from 1."""

    line: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What stands in a file from this line to the next record's, and the cells in it, or why there are none."""

    line: int
    text: str
    cells: tuple[str, ...] = ()
    trouble: str = ""
    comment: bool = False

    @property
    def blank(self) -> bool:
        """Whether it holds no value."""
        return self.comment or not (self.trouble or any(cell.strip() for cell in self.cells))


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A CSV file that was read; what of it cannot be is kept aside."""

    encoding: str
    delimiter: str
    header: tuple[str, ...]
    rows: tuple[Row, ...]
    unreadable: tuple[UnreadableLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A CSV file that is being read; each line comes once."""

    encoding: str
    delimiter: str
    header: tuple[str, ...]
    lines: Iterator[Row | UnreadableLine]


def read_table(path: Path, what: str, columns: Collection[str]) -> Table:
    """Read a CSV file that must have these columns; it may have others, in any order.

    Args:
        path: the file.
        what: how messages call it ("The inventory").
        columns: the headings that must be there, each once.

    Raises:
        SettingsError: the file cannot be read, is empty, or lacks a column.
    """
    sheet = open_table(path, what, columns)
    rows: list[Row] = []
    unreadable: list[UnreadableLine] = []
    for line in sheet.lines:
        if isinstance(line, Row):
            rows.append(line)
        else:
            unreadable.append(line)
    return Table(
        encoding=sheet.encoding,
        delimiter=sheet.delimiter,
        header=sheet.header,
        rows=tuple(rows),
        unreadable=tuple(unreadable),
    )


def open_table(path: Path, what: str, columns: Collection[str]) -> Sheet:
    """The same, line by line: for files that may have hundreds of thousands of them."""
    text, encoding = decoded(content_of(path, what))
    start, delimiter = _layout(text, columns)
    found = (record for record in records(text, delimiter) if record.line > start)
    first = next(found, None)
    if first is None:
        raise SettingsError(f"{what} {path} is empty: not even a line with headings stands in it.")
    header = _header(first, f"{what} {path}, line {first.line}", columns)
    lines = (_line(record, header, len(first.cells)) for record in found)
    return Sheet(encoding=encoding, delimiter=delimiter, header=header, lines=lines)


def _line(record: Record, header: Sequence[str], width: int) -> Row | UnreadableLine:
    if trouble := record.trouble or _misshapen(record.cells, len(header), width):
        return UnreadableLine(line=record.line, field="", reason=trouble)
    if damaged := _damaged(record.cells, header):
        return UnreadableLine(line=record.line, field=damaged[0], reason=damaged[1])
    cells = dict(zip(header, (cell.strip() for cell in record.cells), strict=False))
    return Row(line=record.line, cells=cells)


def content_of(path: Path, what: str) -> bytes:
    """All of a file.

    Raises:
        SettingsError: it cannot be read; the message names it by ``what``.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise SettingsError(f"{what} {path} cannot be read: {error.strerror}.") from error


def decoded(content: bytes) -> tuple[str, str]:
    """The text and the name of its encoding.

    Where a text is plainly UTF-8 and some bytes of it are not, these stand in it as lone surrogates, so that the lines
    that hold them can be kept aside and no other is misread.
    """
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace"), "utf-16"
    with suppress(UnicodeDecodeError):
        return content.decode("utf-8-sig"), "utf-8"
    text = content.decode("utf-8-sig", "surrogateescape")
    strange = sum(_SURROGATES[0] <= character <= _SURROGATES[1] for character in text)
    beyond_ascii = sum(character > "\x7f" for character in text)
    if 2 * strange <= beyond_ascii:
        return text, "utf-8"
    try:
        return content.decode("cp1252"), "windows-1252"
    except UnicodeDecodeError:  # five of its bytes stand for nothing; in ISO-8859-1 they are control characters
        return content.decode("latin-1"), "iso-8859-1"


def records(text: str, delimiter: str) -> Iterator[Record]:
    """All records that hold a value; after one that is broken, reading goes on in the next line."""
    return (record for record in all_records(text, delimiter) if not record.blank)


def all_records(text: str, delimiter: str, *, comment: str | None = None) -> Iterator[Record]:
    """All records, blank ones too; their texts together are the whole text.

    A line that begins with ``comment`` is a record of its own, whatever quotation marks stand in it.
    """
    lines = list(StringIO(text, newline=""))
    at = 0
    while at < len(lines):
        if comment and lines[at].startswith(comment):
            record, taken = Record(line=at + 1, text=lines[at], comment=True), 1
        else:
            record, taken = _record(lines, at, delimiter)
        yield record
        at += taken


def damage_of(cell: str) -> str:
    """Why this cell can be no value, or ""."""
    if len(cell) > LONGEST_CELL:
        return f"{len(cell)} characters in a cell"
    if not cell.isprintable() and any(
        category(character) in _INVISIBLE and character not in "\t\r\n" for character in cell
    ):
        return "bytes that are no text"
    return ""


@lru_cache(DAYS)
def day_of(cell: str) -> date:
    """The day that a cell names, as in ``23.11.2026`` or ``2026-11-23``.

    Raises:
        ValueError: it names none, or one that can be no date of a device or a school.
    """
    for form in DAY_FORMATS:
        try:
            day = datetime.strptime(cell, form).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
        if day.year in PLAUSIBLE_YEARS:
            return day
    raise ValueError(f'"{shown(cell)}" is no day such as 23.11.2026 or 2026-11-23')


def school_number_of(cell: str) -> str:
    """The Schulnummer in a cell.

    Raises:
        ValueError: it is none.
    """
    if not _SCHOOL_NUMBER.fullmatch(cell):
        raise ValueError(f'"{shown(cell)}" is no Schulnummer of six digits')
    return cell


def read_as(parse: Callable[[str], T], field: str, cell: str) -> T:
    """What a cell says.

    Raises:
        RecordError: ``parse`` raised ValueError; the error names the field.
    """
    try:
        return parse(cell)
    except ValueError as error:
        raise RecordError(field, str(error)) from error


def shown(cell: str) -> str:
    """A cell as a message may show it: on one line, and not the whole of a damaged file."""
    return "".join(character if character.isprintable() else "?" for character in cell[:60])


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name that this one is probably a misspelling of, or ""."""
    folded = {one.casefold(): one for one in known}
    near = get_close_matches(name.casefold(), folded, n=1, cutoff=0.7)
    return folded[near[0]] if near else ""


def _record(lines: Sequence[str], at: int, delimiter: str) -> tuple[Record, int]:
    longest = LONGEST_RECORD if '"' in lines[at] else 1
    reader = csv.reader(lines[at : at + longest], delimiter=delimiter, strict=True)
    try:
        cells = tuple(next(reader, ()))
    except csv.Error as error:
        trouble = "a quotation mark is not closed" if "unexpected end" in str(error) else str(error)
        return Record(line=at + 1, text=lines[at], trouble=trouble), 1
    text = "".join(lines[at : at + reader.line_num])
    return Record(line=at + 1, text=text, cells=cells), reader.line_num


def _layout(text: str, columns: Collection[str]) -> tuple[int, str]:
    """How many lines stand before the header, and the delimiter: as ``sep=`` says, else what shows most columns."""
    first = text.partition("\n")[0].strip()
    declared = {f"sep={delimiter}".strip(): delimiter for delimiter in DELIMITERS}
    if first.casefold() in declared:
        return 1, declared[first.casefold()]

    def columns_shown(delimiter: str) -> int:
        header = next(records(text, delimiter), None)
        return len({cell.strip() for cell in header.cells} & set(columns)) if header else 0

    return 0, max(DELIMITERS, key=columns_shown)


def _header(record: Record, where: str, columns: Collection[str]) -> tuple[str, ...]:
    if record.trouble:
        raise SettingsError(f"{where}: {record.trouble}.")
    names = [cell.strip() for cell in record.cells]
    while names and not names[-1]:  # the state's files end each heading with a delimiter, the last one too
        names.pop()
    missing = [name + _instead(name, names) for name in columns if name not in names]
    twice = [name for name in columns if names.count(name) > 1]
    if missing:
        there = ", ".join(map(shown, names)) or "none"
        raise SettingsError(f"{where}: columns missing: {', '.join(missing)}. There are: {there}.")
    if twice:
        raise SettingsError(f"{where}: columns that stand there twice: {', '.join(twice)}.")
    return tuple(names)


def _instead(name: str, names: Sequence[str]) -> str:
    near = nearest(name, names)
    return f' (is it "{shown(near)}"?)' if near else ""


def _misshapen(cells: Sequence[str], columns: int, width: int) -> str:
    """Why the cells cannot be told apart; a delimiter within a value moves all that stand behind it.

    Args:
        cells: those of the row.
        columns: how many headings there are.
        width: how many cells the line of headings has; those beyond the last heading hold nothing.
    """
    if columns <= len(cells) <= width and not any(cell.strip() for cell in cells[columns:]):
        return ""
    return f"{len(cells)} cells where there are {columns} columns"


def _damaged(cells: Sequence[str], header: Sequence[str]) -> tuple[str, str] | None:
    damages = ((heading, damage_of(cell)) for heading, cell in zip(header, cells, strict=False))
    return next(((heading, damage) for heading, damage in damages if damage), None)
