"""``mdm-sync reconcile``: one cycle, now."""

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from mdm_sync.cli.delivery_text import show_delivery
from mdm_sync.cli.exits import Exit
from mdm_sync.cli.finding_formats import CSV_HEADER, csv_row, finding_json
from mdm_sync.cli.holds import hold_json, told
from mdm_sync.cli.options import Format, FormatOption, SeverityOption, session_of
from mdm_sync.cli.output import LONGEST_FACT, console, plain, progress_bars, severity_text, table, write_csv, write_json
from mdm_sync.cli.plan import plan_json, show_plan
from mdm_sync.cli.subjects import INVENTORY, source_name
from mdm_sync.core.brakes import HoldState
from mdm_sync.core.lifecycle import TransitionKind
from mdm_sync.core.model import Severity
from mdm_sync.core.news import severity_of
from mdm_sync.ports import OpenFinding, Texts

if TYPE_CHECKING:
    from mdm_sync.cycle import CycleResult
    from mdm_sync.equipment import SourceOutcome
    from mdm_sync.jobs import Reconciliation

MOST_SCHOOLS = 4
"""Schools named in a row of the table; more are counted."""


def reconcile(
    context: typer.Context,
    school: Annotated[
        list[str] | None,
        typer.Option("--school", metavar="N", help="Only this school; may be repeated."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Do everything on a private copy: keep, mail and push nothing.")
    ] = False,
    offline: Annotated[bool, typer.Option("--offline", help="Use no network: judge what is stored.")] = False,
    full: Annotated[
        bool,
        typer.Option("--full", help="Read all of Jamf Pro and look at every school, even if what changed would do."),
    ] = False,
    format_: FormatOption = Format.TABLE,
    fail_on: Annotated[
        SeverityOption | None, typer.Option("--fail-on", help="End with code 4 if a finding is at or above this.")
    ] = None,
) -> None:
    """Run one cycle now: read Jamf Pro and the IServ directories, match, list what is wrong, mail and push it.

    Ends with 0 done, 1 failed, 2 wrong usage or settings, 5 a brake holds something back, 3 some source was not read
    (the rest is reconciled), 4 findings at or above --fail-on; of these the first that applies.

    Examples:
      mdm-sync reconcile

      mdm-sync reconcile --dry-run --format json

      mdm-sync reconcile --school 190001 --fail-on critical
    """
    from mdm_sync.cycle import Scope
    from mdm_sync.jobs import reconcile as run

    installation = session_of(context).installation()
    with progress_bars(installation.texts) as progress:
        scope = Scope(only=tuple(school or ()), offline=offline, full=full, changes_within=installation.changes_within)
        done = run(installation, progress, scope, dry_run=dry_run)
    match format_:
        case Format.TABLE:
            _show(done, installation.texts)
        case Format.JSON:
            write_json(_document(done))
        case Format.CSV:
            write_csv(CSV_HEADER, map(csv_row, done.cycle.findings))
    raise typer.Exit(_exit_code(done, fail_on))


def _exit_code(done: "Reconciliation", fail_on: SeverityOption | None) -> Exit:
    if done.cycle.waits:
        return Exit.HELD
    if done.cycle.incomplete:
        return Exit.UNREAD
    worst = severity_of(found.place.finding for found in done.cycle.findings)
    if fail_on and worst and worst >= fail_on.severity:
        return Exit.FINDINGS
    return Exit.DONE


def _show(done: "Reconciliation", texts: Texts) -> None:
    out = console()
    if done.dry_run:
        out.print(texts.text("Dry run: nothing is kept, mailed or pushed."), style="bold")
    _show_sources(done.cycle.sources, texts, out)
    _show_findings(done.cycle, texts, out)
    if done.dry_run:
        show_plan(done.cycle, texts, out)
    out.print(_change_line(done, texts))
    _show_holds(done.cycle, texts, out)
    _show_exceptions(done.cycle, texts, out)
    _show_delivery(done, texts, out)


def _show_sources(sources: Sequence["SourceOutcome"], texts: Texts, out: Console) -> None:
    read = [source for source in sources if not source.error]
    for source in read:
        if source.school is None:
            out.print(_rows_read(source, texts))
    schools = [source for source in read if source.school]
    if schools:
        told = texts.plural(
            "IServ: %(rows)d accounts of %(schools)d school read.",
            "IServ: %(rows)d accounts of %(schools)d schools read.",
            len(schools),
        )
        out.print(told % {"schools": len(schools), "rows": sum(source.rows for source in schools)})
    if len(read) < len(sources):
        out.print(texts.text("NOT READ, the last complete read stays in force:"), style="bold red")
    for source in sources:
        if source.error:
            out.print(plain(f"{source_name(source.name, texts)}: {source.error}", LONGEST_FACT))
        if source.unreadable:
            told = texts.plural(
                "%(source)s: %(number)d record could not be read.",
                "%(source)s: %(number)d records could not be read.",
                source.unreadable,
            )
            out.print(told % {"source": source_name(source.name, texts), "number": source.unreadable}, style="yellow")
    out.print()


def _rows_read(source: "SourceOutcome", texts: Texts) -> str:
    if source.name == INVENTORY:
        told = texts.plural("Inventory: %(rows)d machine read.", "Inventory: %(rows)d machines read.", source.rows)
    else:
        told = texts.plural("Jamf Pro: %(rows)d device read.", "Jamf Pro: %(rows)d devices read.", source.rows)
    return told % {"rows": source.rows}


def _show_findings(cycle: "CycleResult", texts: Texts, out: Console) -> None:
    if not cycle.findings:
        out.print(_nothing_found(cycle, texts))
        return
    headings = [
        texts.text("Severity"),
        texts.text("Rule"),
        texts.text("What"),
        texts.text("Open"),
        texts.text("Schools"),
    ]
    rows = table(*headings, numbers=[headings[3]])
    for (severity, rule), some in _by_rule(cycle.findings).items():
        title = plain(texts.rule(rule).title)
        rows.add_row(severity_text(severity, texts), rule, title, str(len(some)), plain(_schools(some, texts)))
    out.print(rows)
    out.print()


def _nothing_found(cycle: "CycleResult", texts: Texts) -> str:
    if cycle.incomplete:
        return texts.text("No finding is open, but not everything was read.")
    return texts.text("Nothing is wrong.")


def _by_rule(findings: Sequence[OpenFinding]) -> dict[tuple[Severity, str], list[OpenFinding]]:
    groups: defaultdict[tuple[Severity, str], list[OpenFinding]] = defaultdict(list)
    for found in findings:
        groups[found.place.finding.severity, found.place.finding.rule].append(found)
    return dict(groups)


def _schools(findings: Sequence[OpenFinding], texts: Texts) -> str:
    names = sorted({_school(found, texts) for found in findings})
    named = ", ".join(names[:MOST_SCHOOLS])
    more = len(names) - MOST_SCHOOLS
    return named if more <= 0 else named + texts.text(" and %(number)d more") % {"number": more}


def _school(found: OpenFinding, texts: Texts) -> str:
    return found.place.school_name or found.place.finding.school or texts.text("district")


def _change_line(done: "Reconciliation", texts: Texts) -> str:
    cycle = done.cycle
    counts = {
        "opened": cycle.count(TransitionKind.OPENED),
        "reopened": cycle.count(TransitionKind.REOPENED),
        "resolved": cycle.count(TransitionKind.RESOLVED),
        "open": len(cycle.findings),
    }
    if not cycle.transitions:
        open_now = texts.plural("%(open)d finding is open.", "%(open)d findings are open.", counts["open"])
        return texts.text("No change.") + " " + open_now % counts
    return texts.text("New %(opened)d, back again %(reopened)d, solved %(resolved)d; %(open)d open.") % counts


def _show_holds(cycle: "CycleResult", texts: Texts, out: Console) -> None:
    waiting = [hold for hold in cycle.holds if hold.state is HoldState.OPEN]
    if waiting:
        out.print(texts.text("HELD BACK, too large to be believed; see mdm-sync holds list:"), style="bold red")
    names = {found.place.finding.school: found.place.school_name for found in cycle.findings}
    for hold in waiting:
        out.print(plain(told(hold, names.get(hold.school, ""), texts), LONGEST_FACT))


def _show_exceptions(cycle: "CycleResult", texts: Texts, out: Console) -> None:
    if cycle.exceptions_over:
        out.print(texts.text("Exceptions that have ended or fit nothing any more:"), style="yellow")
    for title in cycle.exceptions_over or ():
        out.print(plain(title, LONGEST_FACT))


def _show_delivery(done: "Reconciliation", texts: Texts, out: Console) -> None:
    kinds = {"mail": texts.text("mail"), "summary": texts.text("summary")}
    if done.dry_run and done.cycle.entries:
        names = ", ".join(kinds.get(entry.kind, entry.kind) for entry in done.cycle.entries)
        out.print(texts.text("Would leave: %(names)s.") % {"names": names})
    show_delivery(done.delivery, texts, out)


def _document(done: "Reconciliation") -> dict[str, object]:
    cycle = done.cycle
    return {
        "schema": "mdm-sync/reconcile/1",
        "started": cycle.started.isoformat(),
        "finished": cycle.finished.isoformat(),
        "dry_run": done.dry_run,
        "sources": [_source_json(source) for source in cycle.sources],
        "transitions": {kind.value: cycle.count(kind) for kind in TransitionKind},
        "plan": plan_json(cycle),
        "holds": [hold_json(hold) for hold in cycle.holds],
        "exceptions_over": cycle.exceptions_over,
        "findings": [finding_json(found) for found in cycle.findings],
        "outbox": {
            "new": [entry.kind for entry in cycle.entries],
            "sent": done.delivery.sent,
            "errors": list(done.delivery.errors),
        },
    }


def _source_json(source: "SourceOutcome") -> dict[str, object]:
    changes = source.changes
    return {
        "name": source.name,
        "school": source.school,
        "error": source.error,
        "rows": source.rows,
        "unreadable": source.unreadable,
        "added": changes.added,
        "changed": changes.changed,
        "missing": changes.missing,
        "removed": changes.removed,
    }
