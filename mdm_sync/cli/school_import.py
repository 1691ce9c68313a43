"""``mdm-sync schools import``: the register made and kept up from the state's open data."""

import sys
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from mdm_sync.bootstrap import Installation, open_data, utc_now
from mdm_sync.cli.options import session_of
from mdm_sync.cli.output import console, plain, table
from mdm_sync.core.register_plan import FieldChange, RegisterPlan, Successor, plan_import
from mdm_sync.core.school_forms import form_name
from mdm_sync.errors import SettingsError
from mdm_sync.ports import PublishedRead, Texts

MOST_UNREADABLE = 10
"""Lines that are told one by one; more are counted."""
MOST_PROVIDERS = 5
LONGEST = 1000
Line = tuple[str, str, str, str]


def import_schools(
    context: typer.Context,
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            exists=True,
            dir_okay=False,
            readable=True,
            help="The ministry's schuldaten.csv: www.schulministerium.nrw.de, Open Data.",
        ),
    ],
    traeger: Annotated[
        list[str] | None,
        typer.Option("--traeger", metavar="N", help="Only new schools of this Traegernummer; may be repeated."),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Write without asking.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would change.")] = False,
) -> None:
    """Make the register, or bring it up to date, from the open data on the schools of North Rhine-Westphalia.

    Shows what would change and asks. New schools come in as "not connected". Of schools that are there, name and form
    are brought up to date; everything else in the register stays as it is, and nothing is ever removed.
    The register as it was lies beside it afterwards, under its name and .bak.

    Examples:
      mdm-sync schools import schuldaten.csv --traeger 10297 --dry-run

      mdm-sync schools import schuldaten.csv --traeger 10297

      mdm-sync schools import schuldaten.csv --traeger 10297 --yes
    """
    installation = session_of(context).installation()
    register = installation.register()
    read = open_data(file)
    refuse_unknown_providers(read, traeger or [])
    known = register.known()
    plan = plan_import(known, read.schools, providers=frozenset(traeger or ()), on=utc_now().date())
    out, texts = console(), installation.texts
    show_read(read, plan, texts, out)
    _show_plan(plan, texts, out)
    if not traeger:
        _show_providers(plan, texts, out)
    if _is_to_be_written(plan, installation, yes=yes, dry_run=dry_run):
        backup = register.update(plan)
        out.print(texts.text("Written: %(file)s") % {"file": installation.settings.schools.register_file})
        if backup:
            out.print(texts.text("As it was before: %(file)s") % {"file": backup})


def refuse_unknown_providers(read: PublishedRead, providers: list[str]) -> None:
    """Raise SettingsError where no school in the file has one of these Traegernummern."""
    found = {school.provider for school in read.schools}
    if unknown := [provider for provider in providers if provider not in found]:
        raise SettingsError(
            f"No school in the file has the Traegernummer {', '.join(unknown)}. "
            "The column Traegernummer shows them; the ministry's list key_traeger says whose they are."
        )


def _is_to_be_written(plan: RegisterPlan, installation: Installation, *, yes: bool, dry_run: bool) -> bool:
    texts = installation.texts
    if not plan.writes:
        typer.echo(texts.text("The register is up to date."))
        return False
    if dry_run:
        typer.echo(texts.text("Dry run: nothing is written."))
        return False
    if yes:
        return True
    if not sys.stdin.isatty():
        raise SettingsError(
            "Nothing is written: there is no terminal to ask on. "
            "With --yes it is written without asking; with --dry-run it is only shown."
        )
    asked = texts.text("Write this into %(file)s?") % {"file": installation.settings.schools.register_file}
    if typer.confirm(asked, default=False, err=True):
        return True
    typer.echo(texts.text("Nothing is written."))
    return False


def show_read(read: PublishedRead, plan: RegisterPlan, texts: Texts, out: Console) -> None:
    """How many schools are in the file, and what of it is left out."""
    told = texts.plural("%(number)d school in the file.", "%(number)d schools in the file.", len(read.schools))
    out.print(told % {"number": len(read.schools)}, style="bold")
    for number, words in _left_out(read, plan, texts):
        if number:
            out.print(words % {"number": number})
    if read.unreadable:
        told = texts.plural(
            "%(number)d line could not be read and is left out:",
            "%(number)d lines could not be read and are left out:",
            len(read.unreadable),
        )
        out.print(told % {"number": len(read.unreadable)}, style="yellow")
    for one in read.unreadable[:MOST_UNREADABLE]:
        where = f"{one.field}: " if one.field else ""
        line = texts.text("line %(line)d: %(reason)s") % {"line": one.line, "reason": f"{where}{one.reason}"}
        out.print(plain(f"- {line}", LONGEST))
    out.print()


