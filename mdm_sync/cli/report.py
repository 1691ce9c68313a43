"""``mdm-sync report``: the yearly report, as a page to read and print and as CSV."""

from collections.abc import Iterator
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from mdm_sync.bootstrap import Installation, utc_now
from mdm_sync.cli.audit import note
from mdm_sync.cli.options import session_of
from mdm_sync.cli.output import console, plain
from mdm_sync.cli.private_file import write_privately
from mdm_sync.core.report_table import YearlyReport
from mdm_sync.core.year_facts import EarlierYears
from mdm_sync.core.yearly_report import yearly_report
from mdm_sync.errors import PermanentError, SettingsError
from mdm_sync.reporting import year_facts

FIRST_YEAR, LAST_YEAR = 2000, 2099


class ReportLanguage(StrEnum):
    """The languages that a report is written in."""

    DE = "de"
    EN = "en"


def report(
    context: typer.Context,
    out: Annotated[
        Path,
        typer.Option("--out", metavar="DIR", file_okay=False, help="Folder for the files; made if it is not there."),
    ],
    year: Annotated[
        int | None,
        typer.Option("--year", metavar="Y", min=FIRST_YEAR, max=LAST_YEAR, help="A year that is over, as it ended."),
    ] = None,
    as_of: Annotated[
        datetime | None,
        typer.Option("--as-of", formats=["%Y-%m-%d"], metavar="DATE", help="A year up to this day, as it was then."),
    ] = None,
    earlier: Annotated[
        Path | None,
        typer.Option(
            "--earlier",
            metavar="FILE",
            exists=True,
            dir_okay=False,
            help="CSV with counts of earlier years; docs/report.md tells its columns.",
        ),
    ] = None,
    language: Annotated[
        ReportLanguage | None,
        typer.Option("--language", help="Language of the report; that of the settings if not named."),
    ] = None,
) -> None:
    """Write the yearly report: one HTML file to read and to print, and a CSV beside it for every table.

    Counts only, no persons. All of it is as the history knows that day; what is not known is said.

    Examples:
      mdm-sync report --year 2025 --out reports --earlier earlier-years.csv

      mdm-sync report --as-of 2026-08-31 --out reports --language en
    """
    installation = session_of(context).installation()
    day = _day(installation, year, as_of.date() if as_of else None)
    counted_by_hand = installation.earlier_report(earlier) if earlier else EarlierYears()
    note(installation, "report", day.isoformat())
    made = _made(installation, day, counted_by_hand)
    _make_folder(out)
    for file, content in _files(installation, made, out, language.value if language else installation.texts.language):
        write_privately(file, content)
        console().print(plain(installation.texts.text("Written: %(file)s") % {"file": file}))


def _day(installation: Installation, year: int | None, as_of: date | None) -> date:
    """The last day of the report."""
    now = utc_now()
    today = installation.conditions(now).calendar.day(now)
    if (year is None) == (as_of is None):
        raise SettingsError("Which time? Name either --year or --as-of.")
    if as_of and as_of > today:
        raise SettingsError(f"{as_of} is still to come; name a day up to {today} with --as-of.")
    if year and year >= today.year:
        raise SettingsError(f"{year} is not over; name the day that its report is to go to, such as --as-of {today}.")
    return as_of or date(year or 0, 12, 31)


def _made(installation: Installation, day: date, earlier: EarlierYears) -> YearlyReport:
    now = utc_now()
    with installation.state_to_ask() as state:
        facts = year_facts(
            state,
            installation.schools(),
            installation.conditions(now),
            day=day,
            limits=installation.limits(now),
            earlier=earlier,
        )
    return yearly_report(facts)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise PermanentError(f"The folder {folder} cannot be made: {error.strerror}.") from error


def _files(installation: Installation, made: YearlyReport, out: Path, language: str) -> Iterator[tuple[Path, str]]:
    """Each file with its content, the page first."""
    from mdm_sync.cli.report_page import ReportPage

    texts = installation.texts_in(language)
    page = ReportPage(made, texts, {school.number: school.name for school in installation.schools()})
    whole_year = made.day == date(made.day.year, 12, 31)
    name = texts.text("yearly-report") + f"-{made.day.year if whole_year else made.day}"
    yield (
        out / f"{name}.html",
        page.html(texts.templates(), texts.text("Made %(moment)s") % {"moment": texts.exact(utc_now())}),
    )
    for table in made.tables:
        yield out / f"{name}-{table.topic.value}.csv", page.csv(table)
