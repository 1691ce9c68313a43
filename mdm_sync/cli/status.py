"""``mdm-sync status``: health at a glance."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated

import typer
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from mdm_sync.bootstrap import Installation, utc_now
from mdm_sync.cli.holds import hold_json
from mdm_sync.cli.options import Session, session_of
from mdm_sync.cli.output import console, indented, plain, table, write_csv, write_json
from mdm_sync.cli.source_words import age_text, is_stale, proof_text, trouble_text
from mdm_sync.cli.subjects import source_name
from mdm_sync.cli.verdict import Level, Verdict, verdict
from mdm_sync.core.brakes import HoldState
from mdm_sync.core.conditions import Conditions
from mdm_sync.core.harmless import one_line
from mdm_sync.core.views import Source
from mdm_sync.errors import MdmSyncError
from mdm_sync.ports import Health, Texts

CSV_HEADER = ("source", "complete_at", "error", "stale", "shrunk")


class StatusFormat(StrEnum):
    """How status writes its result: for people, programs and monitors."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    NAGIOS = "nagios"
    CHECKMK = "checkmk"


def status(
    context: typer.Context,
    all_: Annotated[bool, typer.Option("--all", help="Show every source, not only those in trouble.")] = False,
    format_: Annotated[
        StatusFormat, typer.Option("--format", help="How the result is written to standard output.")
    ] = StatusFormat.TABLE,
) -> None:
    """Show when what was read and by which proof, what is open and what waits to leave.

    With "nagios" one line, and 0 good, 1 warning, 2 critical, 3 unknown as exit code; with "checkmk" a local check.

    Examples:
      mdm-sync status

      mdm-sync status --all

      mdm-sync status --format json

      mdm-sync status --format nagios
    """
    session = session_of(context)
    match format_:
        case StatusFormat.NAGIOS:
            told = _verdict(session)
            print(told.for_nagios())
            raise typer.Exit(told.level)
        case StatusFormat.CHECKMK:
            print(_verdict(session).for_checkmk())
            return
    installation = session.installation()
    health, conditions = _health(installation)
    match format_:
        case StatusFormat.TABLE:
            _show(health, conditions, installation.texts, console(), every=all_)
        case StatusFormat.JSON:
            write_json(_document(health, conditions))
        case StatusFormat.CSV:
            write_csv(CSV_HEADER, (_source_row(source, conditions) for source in health.sources))


def _health(installation: Installation) -> tuple[Health, Conditions]:
    with installation.state_to_ask() as state:
        health = state.inquiry.health()
    return health, installation.conditions(utc_now())


def _verdict(session: Session) -> Verdict:
    """A monitor is told in its own way that nothing can be known."""
    try:
        installation = session.installation()
        health, conditions = _health(installation)
        silent = timedelta(minutes=installation.settings.monitoring.silent_minutes)
        return verdict(health, conditions, silent, installation.texts)
    except MdmSyncError as error:
        return Verdict(Level.UNKNOWN, one_line(str(error), 1000))


def _show(health: Health, conditions: Conditions, texts: Texts, out: Console, *, every: bool) -> None:
    last = texts.moment(health.last_cycle) if health.last_cycle else texts.text("never")
    out.print(texts.text("Last cycle: %(moment)s") % {"moment": last})
    counts = {"devices": texts.number(health.devices), "persons": texts.number(health.persons)}
    out.print(texts.text("Stored: %(devices)s devices, %(persons)s accounts") % counts)
    out.print()
    _show_sources(health.sources, conditions, texts, out, every=every)
    out.print()
    if health.open_by_rule:
        out.print(_open(health, texts))
    else:
        out.print(texts.text("No finding is open."))
    out.print()
    box = health.outbox
    facts = {"waiting": box.waiting, "failed": box.failed, "parked": box.parked, "sent": box.sent}
    told = texts.text("Outbox: %(waiting)d waiting, %(failed)d refused, %(parked)d parked, %(sent)d sent")
    out.print(told % facts, style="bold red" if box.failed or box.parked else "")
    _show_care(health, texts, out)
    if box.last_error:
        out.print(plain(box.last_error, 1000), style="yellow")


