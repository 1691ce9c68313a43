"""``mdm-sync incidents``: what was reported stolen, lost, damaged or sent to repair."""

import getpass
from dataclasses import replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated

import typer
from rich.console import Console

from mdm_sync.bootstrap import Installation, utc_now
from mdm_sync.cli.audit import note
from mdm_sync.cli.incident_figures import show_figures
from mdm_sync.cli.incident_import import import_reports, question_text, watch_folder
from mdm_sync.cli.incident_words import handling_text, kind_text
from mdm_sync.cli.options import Format, FormatOption, session_of
from mdm_sync.cli.output import console, plain, table, write_csv, write_json
from mdm_sync.core.incidents import Handling, Incident, IncidentKind
from mdm_sync.errors import SettingsError
from mdm_sync.ports import OpenQuestion, State, Texts

app = typer.Typer(help="Thefts, losses, damages and repairs.", no_args_is_help=True)
app.command("import")(import_reports)
app.command("watch")(watch_folder)
app.command("figures")(show_figures)

CSV_HEADER = (
    *("number", "case_number", "kind", "serial", "asset_tag", "school"),
    *("happened", "reported_at", "handling", "recorded_by", "question"),
)
DAYS = ["%Y-%m-%d", "%d.%m.%Y"]
MOMENTS = ["%Y-%m-%d %H:%M", "%d.%m.%Y %H:%M", *DAYS]
_SETTLED = frozenset({Handling.RECOVERED, Handling.REPLACED, Handling.WRITTEN_OFF, Handling.CLOSED})

Number = Annotated[int, typer.Argument(help="The number that the list shows.")]


class HandlingOption(StrEnum):
    """How far a report has been dealt with, as words of the command line."""

    OPEN = "open"
    LOCKED = "locked"
    IN_REPAIR = "in-repair"
    RECOVERED = "recovered"
    REPLACED = "replaced"
    WRITTEN_OFF = "written-off"
    CLOSED = "closed"

    @property
    def handling(self) -> Handling:
        """What the word means."""
        return Handling(self.value.replace("-", " "))


class ClosingOption(StrEnum):
    """How a case ends, as words of the command line."""

    RECOVERED = "recovered"
    REPLACED = "replaced"
    WRITTEN_OFF = "written-off"
    CLOSED = "closed"


@app.command("add")
def add_incident(
    context: typer.Context,
    kind: Annotated[IncidentKind, typer.Argument(help="What happened.")],
    school: Annotated[str, typer.Option("--school", metavar="N", help="Schulnummer of the school that reports it.")],
    serial: Annotated[str, typer.Option("--serial", help="Serial number of the device.")] = "",
    asset_tag: Annotated[str, typer.Option("--asset-tag", help="Its inventory number, if that is all there is.")] = "",
    happened: Annotated[datetime | None, typer.Option("--happened", formats=DAYS, help="Day on which it was.")] = None,
    reported: Annotated[
        datetime | None, typer.Option("--reported", formats=MOMENTS, help="When it was reported; now if not named.")
    ] = None,
    case: Annotated[str, typer.Option("--case", help="Case number, if there is one.")] = "",
) -> None:
    """Enter a report by hand.

    Examples:
      mdm-sync incidents add theft --serial DMPXK0123456 --school 190001

      mdm-sync incidents add loss --asset-tag IT-004711 --school 190001 --reported "23.11.2026 08:15"
    """
    installation = session_of(context).installation()
    _refuse_unknown_school(installation, school)
    written = "".join(serial.split()).upper()
    if not (written or asset_tag):
        raise SettingsError("Which device? Name it by --serial, or by --asset-tag.")
    incident = Incident(
        case_number=case,
        kind=kind,
        serial=written,
        asset_tag=asset_tag.strip(),
        school=school,
        happened=happened.date() if happened else None,
        reported_at=installation.at_the_schools(reported) if reported else utc_now(),
        recorded_by=getpass.getuser(),
    )
    with installation.working_state("incidents") as state:
        if case and any(one.case_number == case for one in state.incidents.incidents()):
            raise SettingsError(f"There is an incident {case} already; mdm-sync incidents list --all shows it.")
        note(installation, "incidents add", f"school {school}")
        added = state.incidents.add(incident)
        question = _question(added, state)
    texts, out = installation.texts, console()
    out.print(texts.text("Entered as number %(number)d.") % {"number": added.number})
    if question:
        out.print(plain(question_text(question, texts), 300), style="yellow")


