"""``mdm-sync privacy``: what is stored of persons, and when it goes."""

import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Annotated

import typer

from mdm_sync.bootstrap import Installation, inventory, utc_now
from mdm_sync.cli.audit import note
from mdm_sync.cli.dossier import dossier_json, dossier_sheet
from mdm_sync.cli.options import Format, FormatOption, TextFormat, TextFormatOption, session_of
from mdm_sync.cli.output import console, facts_table, plain, write_csv, write_json
from mdm_sync.cli.private_file import write_privately
from mdm_sync.core.model import Person
from mdm_sync.core.retention import Kept
from mdm_sync.errors import SettingsError
from mdm_sync.ports import Backup, Erased, ErasedCopies, Purged, State, StoredColumn, Texts

app = typer.Typer(help="What is stored of persons, and when it goes.", no_args_is_help=True)

PersonArgument = Annotated[
    str, typer.Argument(metavar="PERSON", help="Reference, login with --school, or identifier (uuid) at IServ.")
]
SchoolOption = Annotated[str, typer.Option("--school", metavar="N", help="Schulnummer, where a login is named.")]
INVENTORY_HEADER = ("file", "table", "column", "purpose", "source", "kept")
REPORT_LANGUAGE = "de"
MOST_SERIALS = 10
"""Devices that are named after an erasure; more are counted."""


@app.command("report")
def report(
    context: typer.Context,
    person: PersonArgument,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Written for you alone to read: .html or .json.")],
    school: SchoolOption = "",
) -> None:
    """Write all that is stored of a person into a file, in German, to be printed (Art. 15 GDPR).

    Examples:
      mdm-sync privacy report P-0A1B2C3D4E5F6071 auskunft.html

      mdm-sync privacy report mia.muster auskunft.html --school 190001
    """
    ending = file.suffix.lower()
    if ending not in {".html", ".json"}:
        raise SettingsError(f"{file}: the report is written as .html or .json; choose one by the file's ending.")
    installation = session_of(context).installation()
    schools = {one.number: one for one in installation.schools()}
    with installation.state_to_ask() as state:
        persons = _meant(state, person, school)
        note(installation, "privacy report", *(one.ref for one in persons))
        dossiers = [state.care.dossier(one) for one in persons]
    if ending == ".json":
        document = {"schema": "mdm-sync/dossier/1", "records": [dossier_json(one) for one in dossiers]}
        content = json.dumps(document, ensure_ascii=False, indent=2) + "\n"
    else:
        texts = installation.texts_in(REPORT_LANGUAGE)
        sheet = dossier_sheet(dossiers, texts, schools=schools, made_at=utc_now())
        content = texts.templates().get_template("sheet.html.j2").render(sheet=sheet)
    write_privately(file, content)
    console().print(plain(installation.texts.text("Written: %(file)s") % {"file": file}))


@app.command("erase")
def erase(
    context: typer.Context,
    person: PersonArgument,
    school: SchoolOption = "",
    despite_incident: Annotated[
        bool, typer.Option("--despite-incident", help="Also where an open incident rests on whom its device named.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Erase without asking.")] = False,
    format_: TextFormatOption = TextFormat.TABLE,
) -> None:
    """Erase a person (Art. 17 GDPR) from the store, its history, the outbox and the backups that this program made.

    Prints a protocol that does not name the person. Who is still in IServ comes back at the next read, under another
    reference, with what the rules need and no more. What stands at IServ and Jamf Pro is erased there.

    Examples:
      mdm-sync privacy erase P-0A1B2C3D4E5F6071

      mdm-sync privacy erase mia.muster --school 190001 --yes > protokoll.txt
    """
    from mdm_sync import jobs

    installation = session_of(context).installation()
    with installation.state_to_ask() as state:
        persons = _meant(state, person, school)
    if not _is_wanted(installation.texts, len(persons), yes=yes):
        console().print(installation.texts.text("Nothing was erased."))
        return
    with installation.state_to_ask() as state:
        if (incidents := state.care.evidence(persons)) and not despite_incident:
            numbers = ", ".join(map(str, incidents))
            raise SettingsError(
                f"Nothing was erased: an incident that is open rests on whom its device named (incident {numbers}). "
                "Close it first, or decide against the evidence with --despite-incident."
            )
    note(installation, "privacy erase", f"records: {len(persons)}")
    erased, copies = jobs.erase(installation, persons)
    match format_:
        case TextFormat.TABLE:
            _show_erased(erased, copies, installation)
        case TextFormat.JSON:
            write_json(_erased_json(erased, copies, installation))


@app.command("purge")
def purge_now(context: typer.Context, format_: TextFormatOption = TextFormat.TABLE) -> None:
    """Delete now what has had its time, by the settings below retention; the daemon does so each day.

    Example:
      mdm-sync privacy purge
    """
    from mdm_sync.jobs import purge

    installation = session_of(context).installation()
    note(installation, "privacy purge")
    purged = purge(installation)
    match format_:
        case TextFormat.TABLE:
            _show(purged, installation.texts)
        case TextFormat.JSON:
            removed = {kind.value: number for kind, number in purged.removed.items()}
            write_json({"schema": "mdm-sync/purge/1", "removed": removed, "lingering": purged.lingering})


