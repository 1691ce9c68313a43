"""``mdm-sync device``: one device's story."""

from pathlib import Path
from typing import Annotated

import typer

from mdm_sync.bootstrap import Installation, utc_now
from mdm_sync.cli.audit import note
from mdm_sync.cli.device_json import story_json
from mdm_sync.cli.device_text import Surroundings, show_story
from mdm_sync.cli.evidence import EvidenceLanguage, refuse_ending
from mdm_sync.cli.evidence_facts import save_evidence
from mdm_sync.cli.exits import Exit
from mdm_sync.cli.options import TextFormat, TextFormatOption, session_of
from mdm_sync.cli.output import console, no_progress, write_json
from mdm_sync.core.nearest import alike
from mdm_sync.errors import MdmSyncError, SettingsError
from mdm_sync.ports import DeviceStory


def device(
    context: typer.Context,
    name: Annotated[
        str,
        typer.Argument(metavar="SERIAL", help="Serial number, asset tag, name or Jamf id, in any case of letters."),
    ],
    refresh: Annotated[
        bool, typer.Option("--refresh", help="Read it anew from Jamf Pro first, and judge its school.")
    ] = False,
    names: Annotated[
        bool, typer.Option("--names", help="Show the person by name and login, not by reference alone.")
    ] = False,
    evidence: Annotated[
        Path | None,
        typer.Option(
            "--evidence", metavar="FILE", help="Write the evidence of its loss: .html to print, .csv or .json."
        ),
    ] = None,
    language: Annotated[
        EvidenceLanguage | None, typer.Option("--language", help="Of the evidence; that of the settings if not named.")
    ] = None,
    format_: TextFormatOption = TextFormat.TABLE,
) -> None:
    """Tell one device's story: what and where it is, whom it names, what is wrong, how old the knowledge is.

    With --evidence: report, lock, last contact and holders over time, with sources and times, for police and insurer.

    Ends with 0 done, 2 unknown device, 3 Jamf Pro could not be read.

    Examples:
      mdm-sync device DMPX1234ABCD

      mdm-sync device INV-2021-0815 --names

      mdm-sync device dmpx1234abcd --refresh --format json

      mdm-sync device DMPX1234ABCD --evidence nachweis.html --language de
    """
    if evidence:
        refuse_ending(evidence)
    installation = session_of(context).installation()
    schools = installation.schools()
    error = _refresh(installation, name) if refresh else None
    if evidence:
        save_evidence(installation, name, evidence, language, named=names)
        if error:
            typer.echo(f"mdm-sync: {error}", err=True)
        raise typer.Exit(Exit.UNREAD if error else Exit.DONE)
    with installation.state_to_ask() as state:
        stories = state.inquiry.devices(name, schools)
        around = Surroundings(schools=schools, sources=state.snapshot.sources(), now=utc_now(), names=names)
        near = () if stories else alike(name.strip(), state.inquiry.serials())
    if error:
        typer.echo(f"mdm-sync: {error}", err=True)
    if not stories and not error:
        raise SettingsError(_unknown(name, near))
    if names and stories:
        note(installation, "device --names", *(one.device.subject for one in stories))
    match format_:
        case TextFormat.TABLE:
            _show(stories, around, installation)
        case TextFormat.JSON:
            devices = [story_json(story, around) for story in stories]
            write_json({"schema": "mdm-sync/device/1", "refresh_error": error, "devices": devices})
    if error:
        raise typer.Exit(Exit.UNREAD)


def _refresh(installation: Installation, name: str) -> str | None:
    """Read it anew; why that could not be done, or None."""
    from mdm_sync.jobs import refresh

    try:
        found = refresh(installation, no_progress, name)
    except SettingsError:
        raise
    except MdmSyncError as error:
        return str(error)
    if not found:
        typer.echo(f"mdm-sync: {installation.texts.text('Jamf Pro shows no such device now.')}", err=True)
    return None


def _show(stories: tuple[DeviceStory, ...], around: Surroundings, installation: Installation) -> None:
    out = console()
    for number, story in enumerate(stories):
        if number:
            out.rule(style="dim")
        show_story(story, around, installation.texts, out)


def _unknown(name: str, near: tuple[str, ...]) -> str:
    hint = f"Did you mean {' or '.join(near)}? " if near else ""
    return (
        f"The store knows no device “{name}”. {hint}"
        "Write its serial number, asset tag, name or Jamf id; --refresh asks Jamf Pro for a serial number."
    )
