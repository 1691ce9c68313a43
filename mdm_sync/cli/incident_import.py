"""``mdm-sync incidents import`` and ``watch``: the exports of the schools' online form."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from mdm_sync.cli.audit import note
from mdm_sync.cli.options import session_of
from mdm_sync.cli.output import console, plain, write_json
from mdm_sync.errors import SettingsError
from mdm_sync.importing import Imported, Rejected, reasons
from mdm_sync.ports import OpenQuestion, Texts

LONGEST = 300

JsonOption = Annotated[bool, typer.Option("--json", help="Write the result as JSON.")]


def import_reports(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, help="The form's CSV export.")],
    json: JsonOption = False,
) -> None:
    """Import an export of the schools' online form.

    Encoding and delimiter are found. A report that came already is recognised; a line that cannot be read is told and
    costs no other. Importing a file twice changes nothing.

    Example:
      mdm-sync incidents import export.csv
    """
    from mdm_sync.jobs import importing

    installation = session_of(context).installation()
    with installation.working_state("incidents import") as state:
        note(installation, "incidents import")
        done = importing(installation, state).take(file)
    _tell((done,), installation.texts, json=json)


def watch_folder(
    context: typer.Context,
    once: Annotated[bool, typer.Option("--once", help="Import what is there now, then end.")] = False,
    json: JsonOption = False,
) -> None:
    """Import the exports that were put into the folder of the settings.

    Each goes on to the folder done/ or rejected/ in it, with the reasons beside it. A file that may still be written to
    is left alone.

    Example:
      mdm-sync incidents watch --once
    """
    if not once:
        raise SettingsError("Say --once: the folder is looked at once.")
    from mdm_sync.jobs import import_waiting

    installation = session_of(context).installation()
    _tell(import_waiting(installation), installation.texts, json=json)


def _tell(done: Sequence[Imported | Rejected], texts: Texts, *, json: bool) -> None:
    if json:
        write_json({"schema": "mdm-sync/incident-import/1", "files": [_document(one) for one in done]})
        return
    out = console()
    for one in done:
        if isinstance(one, Rejected):
            told = texts.text("%(file)s: rejected: %(reason)s") % {"file": one.file.name, "reason": one.reason}
            out.print(plain(told, 1000), style="bold red")
        else:
            _show(one, texts, out)
    if not done:
        out.print(texts.text("No file waits."))


def _show(done: Imported, texts: Texts, out: Console) -> None:
    counts = {
        "file": done.file.name,
        "new": len(done.intake.new),
        "changed": len(done.intake.changed),
        "repeated": done.intake.repeated + len(done.intake.doubles),
        "unreadable": len(done.unreadable),
    }
    told = texts.text(
        "%(file)s: %(new)d new, %(changed)d changed, %(repeated)d known already, %(unreadable)d lines not read"
    )
    out.print(plain(told % counts, LONGEST), style="bold")
    for double in done.intake.doubles:
        names = {"case": double.case_number, "of": double.of.case_number}
        out.print(plain("- " + texts.text("%(case)s is a second report of %(of)s.") % names, LONGEST))
    for reason in reasons(done.unreadable):
        out.print(plain(f"- {reason}", LONGEST), style="yellow")
    for question in done.questions:
        out.print(
            plain(f"- {question.incident.case_number}: {question_text(question, texts)}", LONGEST), style="yellow"
        )


def _document(done: Imported | Rejected) -> dict[str, object]:
    if isinstance(done, Rejected):
        return {"file": done.file.name, "rejected": done.reason}
    return {
        "file": done.file.name,
        "rejected": None,
        "new": len(done.intake.new),
        "changed": len(done.intake.changed),
        "repeated": done.intake.repeated,
        "doubles": [{"case_number": one.case_number, "of": one.of.case_number} for one in done.intake.doubles],
        "unreadable": [{"line": one.line, "field": one.field, "reason": one.reason} for one in done.unreadable],
        "questions": [
            {"case_number": one.incident.case_number, "nearest": one.nearest or None} for one in done.questions
        ],
    }


def question_text(question: OpenQuestion, texts: Texts) -> str:
    """What is open about a report, for people."""
    incident = question.incident
    told = texts.text("No device has %(name)s.") % {"name": incident.names}
    if question.nearest:
        told += " " + texts.text("Is it %(serial)s?") % {"serial": question.nearest}
    if question.tagged and incident.serial:
        names = {"tag": incident.asset_tag, "serial": question.tagged}
        told += " " + texts.text("The asset tag %(tag)s is on %(serial)s.") % names
    return told