@app.command("inventory")
def show_inventory(format_: FormatOption = Format.TABLE) -> None:
    """List every table and column that is stored: what for, from where, how long.

    Examples:
      mdm-sync privacy inventory

      mdm-sync privacy inventory --format csv > verzeichnis.csv
    """
    columns = inventory()
    match format_:
        case Format.TABLE:
            _show_inventory(columns)
        case Format.JSON:
            write_json({"schema": "mdm-sync/inventory/1", "columns": [asdict(column) for column in columns]})
        case Format.CSV:
            write_csv(INVENTORY_HEADER, (tuple(asdict(column).values()) for column in columns))


def _show_inventory(columns: Iterable[StoredColumn]) -> None:
    out = console()
    for (file, name), some in groupby(columns, key=lambda one: (one.file, one.table)):
        in_table = list(some)
        out.print(plain(f"{name} ({file})"), style="bold")
        out.print(plain(f"from: {in_table[0].source}; kept: {in_table[0].kept}", 500))
        out.print(facts_table((one.column, one.purpose) for one in in_table))


def kept_word(kind: Kept, texts: Texts) -> str:
    """A kind of data as people call it."""
    words = {
        Kept.PERSONS: texts.text("Persons who left"),
        Kept.HOLDERS: texts.text("Former holders of devices"),
        Kept.PLACES: texts.text("Former places of devices"),
        Kept.FINDINGS: texts.text("Resolved findings and closed holds"),
        Kept.INCIDENTS: texts.text("Settled incidents"),
        Kept.LOCKS: texts.text("Orders about Lost Mode"),
        Kept.TOTALS: texts.text("Totals of past days"),
        Kept.SENT: texts.text("Mails and summaries sent"),
        Kept.FAILED: texts.text("Mails and summaries given up"),
        Kept.BACKUPS: texts.text("Copies of the store"),
        Kept.AUDIT: texts.text("Lines of the audit trail"),
    }
    return words[kind]


def _show(purged: Purged, texts: Texts) -> None:
    out = console()
    if purged.removed:
        out.print(texts.text("Deleted:"), style="bold")
        out.print(facts_table((kept_word(kind, texts), texts.number(many)) for kind, many in purged.removed.items()))
    else:
        out.print(texts.text("Nothing has had its time yet."), style="green")
    if purged.lingering:
        out.print(texts.text("Another process is reading the store: its write-ahead log is emptied next time."))


def _meant(state: State, named: str, school: str) -> tuple[Person, ...]:
    """The records of the person who is meant; one human being, who may have accounts at several schools."""
    found = state.care.persons(named, school)
    if not found:
        raise SettingsError("The store knows no such person. Name a reference, a login with --school, or a uuid.")
    if len({one.uuid for one in found}) > 1:
        schools = ", ".join(sorted({one.school for one in found}))
        raise SettingsError(f"Several persons have this login: name the school with --school ({schools}).")
    return found


def _is_wanted(texts: Texts, number: int, *, yes: bool) -> bool:
    if yes:
        return True
    if not sys.stdin.isatty():
        raise SettingsError("Nothing was erased: there is no terminal to ask on. With --yes it is done without asking.")
    asked = texts.plural("Erase %(number)d record for ever?", "Erase %(number)d records for ever?", number)
    return typer.confirm(asked % {"number": number}, default=False, err=True)


def _encrypted_until(encrypted: Sequence[Backup], installation: Installation) -> datetime | None:
    """When the last copy goes that could not be rewritten; None: there is none."""
    latest = max((one.made_at for one in encrypted), default=None)
    return latest + installation.kept_for(Kept.BACKUPS) if latest else None


def _erased_json(erased: Erased, copies: ErasedCopies, installation: Installation) -> dict[str, object]:
    until = _encrypted_until(copies.encrypted, installation)
    return {
        "schema": "mdm-sync/erasure/1",
        "at": utc_now().isoformat(),
        "records": dict(erased.records),
        "still_in_iserv": erased.there,
        "serials": list(erased.serials),
        "lingering": erased.lingering,
        "encrypted_backups_until": until.isoformat() if until else None,
        "damaged_backups_deleted": [one.file.name for one in copies.removed],
    }


def _show_erased(erased: Erased, copies: ErasedCopies, installation: Installation) -> None:
    out, texts = console(), installation.texts
    out.print(texts.text("Erased %(moment)s") % {"moment": texts.exact(utc_now())}, style="bold")
    out.print(facts_table((table, texts.number(rows)) for table, rows in erased.records.items()))
    if erased.there:
        out.print(
            texts.text(
                "The person is still in IServ and comes back at the next read, under another reference, with what the "
                "rules need and no more."
            )
        )
    if erased.serials:
        more = len(erased.serials) - MOST_SERIALS
        named = ", ".join(erased.serials[:MOST_SERIALS]) + (f" + {more}" if more > 0 else "")
        told = texts.text("Jamf Pro named the person at %(serials)s: clear the user fields there, else they come back.")
        out.print(plain(told % {"serials": named}, 1000))
    if until := _encrypted_until(copies.encrypted, installation):
        told = texts.text("Encrypted copies of the store cannot be rewritten; the last one is deleted on %(day)s.")
        out.print(told % {"day": texts.day(until)})
    for one in copies.removed:
        told = texts.text("A damaged copy of the store could not be rewritten and was deleted: %(file)s")
        out.print(plain(told % {"file": one.file}, 1000))
    if erased.lingering:
        out.print(texts.text("Another process is reading the store: erase again, or run mdm-sync privacy purge."))