@app.command("list")
def list_incidents(
    context: typer.Context,
    all_: Annotated[bool, typer.Option("--all", help="Show the settled ones as well.")] = False,
    school: Annotated[str, typer.Option("--school", metavar="N", help="Only those that this school reported.")] = "",
    format_: FormatOption = Format.TABLE,
) -> None:
    """List the incidents that are looked after.

    Examples:
      mdm-sync incidents list

      mdm-sync incidents list --all --format csv > incidents.csv
    """
    installation = session_of(context).installation()
    with installation.state_to_ask() as state:
        found = [one for one in state.incidents.incidents() if all_ or one.handling not in _SETTLED]
        questions = {one.incident.number: one for one in state.incidents.questions()}
    chosen = [one for one in found if not school or one.school == school]
    match format_:
        case Format.TABLE:
            _show_list(chosen, questions, installation.texts, console())
        case Format.JSON:
            told = [incident_json(one, questions.get(one.number)) for one in chosen]
            write_json({"schema": "mdm-sync/incidents/1", "incidents": told})
        case Format.CSV:
            write_csv(CSV_HEADER, (_csv_row(one, one.number in questions) for one in chosen))


@app.command("show")
def show_incident(context: typer.Context, number: Number, format_: FormatOption = Format.TABLE) -> None:
    """Show one incident.

    Example:
      mdm-sync incidents show 12
    """
    installation = session_of(context).installation()
    with installation.state_to_ask() as state:
        incident = _known(number, state)
        question = _question(incident, state)
    match format_:
        case Format.TABLE:
            _show_one(incident, question, installation.texts, console())
        case Format.JSON:
            write_json({"schema": "mdm-sync/incident/1", "incident": incident_json(incident, question)})
        case Format.CSV:
            write_csv(CSV_HEADER, [_csv_row(incident, question is not None)])


@app.command("close")
def close_incident(
    context: typer.Context,
    number: Number,
    as_: Annotated[ClosingOption, typer.Option("--as", help="How the case ended.")] = ClosingOption.CLOSED,
) -> None:
    """Close an incident. An export that says the same as before does not open it again.

    Examples:
      mdm-sync incidents close 12 --as recovered

      mdm-sync incidents close 12
    """
    _change(context, number, HandlingOption(as_.value), serial=None, asset_tag=None)


@app.command("change")
def change_incident(
    context: typer.Context,
    number: Number,
    serial: Annotated[str | None, typer.Option("--serial", help="The right serial number.")] = None,
    asset_tag: Annotated[str | None, typer.Option("--asset-tag", help="The right inventory number.")] = None,
    handling: Annotated[HandlingOption | None, typer.Option("--handling", help="How far it is dealt with.")] = None,
) -> None:
    """Correct an incident: which device it is about, or how far it has been dealt with.

    Examples:
      mdm-sync incidents change 12 --serial DMPXK0123456

      mdm-sync incidents change 12 --handling open
    """
    if serial is None and asset_tag is None and handling is None:
        raise SettingsError("What is to be changed? Name --serial, --asset-tag or --handling.")
    _change(context, number, handling, serial=serial, asset_tag=asset_tag)


def incident_json(incident: Incident, question: OpenQuestion | None) -> dict[str, object]:
    """An incident in a JSON document; ``question`` is null where its device is known."""
    asked = {"nearest": question.nearest or None, "tagged": question.tagged or None} if question else None
    return {
        "number": incident.number,
        "case_number": incident.case_number,
        "kind": incident.kind.value,
        "serial": incident.serial,
        "asset_tag": incident.asset_tag,
        "school": incident.school,
        "happened": incident.happened.isoformat() if incident.happened else None,
        "reported_at": incident.reported_at.isoformat(),
        "handling": incident.handling.value,
        "recorded_by": incident.recorded_by,
        "question": asked,
    }


