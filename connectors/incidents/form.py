"""Reading exports of the schools' online form: one line a report, under the headings and words that settings name.

Remarks are never read: they may name persons.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import TypeVar

from connectors.csv_file import PLAUSIBLE_YEARS, day_of, read_as, read_table, school_number_of, shown
from mdm_sync.core.incidents import Handling, Incident, IncidentKind
from mdm_sync.errors import RecordError
from mdm_sync.ports import ReportsRead, UnreadableLine

MOMENT_FORMATS = (
    *("%d.%m.%Y %H:%M", "%d.%m.%Y %H:%M:%S", "%d.%m.%Y, %H:%M", "%d.%m.%Y"),
    *("%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d"),
)
CLOCKS_DIFFER = timedelta(days=1)
"""A report may seem to come from the future by as much; more is a slip of the pen."""

T = TypeVar("T")
_BLANKS = re.compile(r"\s+")


class CsvForm:
    """Exports as CSV; satisfies ``mdm_sync.ports.IncidentForm``.

    Args:
        columns: headings of the fields ``case_number``, ``kind``, ``serial``, ``asset_tag``, ``school``, ``happened``,
            ``reported_at`` and ``handling``; "" where the export has no such column.
        kinds: the form's words for each kind of report.
        handlings: its words for how far a report has been dealt with.
        zone: in which its times are told.
    """

    def __init__(
        self,
        columns: Mapping[str, str],
        *,
        kinds: Mapping[IncidentKind, Iterable[str]],
        handlings: Mapping[Handling, Iterable[str]],
        zone: tzinfo,
    ) -> None:
        self._columns = {field: heading for field, heading in columns.items() if heading}
        self._kinds = {word.casefold(): kind for kind, words in kinds.items() for word in words}
        self._handlings = {word.casefold(): handling for handling, words in handlings.items() for word in words}
        self._zone = zone

    def read(self, file: Path, now: datetime) -> ReportsRead:
        """All reports of one export; a bad line, or one from the future, is kept aside and costs no other.

        Raises:
            SettingsError: the file cannot be read, or lacks a column that is named.
        """
        table = read_table(file, "The export", tuple(self._columns.values()))
        reports: list[Incident] = []
        unreadable = list(table.unreadable)
        for row in table.rows:
            cells = {field: row.cells[heading] for field, heading in self._columns.items()}
            try:
                reports.append(self._report(cells, file.name, now))
            except RecordError as error:
                heading = self._columns.get(error.key, error.key)
                unreadable.append(UnreadableLine(line=row.line, field=heading, reason=error.reason))
        in_order = sorted(unreadable, key=lambda one: one.line)
        return ReportsRead(reports=tuple(reports), unreadable=tuple(in_order))

    def _report(self, cells: Mapping[str, str], recorded_by: str, now: datetime) -> Incident:
        def cell(field: str) -> str:
            return cells.get(field, "")

        serial, asset_tag = normal_serial(cell("serial")), cell("asset_tag")
        if not cell("case_number"):
            raise RecordError("case_number", "empty")
        if not serial and not asset_tag:
            raise RecordError("serial", "neither a serial number nor an asset tag")
        return Incident(
            case_number=cell("case_number"),
            kind=_word(self._kinds, "kind", cell("kind")),
            serial=serial,
            asset_tag=asset_tag,
            school=read_as(school_number_of, "school", cell("school")),
            happened=read_as(day_of, "happened", cell("happened")) if cell("happened") else None,
            reported_at=self._moment(cell("reported_at"), now),
            handling=_word(self._handlings, "handling", cell("handling")) if cell("handling") else Handling.OPEN,
            recorded_by=recorded_by,
        )

    def _moment(self, text: str, now: datetime) -> datetime:
        for form in MOMENT_FORMATS:
            try:
                read = datetime.strptime(text, form)  # noqa: DTZ007 - the zone follows
            except ValueError:
                continue
            moment = read.replace(tzinfo=self._zone).astimezone(UTC)
            if read.year not in PLAUSIBLE_YEARS:
                break
            if moment > now + CLOCKS_DIFFER:
                raise RecordError("reported_at", f'"{shown(text)}" lies in the future')
            return moment
        raise RecordError("reported_at", f'"{shown(text)}" is no moment such as 23.11.2026 08:15')


def normal_serial(text: str) -> str:
    """A serial number as Jamf Pro writes it: capitals, no blanks."""
    return _BLANKS.sub("", text).upper()


def _word(words: Mapping[str, T], field: str, text: str) -> T:
    meaning = words.get(text.casefold())
    if meaning is None:
        raise RecordError(field, f'"{shown(text)}" is none of the words that the settings name')
    return meaning
