"""``mdm-sync summary``: how the schools are equipped, now or as a day of the history saw it."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

import typer

from mdm_sync.bootstrap import Installation, utc_now
from mdm_sync.cli.options import Format, FormatOption, session_of
from mdm_sync.cli.output import console, write_csv, write_json
from mdm_sync.cli.summary_text import CSV_HEADER, csv_rows, show_summary
from mdm_sync.core.summary import Summary, read_summary, schema_of_summary, summary_of, written_out
from mdm_sync.errors import PermanentError
from mdm_sync.totalling import counted


class Level(StrEnum):
    """By what the table puts schools together."""

    FORM = "form"
    CAMPUS = "campus"
    SUPPORT = "support"
    SCHOOL = "school"


def summary(
    context: typer.Context,
    by: Annotated[Level, typer.Option("--by", help="By what the table puts schools together.")] = Level.FORM,
    as_of: Annotated[
        datetime | None,
        typer.Option(
            "--as-of", formats=["%Y-%m-%d"], metavar="DATE", help="The day that is asked for; now if not named."
        ),
    ] = None,
    schema: Annotated[
        bool, typer.Option("--schema", help="Print the JSON Schema of the summary and do no more.")
    ] = False,
    format_: FormatOption = Format.TABLE,
) -> None:
    """Show the totals: people and iPads, what works, what is short, what is to be replaced.

    Of a day in the past the totals are those that its first cycle counted, or the last one before it. What is not known
    is shown as "–"; "≥" stands before a sum of which a part is not known. JSON and CSV hold all levels.

    Examples:
      mdm-sync summary --by campus

      mdm-sync summary --as-of 2026-08-31 --format csv
    """
    if schema:
        write_json(schema_of_summary())
        return
    installation = session_of(context).installation()
    totals = _now(installation) if as_of is None else _on(installation, as_of.date())
    match format_:
        case Format.TABLE:
            names = {school.number: school.name for school in installation.schools()}
            show_summary(totals, by.value, names, installation.texts, console())
        case Format.JSON:
            write_json(written_out(totals))
        case Format.CSV:
            write_csv(CSV_HEADER, csv_rows(totals))


def _now(installation: Installation) -> Summary:
    with installation.state_to_ask() as state:
        return summary_of(counted(state, installation.schools(), installation.conditions(utc_now())))


def _on(installation: Installation, day: date) -> Summary:
    """The totals of a day that has begun.

    Raises:
        PermanentError: the history does not reach so far, or another version of the program wrote it.
    """
    today = installation.conditions(utc_now()).calendar.day(utc_now())
    with installation.state_to_ask() as state:
        kept = state.history.totals_on(day) if day <= today else None
    if kept is None:
        raise PermanentError(f"The history holds no totals of {day}: it begins later, or that day is still to come.")
    totals = read_summary(kept.content)
    if totals is None:
        raise PermanentError(f"The totals of {kept.day} were written by another version and cannot be read.")
    return totals
