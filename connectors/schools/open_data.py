"""The state's open data on schools, the file ``schuldaten.csv`` of the ministry of North Rhine-Westphalia.

A line ``sep=;``, then headings, the last of them followed by a ``;`` too. Newer files have one column more than older
ones, so columns are found by their names. Names are cut into three fields of 40 characters. The file lists authorities
among the schools.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from datetime import date
from pathlib import Path

from connectors.csv_file import day_of, read_table, shown
from connectors.schools.official_names import official_name
from mdm_sync.core.register_plan import PublishedSchool
from mdm_sync.core.school_forms import NO_SCHOOL
from mdm_sync.errors import RecordError
from mdm_sync.ports import PublishedRead, UnreadableLine

NAME_COLUMNS = ("Schulbezeichnung_1", "Schulbezeichnung_2", "Schulbezeichnung_3")
COLUMNS = (
    "Schulnummer",
    "Schulform",
    *NAME_COLUMNS,
    "Kurzbezeichnung",
    "PLZ",
    "Ort",
    "Strasse",
    "Traegernummer",
    "Schulbetriebsschluessel",
    "Schulbetriebsdatum",
)
_NUMBER = re.compile(r"[0-9]{6}")
_FORM = re.compile(r"[0-9A-Z]{2}")


def read_open_data(path: Path) -> PublishedRead:
    """The schools of this file; lines that cannot be read are kept aside, authorities are counted.

    Raises:
        SettingsError: it cannot be read, or is no file of the open data.
    """
    table = read_table(path, "The open data", COLUMNS)
    schools: dict[str, PublishedSchool] = {}
    unreadable = list(table.unreadable)
    authorities = 0
    for row in table.rows:
        if row.cells["Schulform"] in NO_SCHOOL:
            authorities += 1
            continue
        try:
            school = _school(row.cells, schools)
        except RecordError as error:
            unreadable.append(UnreadableLine(line=row.line, field=error.key, reason=error.reason))
        else:
            schools[school.number] = school
    return PublishedRead(
        schools=tuple(schools.values()),
        authorities=authorities,
        unreadable=tuple(sorted(unreadable, key=lambda one: one.line)),
    )


def _school(cells: Mapping[str, str], earlier: Collection[str]) -> PublishedSchool:
    for column, wanted in (("Schulnummer", _NUMBER), ("Schulform", _FORM)):
        if not wanted.fullmatch(cells[column]):
            raise RecordError(column, f'"{shown(cells[column])}" is none')
    if cells["Schulnummer"] in earlier:
        raise RecordError("Schulnummer", f'"{cells["Schulnummer"]}" stands already in an earlier line')
    name = official_name([cells[column] for column in NAME_COLUMNS], town=cells["Ort"], short=cells["Kurzbezeichnung"])
    if not name:
        raise RecordError(NAME_COLUMNS[0], "no name")
    return PublishedSchool(
        number=cells["Schulnummer"],
        name=name,
        form=cells["Schulform"],
        provider=cells["Traegernummer"],
        address=" ".join(_words(cells["PLZ"], cells["Strasse"])),
        status=cells["Schulbetriebsschluessel"],
        since=_day(cells["Schulbetriebsdatum"]),
    )


def _words(*cells: str) -> Iterator[str]:
    return (word for cell in cells for word in cell.split())


def _day(cell: str) -> date | None:
    try:
        return day_of(cell) if cell else None
    except ValueError as error:
        raise RecordError("Schulbetriebsdatum", str(error)) from error