def _show_sources(
    sources: Sequence[Source], conditions: Conditions, texts: Texts, out: Console, *, every: bool
) -> None:
    """Jamf Pro first, and who is in trouble; the others are counted unless every source is wanted."""
    fine: list[Source] = []
    for source in sorted(sources, key=lambda one: (bool(one.school), one.name)):
        trouble = trouble_text(source, conditions, texts)
        if source.school and source.complete_at and not trouble and not every:
            fine.append(source)
            continue
        for line in _source_lines(source, trouble, conditions.now, texts):
            out.print(line)
    if fine:
        out.print(_others(fine, conditions.now, texts))


def _source_lines(source: Source, trouble: str, now: datetime, texts: Texts) -> Iterator[Text | Padding]:
    """The source and its age, then its trouble, then its proof."""
    grave = source.complete_at is None or source.shrunk
    style = "bold red" if grave else "yellow"
    age = (age_text(source, now, texts), style if source.complete_at is None else "")
    yield Text.assemble((source_name(source.name, texts), "bold"), ": ", age)
    if trouble:
        yield indented(Text(trouble, style=style))
    if proof := proof_text(source, texts):
        yield indented(Text(proof, style="dim"))


def _others(fine: Sequence[Source], now: datetime, texts: Texts) -> str:
    oldest = max(now - source.complete_at for source in fine if source.complete_at)
    told = texts.plural(
        "%(number)d directory read %(ago)s.", "%(number)d directories read, the oldest %(ago)s.", len(fine)
    )
    return told % {"number": len(fine), "ago": texts.ago(oldest)}


def _show_care(health: Health, texts: Texts, out: Console) -> None:
    """What people decided, and what waits for their decision."""
    waiting = sum(hold.state is HoldState.OPEN for hold in health.holds)
    out.print(texts.text("Acknowledged findings: %(number)d") % {"number": health.acknowledged})
    style = "bold red" if waiting else ""
    out.print(texts.text("Held back, waiting for a decision: %(number)d") % {"number": waiting}, style=style)
    for title in health.idle_exceptions:
        out.print(
            plain(texts.text("Exception ended or without use: %(title)s") % {"title": title}, 1000), style="yellow"
        )


def _open(health: Health, texts: Texts) -> Table:
    heading = texts.text("Open")
    rows = table(heading, texts.text("Rule"), texts.text("What"), numbers=[heading])
    for rule, number in sorted(health.open_by_rule.items()):
        rows.add_row(texts.number(number), rule, plain(texts.rule(rule).title))
    return rows


def _document(health: Health, conditions: Conditions) -> dict[str, object]:
    return {
        "schema": "mdm-sync/status/1",
        "last_cycle": _iso(health.last_cycle),
        "devices": health.devices,
        "persons": health.persons,
        "sources": [_source_json(source, conditions) for source in health.sources],
        "open": dict(sorted(health.open_by_rule.items())),
        "acknowledged": health.acknowledged,
        "holds": [hold_json(hold) for hold in health.holds],
        "exceptions_over": list(health.idle_exceptions),
        "outbox": {
            "waiting": health.outbox.waiting,
            "failed": health.outbox.failed,
            "parked": health.outbox.parked,
            "sent": health.outbox.sent,
            "last_error": health.outbox.last_error,
        },
    }


def _source_json(source: Source, conditions: Conditions) -> dict[str, object]:
    return {
        "name": source.name,
        "school": source.school or None,
        "complete_at": _iso(source.complete_at),
        "error": source.error,
        "stale": is_stale(source, conditions),
        "shrunk": source.shrunk,
        "proof": dict(source.proof) or None,
    }


def _source_row(source: Source, conditions: Conditions) -> tuple[object, ...]:
    complete_at, error = _iso(source.complete_at) or "", source.error or ""
    return (source.name, complete_at, error, int(is_stale(source, conditions)), int(source.shrunk))


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
