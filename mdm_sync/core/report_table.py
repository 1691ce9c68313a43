"""Tables of the yearly report: cells with their meaning, not yet in anybody's language."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class AtLeast:
    """A number of which a part is not known."""

    number: int | Decimal


Cell = int | Decimal | timedelta | date | AtLeast | None
"""What stands in a table; a Decimal with the places that are to be shown; None: not known."""


class Topic(StrEnum):
    """What a table is about; files are named by it."""

    IPADS_BY_FORM = "ipads-by-form"
    OTHER_DEVICES = "other-devices"
    DAMAGE = "damage"
    THEFT_AND_LOSS = "theft-and-loss"
    REPAIR = "repair"
    COVERAGE_BY_FORM = "coverage-by-form"
    COVERAGE_BY_CAMPUS = "coverage-by-campus"
    COVERAGE_BY_SCHOOL = "coverage-by-school"
    AGE = "age"
    REPLACEMENT = "replacement"
    SUPPORT = "support"
    FINDINGS = "findings"
    LOCKS = "locks"
    READS = "reads"


class Rows(StrEnum):
    """What the keys of a table's rows are: FORM several keys of Schulformen, the others one each."""

    FORM = "form"
    CAMPUS = "campus"
    SCHOOL = "school"
    SUPPORT = "support"
    YEAR = "year"
    AGE = "age"
    RULE = "rule"
    KIND = "kind"
    SOURCE = "source"


class Column(StrEnum):
    """What a column tells."""

    SCHOOLS = "schools"
    IN_SCHOOLS = "iPads in schools"
    BEFORE = "a year before"
    CHANGE = "change"
    CHANGE_PERCENT = "change in per cent"
    DESKTOPS = "desktops"
    LAPTOPS = "laptops"
    MACHINES = "machines"
    AT_JAMF = "other devices at Jamf Pro"
    IPADS = "iPads"
    CASES = "cases"
    PERCENT = "share"
    STOLEN = "stolen"
    STOLEN_PERCENT = "share stolen"
    LOST = "lost"
    LOST_PERCENT = "share lost"
    DAMAGES = "damages"
    REPAIRS = "repairs"
    IN_REPAIR = "in repair"
    STUDENTS = "students"
    STUDENTS_NEED = "students: needed"
    STUDENTS_HAVE = "students: there"
    STUDENTS_LACK = "students: short"
    STUDENTS_PERCENT = "students: share"
    TEACHERS = "teachers"
    TEACHERS_NEED = "teachers: needed"
    TEACHERS_HAVE = "teachers: there"
    TEACHERS_LACK = "teachers: short"
    TEACHERS_PERCENT = "teachers: share"
    OFFICE_NEED = "office: needed"
    OFFICE_HAVE = "office: there"
    OFFICE_LACK = "office: short"
    OFFICE_PERCENT = "office: share"
    OPENED = "opened"
    REOPENED = "reopened"
    SOLVED = "solved"
    WITHDRAWN = "withdrawn"
    OPEN = "open"
    REPORTS = "reports"
    KNOWN = "of known devices"
    LOCKED = "locked"
    MEDIAN = "median"
    WORST = "worst"
    READ_DAYS = "days read"
    STALE_DAYS = "days too old"
    LAST_READ = "last read"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line; ``keys`` say of what, as the table's ``rows`` tell; "" stands for what has no key, or is not known."""

    keys: tuple[str, ...]
    cells: tuple[Cell, ...]

    @property
    def is_complete(self) -> bool:
        """Whether all of it is known."""
        return not any(cell is None or isinstance(cell, AtLeast) for cell in self.cells)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table; ``total`` is the line of all together, where these can be added up."""

    topic: Topic
    of: Rows
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    total: Row | None = None

    def column(self, column: Column) -> Sequence[Cell]:
        """The cells of one column, without the total."""
        place = self.columns.index(column)
        return [row.cells[place] for row in self.rows]


class NoteKind(StrEnum):
    """What is to be known about a report.

    NOTHING_COUNTED: there are no totals of its year. COUNTED_ON: the totals are of this earlier day.
    NO_YEAR_BEFORE: nothing is known of the end of the year before. YEAR_BEFORE_ON: the totals of the year before are of
    this day. COUNTED_SINCE: the totals of the year begin on this day. DAYS: on so many days was counted.
    WITHOUT_SITE: so many schools have no site at Jamf Pro. UNREAD: so many directories were never read.
    REPORTS_FROM, FINDINGS_FROM: what was settled before this day is deleted. PERSONS_FROM: persons who had gone before
    this day are deleted, and findings about them.
    """

    NOTHING_COUNTED = "nothing counted"
    COUNTED_ON = "counted on"
    NO_YEAR_BEFORE = "no year before"
    YEAR_BEFORE_ON = "year before on"
    COUNTED_SINCE = "counted since"
    DAYS = "days"
    WITHOUT_SITE = "without site"
    UNREAD = "unread"
    REPORTS_FROM = "reports from"
    FINDINGS_FROM = "findings from"
    PERSONS_FROM = "persons from"


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """One thing that is to be known, with the day or the number that it is about."""

    kind: NoteKind
    day: date | None = None
    number: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class YearlyReport:
    """All tables of a year up to a day, that day included."""

    day: date
    tables: tuple[Table, ...]
    notes: tuple[Note, ...]

    def table(self, topic: Topic) -> Table:
        """The table about this."""
        return next(one for one in self.tables if one.topic is topic)
