"""``mdm-sync findings``: what is wrong."""

from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from mdm_sync.cli.options import Format, FormatOption, session_of
from mdm_sync.cli.output import console, plain, severity_text, table, write_csv, write_json
from mdm_sync.errors import SettingsError
from mdm_sync.ports import OpenFinding, Texts

app = typer.Typer(help="What is wrong.", no_args_is_help=True)

CSV_HEADER = ("id", "severity", "rule", "subject", "serial", "asset_tag", "school", "school_name", "open", "opened_at")


@app.command("list")
def list_findings(
    context: typer.Context,
    all_: Annotated[bool, typer.Option("--all", help="Show the findings that are solved as well.")] = False,
    format_: FormatOption = Format.TABLE,
) -> None:
    """List the findings, the most severe first.

    Examples:
      mdm-sync findings list

      mdm-sync findings list --format csv > findings.csv
    """
    installation = session_of(context).installation()
    with installation.state_to_ask() as state:
        found = state.inquiry.open_findings(installation.schools(), resolved=all_)
    match format_:
        case Format.TABLE:
            _show_list(found, installation.texts)
        case Format.JSON:
            write_json({"schema": "mdm-sync/findings/1", "findings": [finding_json(one) for one in found]})
        case Format.CSV:
            write_csv(CSV_HEADER, map(csv_row, found))


@app.command("show")
def show_finding(
    context: typer.Context,
    number: Annotated[int, typer.Argument(help="The number that the list shows.")],
    format_: FormatOption = Format.TABLE,
) -> None:
    """Show one finding: what is wrong, why it matters, what to do.

    Example:
      mdm-sync findings show 12
    """
    installation = session_of(context).installation()
    with installation.state_to_ask() as state:
        found = state.inquiry.finding(number, installation.schools())
    if found is None:
        raise SettingsError(f"There is no finding {number}; mdm-sync findings list shows them.")
    match format_:
        case Format.TABLE:
            _show_one(found, installation.texts, console())
        case Format.JSON:
            write_json({"schema": "mdm-sync/finding/1", "finding": finding_json(found)})
        case Format.CSV:
            write_csv(CSV_HEADER, [csv_row(found)])


def finding_json(found: OpenFinding) -> dict[str, object]:
    """A finding in a JSON document; a person stands there by reference only."""
    finding = found.place.finding
    return {
        "id": found.finding_id,
        "rule": finding.rule,
        "severity": finding.severity.word,
        "subject": finding.subject,
        "school": finding.school,
        "school_name": found.place.school_name,
        "details": dict(finding.details),
        "open": found.open,
        "opened_at": found.opened_at.isoformat(),
        "resolved_at": found.resolved_at.isoformat() if found.resolved_at else None,
        "times_reopened": found.times_reopened,
    }


def csv_row(found: OpenFinding) -> tuple[object, ...]:
    """A finding as a row below CSV_HEADER."""
    place, finding = found.place, found.place.finding
    return (
        found.finding_id,
        finding.severity.word,
        finding.rule,
        finding.subject,
        place.serial,
        place.asset_tag,
        finding.school,
        place.school_name,
        int(found.open),
        found.opened_at.isoformat(),
    )


def _show_list(findings: list[OpenFinding], texts: Texts) -> None:
    out = console()
    if not findings:
        out.print(texts.text("Nothing is wrong."), style="green")
        return
    headings = [
        texts.text("No."),
        texts.text("Severity"),
        texts.text("Rule"),
        texts.text("Device"),
        texts.text("Asset tag"),
        texts.text("School"),
        texts.text("Since"),
    ]
    rows = table(*headings, numbers=headings[:1])
    for found in findings:
        place, finding = found.place, found.place.finding
        rows.add_row(
            str(found.finding_id),
            severity_text(finding.severity, texts),
            finding.rule if found.open else f"{finding.rule} ({texts.text('solved')})",
            plain(place.serial),
            plain(place.asset_tag),
            plain(f"{place.school_name} ({finding.school})"),
            texts.moment(found.opened_at),
        )
    out.print(rows)


def _show_one(found: OpenFinding, texts: Texts, out: Console) -> None:
    place, finding = found.place, found.place.finding
    rule = texts.rule(finding.rule)
    out.print(rule.title, style="bold")
    out.print(rule.why)
    rows = table("", "")
    rows.show_header = False
    for name, value in _facts(found, texts):
        rows.add_row(name, value if not isinstance(value, str) else plain(value))
    out.print(rows)
    out.print(f"{texts.text('What to do:')} {rule.remedy}")
    if "person" in finding.details:
        out.print(texts.text("Who that is: mdm-sync person %(ref)s") % {"ref": finding.details["person"]})
    if not place.serial:
        out.print(texts.text("The record at Jamf Pro names no serial number."), style="yellow")


def _facts(found: OpenFinding, texts: Texts) -> list[tuple[str, str | Text]]:
    place, finding = found.place, found.place.finding
    facts: list[tuple[str, str | Text]] = [
        (texts.text("Severity"), severity_text(finding.severity, texts)),
        (texts.text("Rule"), finding.rule),
        (texts.text("Device"), place.serial),
        (texts.text("Asset tag"), place.asset_tag),
        (texts.text("Jamf id"), finding.subject.partition(":")[2]),
        (texts.text("School"), f"{place.school_name} ({finding.school})"),
        (texts.text("Since"), texts.moment(found.opened_at)),
    ]
    if "person" in finding.details:
        facts.append((texts.text("Person"), f"{finding.details['person']} ({finding.details['person_school']})"))
    if found.resolved_at:
        facts.append((texts.text("Solved"), texts.moment(found.resolved_at)))
    return facts
