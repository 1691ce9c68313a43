"""``mdm-sync incidents figures``: how many iPads were damaged, stolen or lost, by year."""

from decimal import Decimal
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from mdm_sync.bootstrap import utc_now
from mdm_sync.cli.options import Format, FormatOption, session_of
from mdm_sync.cli.output import console, table, write_csv, write_json
from mdm_sync.core.loss_figures import YearFigures, yearly_figures
from mdm_sync.ports import Texts

CSV_HEADER = (
    *("year", "ipads", "damaged", "damaged_percent", "missing", "missing_percent"),
    *("thefts", "thefts_percent", "losses", "losses_percent"),
)


def show_figures(
    context: typer.Context,
    earlier: Annotated[
        Path | None,
        typer.Option(
            "--earlier",
            metavar="FILE",
            exists=True,
            dir_okay=False,
            help="CSV with counts of earlier years: Jahr, iPads, Schäden, Diebstahl und Verlust, Diebstahl, Verlust.",
        ),
    ] = None,
    format_: FormatOption = Format.TABLE,
) -> None:
    """Show the yearly figures: cases, iPads, and which share of them the cases are.

    An incident belongs to the year in which it was reported; damages and repairs are counted together. What the file
    says of a year counts more than the incidents. The iPads of this year are those at Jamf Pro; those of earlier years
    stand in the file.

    Examples:
      mdm-sync incidents figures

      mdm-sync incidents figures --earlier earlier-years.csv --format csv
    """
    installation = session_of(context).installation()
    counted = installation.earlier_years(earlier) if earlier else ()
    now = utc_now()
    calendar = installation.conditions(now).calendar
    with installation.state_to_ask() as state:
        ipads = state.incidents.ipads()
        incidents = state.incidents.incidents()
    figures = yearly_figures(incidents, counted, ipads={calendar.day(now).year: ipads}, day=calendar.day)
    match format_:
        case Format.TABLE:
            console().print(_table(figures, installation.texts))
        case Format.JSON:
            write_json({"schema": "mdm-sync/incident-figures/1", "years": [_json(one) for one in figures]})
        case Format.CSV:
            write_csv(CSV_HEADER, (["" if cell is None else cell for cell in _cells(one)] for one in figures))


def _cells(one: YearFigures) -> tuple[int | Decimal | None, ...]:
    """The values of CSV_HEADER."""
    counts = (one.damaged, one.missing, one.thefts, one.losses)
    return (one.year, one.ipads, *(cell for count in counts for cell in (count, one.percent(count))))


def _json(one: YearFigures) -> dict[str, object]:
    """Percentages as text, so that none of their places is lost."""
    return {
        name: str(cell) if isinstance(cell, Decimal) else cell
        for name, cell in zip(CSV_HEADER, _cells(one), strict=True)
    }


def _table(figures: tuple[YearFigures, ...], texts: Texts) -> Table:
    share = texts.text("Share")
    counts = (texts.text("Damaged"), texts.text("Stolen or lost"), texts.text("Stolen"), texts.text("Lost"))
    headings = [texts.text("Year"), texts.text("iPads"), *(name for count in counts for name in (count, share))]
    rows = table(*headings, numbers=headings)
    for one in figures:
        year, *cells = _cells(one)
        rows.add_row(str(year), *(_shown(cell, texts) for cell in cells))
    return rows


def _shown(cell: int | Decimal | None, texts: Texts) -> str:
    if cell is None:
        return "–"
    return f"{texts.number(cell)} %" if isinstance(cell, Decimal) else texts.number(cell)
