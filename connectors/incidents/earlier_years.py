"""Counts of earlier years, which somebody kept by hand: a small CSV file."""

import re
from pathlib import Path

from connectors.csv_file import PLAUSIBLE_YEARS, Row, read_table, shown
from mdm_sync.core.loss_figures import YearFigures
from mdm_sync.errors import SettingsError

YEAR, IPADS, DAMAGED, MISSING, THEFTS, LOSSES = (
    *("Jahr", "iPads", "Schäden"),
    *("Diebstahl und Verlust", "Diebstahl", "Verlust"),
)
_NUMBER = re.compile(r"\d{1,3}(?:[., ]\d{3})+|\d+")


def read_earlier_years(file: Path) -> tuple[YearFigures, ...]:
    """One line a year under the headings above; all but the year may be empty or missing.

    Raises:
        SettingsError: the file cannot be read, or a line of it; the first such line is named.
    """
    table = read_table(file, "The file of earlier years", (YEAR,))
    if table.unreadable:
        first = table.unreadable[0]
        raise SettingsError(f"{file}, line {first.line}: {first.reason}.")
    figures = tuple(_figures(row, f"{file}, line {row.line}") for row in table.rows)
    years = [one.year for one in figures]
    if twice := sorted({year for year in years if years.count(year) > 1}):
        raise SettingsError(f"{file}: years that stand there twice: {', '.join(map(str, twice))}.")
    return figures


def _figures(row: Row, where: str) -> YearFigures:
    def number(heading: str) -> int | None:
        text = row.cells.get(heading, "")
        if text and not _NUMBER.fullmatch(text):
            raise SettingsError(f'{where}, {heading}: "{shown(text)}" is no number.')
        return int(re.sub(r"\D", "", text)) if text else None

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
