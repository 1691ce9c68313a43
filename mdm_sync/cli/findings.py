"""``mdm-sync findings``: what is wrong."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import typer

from mdm_sync.bootstrap import Installation, utc_now
from mdm_sync.cli.acknowledging import acknowledge, unacknowledge
from mdm_sync.cli.finding_formats import CSV_HEADER, csv_row, finding_json
from mdm_sync.cli.finding_list import show_list
from mdm_sync.cli.finding_text import Evidence, show_one
from mdm_sync.cli.options import Format, FormatOption, SeverityOption, session_of
from mdm_sync.cli.output import console, write_csv, write_json
from mdm_sync.cli.since import moment_of
from mdm_sync.core.model import School
from mdm_sync.core.nearest import alike
from mdm_sync.core.rules import RULES
from mdm_sync.errors import SettingsError
from mdm_sync.ports import FindingOrder, FindingQuery

app = typer.Typer(help="What is wrong.", no_args_is_help=True)

DISTRICT = "district"
"""Stands on the command line for findings that belong to no school."""


@app.command("list")
def list_findings(
    context: typer.Context,
    school: Annotated[
        list[str] | None,
        typer.Option("--school", metavar="N", help="Only of this school, or of the “district”; may be repeated."),
    ] = None,
    rule: Annotated[
        list[str] | None, typer.Option("--rule", metavar="ID", help="Only of this rule; may be repeated.")
    ] = None,
    severity: Annotated[
        SeverityOption | None, typer.Option("--severity", help="Only those at or above this severity.")
    ] = None,
    since: Annotated[
        str | None,
        typer.Option(
            "--since", metavar="DATE|SPAN", help="Only those open since then or later: 2026-11-20, 24h, 7d, 2w."
        ),
    ] = None,
    device: Annotated[
        str | None,
        typer.Option("--device", metavar="SERIAL|TAG|NAME", help="Only those about this device."),
    ] = None,
    all_: Annotated[bool, typer.Option("--all", help="Show the findings that are solved as well.")] = False,
    sort: Annotated[FindingOrder, typer.Option("--sort", help="What stands first.")] = FindingOrder.SEVERITY,
    reverse: Annotated[bool, typer.Option("--reverse", help="Turn the order round.")] = False,
    limit: Annotated[int | None, typer.Option("--limit", metavar="N", min=1, help="Show no more than so many.")] = None,
    format_: FormatOption = Format.TABLE,
) -> None:
    """List the findings, the most severe first.

    Examples:
      mdm-sync findings list

      mdm-sync findings list --severity critical --since 24h

      mdm-sync findings list --school 190001 --rule unknown-user --sort device

      mdm-sync findings list --all --device DMPX1234ABCD

      mdm-sync findings list --format csv > findings.csv
    """
    installation = session_of(context).installation()
    schools = installation.schools()
    query = FindingQuery(
        schools=_known_schools(school or (), schools),
        rules=_known_rules(rule or ()),
        at_least=severity.severity if severity else None,
        since=_moment(since, installation) if since else None,
        device=device,
        resolved=all_,
        order=sort,
        reverse=reverse,
        limit=limit,
    )
    with installation.state_to_ask() as state:
        found = state.inquiry.findings(query, schools)
    match format_:
        case Format.TABLE:
            show_list(found, query, installation.texts, console())
        case Format.JSON:
            listed = [finding_json(one) for one in found.findings]
            write_json({"schema": "mdm-sync/findings/1", "total": found.total, "findings": listed})
        case Format.CSV:
            write_csv(CSV_HEADER, map(csv_row, found.findings))


@app.command("show")
def show_finding(
    context: typer.Context,
    number: Annotated[int, typer.Argument(help="The number that the list shows.")],
    format_: FormatOption = Format.TABLE,
) -> None:
    """Show one finding: what is wrong, why it matters, what to do, and what it rests on.

    Examples:
      mdm-sync findings show 12

      mdm-sync findings show 12 --format json
    """
    installation = session_of(context).installation()
    schools = installation.schools()
    with installation.state_to_ask() as state:
        found = state.inquiry.finding(number, schools)
        if found is None:
            raise SettingsError(f"There is no finding {number}; mdm-sync findings list --all shows them.")
        devices = state.inquiry.devices_behind(found.place.finding.subject, schools)
        evidence = Evidence(devices=devices, sources=state.snapshot.sources(), now=utc_now())
    match format_:
        case Format.TABLE:
            show_one(found, evidence, installation.texts, console())
        case Format.JSON:
            write_json({"schema": "mdm-sync/finding/1", "finding": finding_json(found) | evidence.document(found)})
        case Format.CSV:
            write_csv(CSV_HEADER, [csv_row(found)])


def _known_schools(named: Sequence[str], schools: Sequence[School]) -> tuple[str, ...]:
    numbers = {school.number for school in schools} | {DISTRICT}
    if unknown := [number for number in named if number not in numbers]:
        raise SettingsError(
            f"The register has no school {', '.join(unknown)}; mdm-sync schools list shows them. "
            f"“{DISTRICT}” stands for what belongs to none."
        )
    return tuple("" if number == DISTRICT else number for number in named)


def _known_rules(named: Sequence[str]) -> tuple[str, ...]:
    known = [rule.id for rule in RULES]
    for rule in named:
        if rule not in known:
            meant = alike(rule, known)
            hint = f"did you mean {' or '.join(meant)}?" if meant else f"there are: {', '.join(sorted(known))}."
            raise SettingsError(f"There is no rule “{rule}”: {hint}")
    return tuple(named)


def _moment(written: str, installation: Installation) -> datetime:
    now = utc_now()
    return moment_of(written, now, installation.conditions(now).calendar.zone)


app.command("ack")(acknowledge)
app.command("unack")(unacknowledge)
