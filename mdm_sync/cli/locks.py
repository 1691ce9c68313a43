"""``mdm-sync locks``: what was asked of Lost Mode, by whom, and what became of it."""

from typing import Annotated

import typer

from mdm_sync.cli.lock_text import LONGEST, outcome_word, reason
from mdm_sync.cli.options import Format, FormatOption, session_of
from mdm_sync.cli.output import console, plain, table, write_csv, write_json
from mdm_sync.core.lock_orders import FOR_A_PERSON, LockOrder, Outcome, last_of_each
from mdm_sync.ports import Texts

WAITING: frozenset[Outcome | None] = FOR_A_PERSON | {None}
"""Outcomes after which somebody has something to do."""
CSV_HEADER = (
    *("order", "kind", "serial", "incident", "asked_by", "automatic", "asked_at"),
    *("outcome", "command", "closed_at", "why"),
)


def locks(
    context: typer.Context,
    waiting: Annotated[
        bool, typer.Option("--waiting", help="Only those that were held, refused or not taken, or are not known yet.")
    ] = False,
    format_: FormatOption = Format.TABLE,
) -> None:
    """List what was asked of Lost Mode: who, when, why, and what became of it.

    A lock that was held is sent by mdm-sync lock SERIAL --incident N.

    Examples:
      mdm-sync locks --waiting

      mdm-sync locks --format csv > locks.csv
    """
    installation = session_of(context).installation()
    with installation.state_to_ask() as state:
        orders = state.lock_orders.orders()
    found = [one for one in last_of_each(orders) if one.outcome in WAITING] if waiting else list(orders)
    match format_:
        case Format.TABLE:
            _show(found, installation.texts)
        case Format.JSON:
            write_json({"schema": "mdm-sync/locks/1", "orders": [order_json(one) for one in found]})
        case Format.CSV:
            write_csv(
                CSV_HEADER, (["" if cell is None else cell for cell in order_json(one).values()] for one in found)
            )


def order_json(order: LockOrder) -> dict[str, object]:
    """An order in a JSON document, its keys in the order of CSV_HEADER."""
    return {
        "order": order.number,
        "kind": order.kind,
        "serial": order.serial,
        "incident": order.incident,
        "asked_by": order.asked_by,
        "automatic": order.automatic,
        "asked_at": order.asked_at.isoformat(),
        "outcome": order.outcome.value if order.outcome else None,
        "command": order.command_uuid,
        "closed_at": order.closed_at.isoformat() if order.closed_at else None,
        "why": order.why,
    }


def _show(orders: list[LockOrder], texts: Texts) -> None:
    out = console()
    if not orders:
        out.print(texts.text("Nothing was asked of Lost Mode."))
        return
    numbers = [texts.text("No."), texts.text("Incident")]
    rows = table(
        numbers[0],
        texts.text("Lost Mode"),
        texts.text("Device"),
        numbers[1],
        texts.text("Asked by"),
        texts.text("Asked"),
        texts.text("Outcome"),
        texts.text("Why"),
        numbers=numbers,
    )
    for one in orders:
        rows.add_row(
            str(one.number),
            texts.text("on") if one.kind == "enable" else texts.text("off"),
            plain(one.serial),
            str(one.incident or ""),
            plain(one.asked_by),
            texts.moment(one.asked_at),
            outcome_word(one.outcome, texts),
            plain(reason(one, texts), LONGEST),
        )
    out.print(rows)
