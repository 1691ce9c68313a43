"""The yearly report in words: titles, headings, names of rows, numbers as people here write them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from mdm_sync.cli.incident_words import kind_text
from mdm_sync.cli.subjects import FLEET, INVENTORY
from mdm_sync.core.incidents import IncidentKind
from mdm_sync.core.report_table import AtLeast, Cell, Column, Note, NoteKind, Row, Rows, Topic
from mdm_sync.core.rules import RULES
from mdm_sync.core.school_forms import form_name
from mdm_sync.core.yearly_report import DIRECTORY
from mdm_sync.ports import Texts

NOT_KNOWN = "–"
PERCENTS = frozenset(column for column in Column if column.name.endswith("PERCENT"))
TIMES = frozenset({Column.MEDIAN, Column.WORST})
_MINUS = "\N{MINUS SIGN}"
_FIXED = "\N{NO-BREAK SPACE}"
_RULES = frozenset(rule.id for rule in RULES)
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a table is called, and what its numbers are."""

    title: str
    meaning: str


class ReportWords:
    """Words of one language."""

    def __init__(self, texts: Texts, school_names: Mapping[str, str]) -> None:
        self._texts = texts
        self._schools = school_names

    def about(self, topic: Topic) -> About:
        """Title and meaning of a table."""
        title, meaning = self._abouts()[topic]
        return About(title=title, meaning=meaning)

    def rows(self, of: Rows) -> str:
        """The heading above the names of the rows."""
        text = self._texts.text
        return {
            Rows.FORM: text("Form"),
            Rows.CAMPUS: text("Campus"),
            Rows.SCHOOL: text("School"),
            Rows.SUPPORT: text("Support"),
            Rows.YEAR: text("Year"),
            Rows.AGE: text("Age"),
            Rows.RULE: text("Rule"),
            Rows.KIND: text("Report"),
            Rows.SOURCE: text("Source"),
        }[of]

    def name(self, of: Rows, row: Row) -> str:
        """What a row is about."""
        if not row.keys:
            return self._texts.text("All")
        names = [self._one(of, key) for key in row.keys]
        if len(names) == 1:
            return names[0]
        told = self._texts.text("%(first)s and %(last)s")
        return told % {"first": ", ".join(names[:-1]), "last": names[-1]}

    def _one(self, of: Rows, key: str) -> str:
        if not key:
            unknown = of in {Rows.YEAR, Rows.AGE}
            return self._texts.text("not known") if unknown else self._texts.text("none")
        naming: dict[Rows, Callable[[str], str]] = {
            Rows.FORM: form_name,
            Rows.SCHOOL: lambda number: f"{self._schools.get(number, '')} ({number})".strip(),
            Rows.AGE: self._years,
            Rows.KIND: lambda kind: kind_text(IncidentKind(kind), self._texts),
            Rows.RULE: lambda rule: self._texts.rule(rule).title if rule in _RULES else rule,
            Rows.SOURCE: self._source,
        }
        return naming.get(of, str)(key)

    def _years(self, number: str) -> str:
        return self._texts.plural("%(number)d year", "%(number)d years", int(number)) % {"number": int(number)}

    def _source(self, name: str) -> str:
        if name.startswith(DIRECTORY):
            return self._one(Rows.SCHOOL, name.removeprefix(DIRECTORY))
        return {FLEET: "Jamf Pro", INVENTORY: self._texts.text("Inventory")}.get(name, name)

    def group(self, column: Column) -> str:
        """What stands above the headings of several columns together; "" for nothing."""
        text = self._texts.text
        prefix = column.name.partition("_")[0]
        if column in {Column.STUDENTS, Column.TEACHERS} or prefix not in {"STUDENTS", "TEACHERS", "OFFICE"}:
            return ""
        groups = {
            "STUDENTS": text("iPads for students"),
            "TEACHERS": text("iPads for teachers"),
            "OFFICE": text("Machines for the administration"),
        }
        return groups[prefix]

    def heading(self, column: Column) -> str:
        """The heading of a column."""
        text = self._texts.text
        for ending, word in (
            ("_NEED", text("Needed")),
            ("_HAVE", text("Working")),
            ("_LACK", text("Short")),
        ):
            if column.name.endswith(ending):
                return word
        return {
            Column.SCHOOLS: text("Schools"),
            Column.IN_SCHOOLS: text("iPads in schools"),
            Column.BEFORE: text("A year before"),
            Column.CHANGE: text("Change"),
            Column.CHANGE_PERCENT: text("Change in %"),
            Column.DESKTOPS: text("Desktops"),
            Column.LAPTOPS: text("Laptops"),
            Column.MACHINES: text("Desktops and laptops"),
            Column.AT_JAMF: text("Apple TVs, Macs and others at Jamf Pro"),
            Column.IPADS: text("iPads"),
            Column.CASES: text("Cases"),
            Column.STOLEN: text("Stolen"),
            Column.STOLEN_PERCENT: text("Share stolen"),
            Column.LOST: text("Lost"),
            Column.LOST_PERCENT: text("Share lost"),
            Column.DAMAGES: text("Damages reported"),
            Column.REPAIRS: text("Repairs reported"),
            Column.IN_REPAIR: text("In repair"),
            Column.STUDENTS: text("Students"),
            Column.TEACHERS: text("Teachers"),
            Column.OPENED: text("Opened"),
            Column.REOPENED: text("Opened again"),
            Column.SOLVED: text("Solved"),
            Column.WITHDRAWN: text("Withdrawn by settings"),
            Column.OPEN: text("Open at the end"),
            Column.REPORTS: text("Reports"),
            Column.KNOWN: text("About a known device"),
            Column.LOCKED: text("Locked"),
            Column.MEDIAN: text("Median time to the lock"),
            Column.WORST: text("Longest time to the lock"),
            Column.READ_DAYS: text("Days with a complete read"),
            Column.STALE_DAYS: text("Days on which it was too old"),
            Column.LAST_READ: text("Last complete read"),
        }.get(column, text("Share"))

    def cell(self, column: Column, cell: Cell) -> str:
        """What stands in a cell, to be read."""
        if isinstance(cell, AtLeast):
            return f"≥{_FIXED}{self.cell(column, cell.number)}"
        if cell is None:
            return NOT_KNOWN
        if isinstance(cell, timedelta):
            hours, minutes = divmod(cell // _MINUTE, 60)
            return f"{self._texts.number(hours)}{_FIXED}h{_FIXED}{minutes:02}{_FIXED}min"
        if isinstance(cell, date):
            return self._texts.day(cell)
        told = self._texts.number(cell if cell >= 0 else -cell)
        if column in {Column.CHANGE, Column.CHANGE_PERCENT}:
            told = f"{_MINUS if cell < 0 else '+' if cell > 0 else ''}{told}"
        if column not in PERCENTS:
            return told
        return f"{told}%" if self._texts.language == "en" else f"{told}{_FIXED}%"

    def raw(self, cell: Cell) -> str:
        """The same for a spreadsheet: no grouping of digits; times in minutes; days as in 2023-12-31."""
        match cell:
            case None:
                return ""
            case AtLeast(number=number):
                return self.raw(number)
            case timedelta():
                return str(cell // _MINUTE)
            case date():
                return cell.isoformat()
            case Decimal():
                return str(cell) if self._texts.language == "en" else str(cell).replace(".", ",")
            case _:
                return str(cell)

    def note(self, note: Note) -> str:
        """One thing that is to be known about the report."""
        texts, number = self._texts, note.number or 0
        day = texts.written_day(note.day) if note.day else ""
        told = {
            NoteKind.NOTHING_COUNTED: texts.text(
                "The history holds no totals of this year: what is counted on a day is not known."
            ),
            NoteKind.COUNTED_ON: texts.text("The last totals of the period are those of %(day)s."),
            NoteKind.NO_YEAR_BEFORE: texts.text(
                "Nothing is known of the end of the year before: no change can be told. A CSV file can tell it."
            ),
            NoteKind.YEAR_BEFORE_ON: texts.text("The last totals of the year before are those of %(day)s."),
            NoteKind.COUNTED_SINCE: texts.text("The totals of this year begin on %(day)s."),
            NoteKind.DAYS: texts.plural(
                "Totals were counted on %(number)s day of the period.",
                "Totals were counted on %(number)s days of the period.",
                number,
            ),
            NoteKind.WITHOUT_SITE: texts.plural(
                "%(number)s school has no site at Jamf Pro; no iPad of it is counted.",
                "%(number)s schools have no site at Jamf Pro; no iPads of them are counted.",
                number,
            ),
            NoteKind.UNREAD: texts.plural(
                "The directory of %(number)s school was never read; sums of people are at least what they say.",
                "The directories of %(number)s schools were never read; sums of people are at least what they say.",
                number,
            ),
            NoteKind.REPORTS_FROM: texts.text(
                "Reports that were settled before %(day)s are deleted; counts that reach back are at least that."
            ),
            NoteKind.FINDINGS_FROM: texts.text(
                "Findings that were solved before %(day)s are deleted; their counts are at least that."
            ),
            NoteKind.PERSONS_FROM: texts.text(
                "Findings about persons who had gone before %(day)s are deleted with them; "
                "the counts of these rules are at least that."
            ),
        }[note.kind]
        return told % {"day": day, "number": texts.number(number)}

    def _abouts(self) -> dict[Topic, tuple[str, str]]:
        text = self._texts.text
        usable = text(
            "What the targets ask for, what works, and what is short. What one school has too many helps no other, "
            "so shortages are added up school by school."
        )
        return {
            Topic.IPADS_BY_FORM: (
                text("iPads by form"),
                text("iPads that stand in schools: without those in repair, stolen, lost or in store."),
            ),
            Topic.OTHER_DEVICES: (
                text("Other devices by form"),
                text("Desktops and laptops of the inventory, and what else Jamf Pro knows in the schools' sites."),
            ),
            Topic.DAMAGE: (
                text("Damage"),
                text("Damages and repairs by the year in which they were reported, as a share of all iPads."),
            ),
            Topic.THEFT_AND_LOSS: (
                text("Theft and loss"),
                text("By the year in which they were reported, as a share of all iPads."),
            ),
            Topic.REPAIR: (
                text("Repair"),
                text(
                    "What the schools reported within the period, and the iPads that are in repair at its end, "
                    "as a share of the iPads of the form."
                ),
            ),
            Topic.COVERAGE_BY_FORM: (text("Coverage by form"), usable),
            Topic.COVERAGE_BY_CAMPUS: (text("Coverage by campus"), usable),
            Topic.COVERAGE_BY_SCHOOL: (text("Coverage by school"), usable),
            Topic.AGE: (
                text("Age of the iPads"),
                text("iPads in the schools' sites, in full years since they were bought."),
            ),
            Topic.REPLACEMENT: (
                text("Year of replacement"),
                text("The year in which a device reaches the age at which it is to be replaced."),
            ),
            Topic.SUPPORT: (text("Support"), text("Schools by the kind of support that they have.")),
            Topic.FINDINGS: (
                text("Findings"),
                text(
                    "How often findings of each rule opened and were solved within the period, "
                    "and how many were open at its end."
                ),
            ),
            Topic.LOCKS: (
                text("From the report to the lock"),
                text(
                    "Thefts and losses that were reported within the period, and how long it took until the device "
                    "confirmed Lost Mode; nothing where it was locked before. What is not locked is in no time."
                ),
            ),
            Topic.READS: (
                text("Quality of the data"),
                text("On how many days each source was read completely, as the totals of the days know."),
            ),
        }
