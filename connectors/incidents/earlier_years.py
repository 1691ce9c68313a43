"""Counts of earlier years, which somebody kept by hand: a small CSV file."""

import re
from collections.abc import Iterable
from pathlib import Path

from connectors.csv_file import PLAUSIBLE_YEARS, Row, Table, nearest, read_table, shown
from mdm_sync.core.loss_figures import YearFigures
from mdm_sync.core.school_forms import FORMS
from mdm_sync.core.year_facts import EarlierStock, EarlierYears, Forms
from mdm_sync.errors import SettingsError

YEAR, IPADS, DAMAGED, MISSING, THEFTS, LOSSES = (
    *("Jahr", "iPads", "Schäden"),
    *("Diebstahl und Verlust", "Diebstahl", "Verlust"),
)
IN_SCHOOLS = "iPads in Schulen"
_COLUMNS = (YEAR, IPADS, DAMAGED, MISSING, THEFTS, LOSSES, IN_SCHOOLS)
_KEYS = {name.casefold(): key for key, name in FORMS.items()}
_AND = re.compile(r"\s+und\s+|\s*[,+]\s*")
_NUMBER = re.compile(r"\d{1,3}(?:[., ]\d{3})+|\d+")


def read_earlier_years(file: Path) -> tuple[YearFigures, ...]:
    """One line a year under the first six headings above; all but the year may be empty or missing.

    Raises:
        SettingsError: the file cannot be read, or a line of it; the first such line is named.
    """
    return _all_figures(_readable(file), file)


def read_earlier_report(file: Path) -> EarlierYears:
    """The same, and the iPads in schools: all of them, and under the name of a Schulform those of this form.

    A heading may name several forms, as in "Berufskolleg und Weiterbildungskolleg": they are counted as one.

    Raises:
        SettingsError: the file cannot be read, or a line of it, or a heading stands for nothing.
    """
    table = _readable(file)
    forms = _forms(table.header, file)
    figures = _all_figures(table, file)
    return EarlierYears(
        figures=figures,
        stocks=tuple(_stock(row, forms, f"{file}, line {row.line}") for row in table.rows),
        together=tuple(forms.values()),
    )


def _readable(file: Path) -> Table:
    table = read_table(file, "The file of earlier years", (YEAR,))
    if table.unreadable:
        first = table.unreadable[0]
        raise SettingsError(f"{file}, line {first.line}: {first.reason}.")
    return table


def _all_figures(table: Table, file: Path) -> tuple[YearFigures, ...]:
    figures = tuple(_figures(row, f"{file}, line {row.line}") for row in table.rows)
    years = [one.year for one in figures]
    if twice := sorted({year for year in years if years.count(year) > 1}):
        raise SettingsError(f"{file}: years that stand there twice: {', '.join(map(str, twice))}.")
    return figures


def _forms(header: Iterable[str], file: Path) -> dict[str, Forms]:
    """The forms that each heading names; no form may stand under two of them."""
    found: dict[str, Forms] = {}
    for heading in header:
        if heading in _COLUMNS:
            continue
        names = _AND.split(heading.casefold())
        if unknown := next((name for name in names if name not in _KEYS), None):
            near = nearest(unknown, (*_COLUMNS, *FORMS.values()))
            instead = f' Is it "{near}"?' if near else f" There are: {', '.join(_COLUMNS)}, and names of Schulformen."
            raise SettingsError(f'{file}, headings: "{shown(heading)}" is no column of this file.{instead}')
        found[heading] = tuple(_KEYS[name] for name in names)
    every = [form for forms in found.values() for form in forms]
    if twice := sorted({FORMS[form] for form in every if every.count(form) > 1}):
        raise SettingsError(f"{file}, headings: forms that stand there twice: {', '.join(twice)}.")
    return found


def _stock(row: Row, headings: dict[str, Forms], where: str) -> EarlierStock:
    told = {heading: _number(row, heading, where) for heading in headings}
    by_forms = {headings[heading]: number for heading, number in told.items() if number is not None}
    ipads, of_forms = _number(row, IN_SCHOOLS, where), sum(by_forms.values())
    if ipads is not None and of_forms > ipads:
        raise SettingsError(f"{where}: the forms are {of_forms} together, more than {IN_SCHOOLS}: {ipads}.")
    return EarlierStock(year=int(row.cells[YEAR]), ipads=ipads, by_forms=by_forms)


def _figures(row: Row, where: str) -> YearFigures:
    def number(heading: str) -> int | None:
        return _number(row, heading, where)

    year, thefts, losses, missing = number(YEAR), number(THEFTS), number(LOSSES), number(MISSING)
    if year not in PLAUSIBLE_YEARS:
        raise SettingsError(f'{where}: "{shown(row.cells[YEAR])}" is no year.')
    apart = None if thefts is None or losses is None else thefts + losses
    if None not in {apart, missing} and apart != missing:
        raise SettingsError(f"{where}: {THEFTS} and {LOSSES} are {apart} together, not {missing}.")
    return YearFigures(
        year=int(year or 0),
        ipads=number(IPADS),
        damaged=number(DAMAGED),
        missing=apart if missing is None else missing,
        thefts=thefts,
        losses=losses,
    )


def _number(row: Row, heading: str, where: str) -> int | None:
    text = row.cells.get(heading, "")
    if text and not _NUMBER.fullmatch(text):
        raise SettingsError(f'{where}, {heading}: "{shown(text)}" is no number; write it in digits, such as 27315.')
    return int(re.sub(r"\D", "", text)) if text else None
