"""``mdm-sync watch``: the loss watch, now."""

from typing import TYPE_CHECKING

import typer
from rich.console import Console

from mdm_sync.cli.delivery_text import show_delivery
from mdm_sync.cli.exits import Exit
from mdm_sync.cli.finding_formats import CSV_HEADER, csv_row, finding_json
from mdm_sync.cli.lock_text import order_end
from mdm_sync.cli.locks import order_json
from mdm_sync.cli.options import Format, FormatOption, session_of
from mdm_sync.cli.output import console, no_progress, plain, severity_text, table, write_csv, write_json
from mdm_sync.core.lifecycle import TransitionKind
from mdm_sync.ports import Texts

if TYPE_CHECKING:
    from mdm_sync.jobs import Watch


def watch(context: typer.Context, format_: FormatOption = Format.TABLE) -> None:
    """Look at what is stolen, lost or locked: a handful of calls to Jamf Pro, however many devices there are.

    Judges the rules about losses alone, and mails what is new. With locking.automatic in the settings it first locks
    what is newly reported as stolen.

    Ends with 0 done, 1 failed, 2 wrong usage or settings, 5 a new lock was held back (mdm-sync locks), 3 Jamf Pro was
    not read.

    Example:
      mdm-sync watch
    """
    from mdm_sync.jobs import watch as run

    installation = session_of(context).installation()
    done = run(installation, no_progress)
    match format_:
        case Format.TABLE:
            _show(done, installation.texts, console())
        case Format.JSON:
            write_json(_document(done))
        case Format.CSV:
            write_csv(CSV_HEADER, map(csv_row, done.result.findings))
    raise typer.Exit(_exit_code(done))


def _exit_code(done: "Watch") -> Exit:
    if done.locks.held:
        return Exit.HELD
    return Exit.UNREAD if done.result.source.error or done.locks.errors else Exit.DONE


def _show(done: "Watch", texts: Texts, out: Console) -> None:
    result = done.result
    for order in (*done.locks.sent, *done.locks.held):
        out.print(plain(f"{order.serial}: {order_end(order, texts)}", 1000), style="yellow")
    for error in done.locks.errors:
        out.print(plain(error, 1000), style="bold red")
    told = texts.plural("Jamf Pro: %(rows)d device read.", "Jamf Pro: %(rows)d devices read.", result.source.rows)
    out.print(told % {"rows": result.source.rows})
    if result.source.error:
        out.print(texts.text("NOT READ, the last complete read stays in force:"), style="bold red")
        out.print(plain(result.source.error, 1000))
    rows = table(texts.text("Severity"), texts.text("Rule"), texts.text("Device"), texts.text("School"))
    for found in result.findings:
        place, finding = found.place, found.place.finding
        school = plain(f"{place.school_name} ({finding.school})")
        rows.add_row(severity_text(finding.severity, texts), finding.rule, plain(place.serial), school)
    if result.findings:
        out.print(rows)
    counts = {"opened": _count(done, "opened"), "reopened": _count(done, "reopened")}
    counts |= {"resolved": _count(done, "resolved"), "open": len(result.findings)}
    out.print(texts.text("New %(opened)d, back again %(reopened)d, solved %(resolved)d; %(open)d open.") % counts)
    show_delivery(done.delivery, texts, out)


def _document(done: "Watch") -> dict[str, object]:
    result = done.result
    return {
        "schema": "mdm-sync/watch/1",
        "started": result.started.isoformat(),
        "finished": result.finished.isoformat(),
        "read": result.source.rows,
        "changed": result.source.changes.added + result.source.changes.changed,
        "error": result.source.error,
        "transitions": {kind.value: _count(done, kind.value) for kind in TransitionKind},
        "findings": [finding_json(found) for found in result.findings],
        "sent": done.delivery.sent,
        "errors": list(done.delivery.errors),
        "locks": {
            "sent": [order_json(one) for one in done.locks.sent],
            "held": [order_json(one) for one in done.locks.held],
            "errors": list(done.locks.errors),
        },
    }


def _count(done: "Watch", kind: str) -> int:
    return sum(step.kind.value == kind for step in done.result.transitions)