def _left_out(read: PublishedRead, plan: RegisterPlan, texts: Texts) -> Iterator[tuple[int, str]]:
    yield (
        read.authorities,
        texts.plural(
            "Left out: %(number)d authority or other entry that is no school.",
            "Left out: %(number)d authorities and other entries that are no schools.",
            read.authorities,
        ),
    )
    yield (
        plan.other_providers,
        texts.plural(
            "Left out: %(number)d school of another Träger.",
            "Left out: %(number)d schools of other Träger.",
            plan.other_providers,
        ),
    )
    yield (
        plan.not_in_operation,
        texts.plural(
            "Left out: %(number)d school that is closed or rests.",
            "Left out: %(number)d schools that are closed or rest.",
            plan.not_in_operation,
        ),
    )


def _show_plan(plan: RegisterPlan, texts: Texts, out: Console) -> None:
    lines = list(_lines(plan, texts))
    if lines:
        out.print(_table(lines, texts))
        out.print()
    if plan.successors:
        out.print(texts.text("Probably one school under a new number:"), style="bold yellow")
        for one in plan.successors:
            out.print(plain(f"- {_succession(one, texts)}", LONGEST))
        told = texts.text(
            "To keep what the register says of such a school, write its new number into its line by hand; "
            "delete the line that was added for the new number, if there is one."
        )
        out.print(told)
        out.print()
    counts = {
        "added": len(plan.added),
        "changed": len({change.school for change in plan.changed}),
        "closed": len(plan.closed),
        "unknown": len(plan.unknown),
        "unchanged": plan.unchanged,
    }
    told = texts.text(
        "%(added)d new, %(changed)d changed, %(closed)d closed, %(unknown)d not in the file, %(unchanged)d unchanged"
    )
    out.print(told % counts, style="bold")


def _show_providers(plan: RegisterPlan, texts: Texts, out: Console) -> None:
    """A file of the whole state holds 5,500 schools: whoever forgets --traeger is told before it is too late."""
    providers = Counter(school.provider for school in plan.added)
    if len(providers) < 2:  # noqa: PLR2004 - one provider needs no choice
        return
    told = texts.text("The new schools are run by %(number)d Träger; --traeger takes only one's. Most have: %(most)s")
    most = ", ".join(f"{provider or '–'} ({count})" for provider, count in providers.most_common(MOST_PROVIDERS))
    out.print(plain(told % {"number": len(providers), "most": most}, LONGEST), style="yellow")


def _lines(plan: RegisterPlan, texts: Texts) -> Iterator[Line]:
    for new in plan.added:
        yield texts.text("new"), new.number, new.name, form_name(new.form)
    for change in plan.changed:
        yield texts.text("changed"), change.school, change.name, _change(change, texts)
    for closed in plan.closed:
        since = closed.since
        told = texts.text("closed since %(day)s; stays until its line is deleted") if since else texts.text("closed")
        yield texts.text("closed"), closed.school.number, closed.school.name, told % {"day": _day(since)}
    for school in plan.unknown:
        yield texts.text("not in the file"), school.number, school.name, texts.text("stays until its line is deleted")


def _table(lines: list[Line], texts: Texts) -> Table:
    rows = table("", texts.text("School"), texts.text("Name"), texts.text("What"))
    for what, number, name, told in lines:
        rows.add_row(what, plain(number), plain(name), plain(told, LONGEST))
    return rows


def _change(change: FieldChange, texts: Texts) -> str:
    if change.field == "form":
        values = {"old": form_name(change.old) or "–", "new": form_name(change.new)}
        return texts.text("form: %(old)s → %(new)s") % values
    return texts.text("name: %(old)s → %(new)s") % {"old": change.old or "–", "new": change.new}


def _succession(one: Successor, texts: Texts) -> str:
    reasons = [
        texts.text("same address") if one.same_address else "",
        texts.text("same name") if one.same_name else "",
    ]
    why = ", ".join(reason for reason in reasons if reason)
    return f"{one.old.number} {one.old.name} → {one.new.number} {one.new.name} ({why})"


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""