def _change(
    context: typer.Context, number: int, handling: HandlingOption | None, *, serial: str | None, asset_tag: str | None
) -> None:
    installation = session_of(context).installation()
    with installation.working_state("incidents") as state:
        known = _known(number, state)
        changed = replace(
            known,
            serial=known.serial if serial is None else "".join(serial.split()).upper(),
            asset_tag=known.asset_tag if asset_tag is None else asset_tag.strip(),
            handling=handling.handling if handling else known.handling,
        )
        if not changed.names:
            raise SettingsError("Which device? A serial number or an asset tag must stay.")
        note(installation, "incidents change", f"incident {number}")
        state.incidents.change(changed)
        question = _question(changed, state)
    _show_one(changed, question, installation.texts, console())


def _known(number: int, state: State) -> Incident:
    found = state.incidents.incident(number)
    if found is None:
        raise SettingsError(f"There is no incident {number}; mdm-sync incidents list --all shows them.")
    return found


def _question(incident: Incident, state: State) -> OpenQuestion | None:
    return next((one for one in state.incidents.questions() if one.incident.number == incident.number), None)


def _refuse_unknown_school(installation: Installation, number: str) -> None:
    if number not in {school.number for school in installation.schools()}:
        raise SettingsError(f"The register has no school {number}.")


def _csv_row(incident: Incident, is_question: bool) -> tuple[object, ...]:  # noqa: FBT001 - one cell of the row
    return (
        incident.number,
        incident.case_number,
        incident.kind.value,
        incident.serial,
        incident.asset_tag,
        incident.school,
        incident.happened.isoformat() if incident.happened else "",
        incident.reported_at.astimezone(UTC).isoformat(),
        incident.handling.value,
        incident.recorded_by,
        int(is_question),
    )


def _show_list(incidents: list[Incident], questions: dict[int, OpenQuestion], texts: Texts, out: Console) -> None:
    if not incidents:
        out.print(texts.text("No incident is looked after."))
        return
    headings = [
        texts.text("No."),
        texts.text("Case"),
        texts.text("What"),
        texts.text("Device"),
        texts.text("Asset tag"),
        texts.text("School"),
        texts.text("Reported"),
        texts.text("Handling"),
    ]
    rows = table(*headings, numbers=headings[:1])
    for one in incidents:
        rows.add_row(
            str(one.number),
            plain(one.case_number),
            kind_text(one.kind, texts),
            plain(f"{one.serial} ?" if one.number in questions else one.serial),
            plain(one.asset_tag),
            one.school,
            texts.moment(one.reported_at),
            handling_text(one.handling, texts),
        )
    out.print(rows)
    for question in questions.values():
        if question.incident in incidents:
            told = f"{question.incident.number}: {question_text(question, texts)}"
            out.print(plain(told, 300), style="yellow")


def _show_one(incident: Incident, question: OpenQuestion | None, texts: Texts, out: Console) -> None:
    rows = table("", "")
    rows.show_header = False
    facts = [
        (texts.text("No."), str(incident.number)),
        (texts.text("Case"), incident.case_number),
        (texts.text("What"), kind_text(incident.kind, texts)),
        (texts.text("Device"), incident.serial),
        (texts.text("Asset tag"), incident.asset_tag),
        (texts.text("School"), incident.school),
        (texts.text("Happened"), incident.happened.isoformat() if incident.happened else ""),
        (texts.text("Reported"), texts.moment(incident.reported_at)),
        (texts.text("Handling"), handling_text(incident.handling, texts)),
        (texts.text("Entered by"), incident.recorded_by),
    ]
    for name, value in facts:
        rows.add_row(name, plain(value))
    out.print(rows)
    if question:
        out.print(plain(question_text(question, texts), 300), style="yellow")
