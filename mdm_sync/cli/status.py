"""``mdm-sync status``: health at a glance."""

from datetime import datetime

import typer
from rich.console import Console
from rich.table import Table

from mdm_sync.cli.options import Format, FormatOption, session_of
from mdm_sync.cli.output import console, plain, table, write_csv, write_json
from mdm_sync.core.views import Source
from mdm_sync.ports import Health, Texts


def status(context: typer.Context, format_: FormatOption = Format.TABLE) -> None:
    """Show when what was read, what is open and what waits to leave.

    Example:
      mdm-sync status
    """
    installation = session_of(context).installation()
    with installation.state_to_ask() as state:
        health = state.inquiry.health()
    match format_:
        case Format.TABLE:
            _show(health, installation.texts, console())
        case Format.JSON:
            write_json(_document(health))
        case Format.CSV:
            write_csv(("source", "complete_at", "error"), map(_source_row, health.sources))


def _show(health: Health, texts: Texts, out: Console) -> None:
    last = texts.moment(health.last_cycle) if health.last_cycle else texts.text("never")
    out.print(texts.text("Last cycle: %(moment)s") % {"moment": last})
    counts = {"devices": health.devices, "persons": health.persons}
    out.print(texts.text("Stored: %(devices)d devices, %(persons)d accounts") % counts)
    out.print()
    out.print(_sources(health.sources, texts))
    out.print()
    out.print(_open(health, texts))
    out.print()
    box = health.outbox
    facts = {"waiting": box.waiting, "failed": box.failed, "sent": box.sent}
    out.print(texts.text("Outbox: %(waiting)d waiting, %(failed)d refused, %(sent)d sent") % facts)
    if box.last_error:
        out.print(plain(box.last_error, 1000), style="yellow")


def _sources(sources: tuple[Source, ...], texts: Texts) -> Table:
    rows = table(texts.text("Source"), texts.text("Last complete read"), texts.text("Trouble"))
    for source in sources:
        moment = texts.moment(source.complete_at) if source.complete_at else texts.text("never")
        rows.add_row(source.name, moment, plain(source.error or "–", 1000))
    return rows


def _open(health: Health, texts: Texts) -> Table:
    heading = texts.text("Open")
    rows = table(heading, texts.text("Rule"), texts.text("What"), numbers=[heading])
    for rule, number in sorted(health.open_by_rule.items()):
        rows.add_row(str(number), rule, texts.rule(rule).title)
    return rows


def _document(health: Health) -> dict[str, object]:
    return {
        "schema": "mdm-sync/status/1",
        "last_cycle": _iso(health.last_cycle),
        "devices": health.devices,
        "persons": health.persons,
        "sources": [
            {"name": one.name, "complete_at": _iso(one.complete_at), "error": one.error} for one in health.sources
        ],
        "open": dict(sorted(health.open_by_rule.items())),
        "outbox": {
            "waiting": health.outbox.waiting,
            "failed": health.outbox.failed,
            "sent": health.outbox.sent,
            "last_error": health.outbox.last_error,
        },
    }


def _source_row(source: Source) -> tuple[object, ...]:
    return (source.name, _iso(source.complete_at) or "", source.error or "")


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
