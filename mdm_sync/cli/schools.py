"""``mdm-sync schools``: which schools there are, and where their register comes from."""

from collections.abc import Mapping
from pathlib import Path

import typer
from rich.console import Console

from mdm_sync.bootstrap import Installation
from mdm_sync.cli.exits import Exit
from mdm_sync.cli.options import Format, FormatOption, session_of
from mdm_sync.cli.output import console, plain, table, write_csv, write_json
from mdm_sync.cli.school_import import import_schools
from mdm_sync.core.model import School, Stage
from mdm_sync.core.school_forms import form_name
from mdm_sync.core.views import Source
from mdm_sync.errors import MdmSyncError
from mdm_sync.ports import RegisterCheck, Texts

app = typer.Typer(help="Which schools there are.", no_args_is_help=True)
app.command("import")(import_schools)

CSV_HEADER = ("school", "name", "form", "form_name", "stage", "sites", "directory", "complete_at", "error")
LONGEST = 1000


@app.command("list")
def list_schools(context: typer.Context, format_: FormatOption = Format.TABLE) -> None:
    """List the schools of the register, and how the last reads of their directories went.

    Examples:
      mdm-sync schools list

      mdm-sync schools list --format csv > schools-list.csv
    """
    installation = session_of(context).installation()
    schools = installation.schools()
    sources = _sources(installation)
    match format_:
        case Format.TABLE:
            _show_list(schools, sources, installation.texts)
        case Format.JSON:
            listed = [_document(school, sources.get(school.source)) for school in schools]
            write_json({"schema": "mdm-sync/schools/1", "schools": listed})
        case Format.CSV:
            write_csv(CSV_HEADER, (_csv_row(school, sources.get(school.source)) for school in schools))


@app.command("check")
def check_schools(context: typer.Context) -> None:
    """Check the register: all problems and all oddities at once, with their lines.

    Ends with 0 where it can be read, 2 where it cannot.

    Example:
      mdm-sync schools check
    """
    installation = session_of(context).installation()
    check = installation.register().check()
    show_check(check, installation.settings.schools.register_file, installation.texts, console())
    if check.problems:
        raise typer.Exit(Exit.USAGE)


def _sources(installation: Installation) -> Mapping[str, Source]:
    """How the sources stand, by name; a store that cannot be asked is told on standard error."""
    try:
        with installation.state_to_ask() as state:
            return {source.name: source for source in state.inquiry.health().sources}
    except MdmSyncError as error:
        typer.echo(f"mdm-sync: {error}", err=True)
        return {}


def _show_list(schools: tuple[School, ...], sources: Mapping[str, Source], texts: Texts) -> None:
    out = console()
    if not schools:
        out.print(texts.text("The register holds no school: mdm-sync schools import FILE"), style="yellow")
        return
    rows = table(
        texts.text("School"),
        texts.text("Name"),
        texts.text("Form"),
        texts.text("Stage"),
        texts.text("Sites"),
        texts.text("Directory"),
        texts.text("Last complete read"),
        texts.text("Trouble"),
    )
    for school in schools:
        source = sources.get(school.source)
        rows.add_row(
            school.number,
            plain(school.name),
            plain(form_name(school.form)),
            _stage(school.stage, texts),
            plain(", ".join(school.sites) or "–"),
            texts.text("yes") if school.directory else texts.text("no"),
            texts.moment(source.complete_at) if source and source.complete_at else texts.text("never"),
            plain((source and source.error) or "–", LONGEST),
        )
    out.print(rows)


def _stage(stage: Stage, texts: Texts) -> str:
    words = {
        Stage.NOT_CONNECTED: texts.text("not connected"),
        Stage.OBSERVED: texts.text("observed"),
        Stage.LIVE: texts.text("live"),
    }
    return words[stage]


def show_check(check: RegisterCheck, path: Path, texts: Texts, out: Console) -> None:
    """Print what is to be said of a register."""
    for note in check.problems:
        out.print(plain(f"{path}, {note}", LONGEST), style="red")
    for note in check.warnings:
        out.print(plain(f"{path}, {note}", LONGEST), style="yellow")
    schools = texts.plural("%(number)d school", "%(number)d schools", check.schools)
    problems = texts.plural("%(number)d problem", "%(number)d problems", len(check.problems))
    oddities = texts.plural("%(number)d oddity", "%(number)d oddities", len(check.warnings))
    counts = (
        schools % {"number": check.schools},
        problems % {"number": len(check.problems)},
        oddities % {"number": len(check.warnings)},
    )
    out.print(", ".join(counts), style="bold")


def _document(school: School, source: Source | None) -> dict[str, object]:
    return {
        "school": school.number,
        "name": school.name,
        "form": school.form,
        "form_name": form_name(school.form),
        "campus": school.campus,
        "support": school.support,
        "stage": school.stage,
        "sites": list(school.sites),
        "directory": school.directory is not None,
        "complete_at": source.complete_at.isoformat() if source and source.complete_at else None,
        "error": source.error if source else None,
    }


def _csv_row(school: School, source: Source | None) -> tuple[object, ...]:
    return (
        school.number,
        school.name,
        school.form,
        form_name(school.form),
        school.stage,
        "|".join(school.sites),
        int(school.directory is not None),
        source.complete_at.isoformat() if source and source.complete_at else "",
        (source and source.error) or "",
    )
