"""``mdm-sync outbox``: what waits to leave the house, and what becomes of it."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from mdm_sync.bootstrap import utc_now
from mdm_sync.cli.audit import note
from mdm_sync.cli.options import Format, FormatOption, TextFormat, TextFormatOption, session_of
from mdm_sync.cli.output import LONGEST_FACT, console, facts_table, plain, table, write_csv, write_json
from mdm_sync.core.harmless import one_line
from mdm_sync.errors import SettingsError
from mdm_sync.ports import Attempt, EntryState, OutboxRow, Texts

app = typer.Typer(help="What waits to leave the house.", no_args_is_help=True)

CSV_HEADER = ("id", "state", "kind", "recipient", "title", "attempts", "created_at", "due_at", "closed_at", "error")
STILL_HERE = (EntryState.WAITING, EntryState.FAILED, EntryState.PARKED)
SET_ASIDE = (EntryState.FAILED, EntryState.PARKED)

Number = Annotated[int, typer.Argument(help="The number that the list shows.")]


@app.command("list")
def list_entries(
    context: typer.Context,
    all_: Annotated[bool, typer.Option("--all", help="Show what left and what was dropped as well.")] = False,
    format_: FormatOption = Format.TABLE,
) -> None:
    """List what has not left, the latest first: what waits, what was refused, what was tried too often.

    Examples:
      mdm-sync outbox list

      mdm-sync outbox list --all --format csv > outbox.csv
    """
    installation = session_of(context).installation()
    with installation.state_to_ask() as state:
        rows = state.outbox.rows(tuple(EntryState) if all_ else STILL_HERE)
    match format_:
        case Format.TABLE:
            _show_list(rows, installation.texts, console())
        case Format.JSON:
            write_json({"schema": "mdm-sync/outbox/1", "entries": [_json(row) for row in rows]})
        case Format.CSV:
            write_csv(CSV_HEADER, (tuple(_json(row)[name] or "" for name in CSV_HEADER) for row in rows))


@app.command("show")
def show_entry(context: typer.Context, number: Number, format_: TextFormatOption = TextFormat.TABLE) -> None:
    """Show one entry: how it stands, every attempt to send it, and what it says.

    Example:
      mdm-sync outbox show 12
    """
    installation = session_of(context).installation()
    with installation.state_to_ask() as state:
        row = _known(state.outbox.row(number), number)
        tries = state.outbox.tries(number)
    note(installation, "outbox show", number)
    match format_:
        case TextFormat.TABLE:
            _show_one(row, tries, installation.legible(row.entry), installation.texts)
        case TextFormat.JSON:
            document = _json(row) | {"tries": [_try_json(one) for one in tries], "content": row.entry.content}
            write_json({"schema": "mdm-sync/outbox-entry/1", "entry": document})


@app.command("retry")
def retry_entries(
    context: typer.Context,
    numbers: Annotated[list[int] | None, typer.Argument(help="The numbers that the list shows.")] = None,
    all_: Annotated[bool, typer.Option("--all", help="All that has not left.")] = False,
) -> None:
    """Let entries be due now, as if they had never been tried; the next delivery sends them under the same key.

    Examples:
      mdm-sync outbox retry 12 13

      mdm-sync outbox retry --all
    """
    installation = session_of(context).installation()
    with installation.working_state("outbox retry") as state:
        rows = _chosen(state.outbox.rows(tuple(EntryState)), numbers or (), all_=all_)
        note(installation, "outbox retry", *(row.entry.entry_id for row in rows))
        for row in rows:
            state.outbox.retry(row.entry.entry_id, utc_now())
    texts = installation.texts
    told = texts.plural("%(number)d entry is due now.", "%(number)d entries are due now.", len(rows))
    console().print(told % {"number": len(rows)})


@app.command("drop")
def drop_entry(context: typer.Context, number: Number) -> None:
    """Give an entry up: it does not leave any more. It stays in the list of all.

    Example:
      mdm-sync outbox drop 12
    """
    installation = session_of(context).installation()
    with installation.working_state("outbox drop") as state:
        row = _not_gone(_known(state.outbox.row(number), number))
        note(installation, "outbox drop", number)
        state.outbox.drop(row.entry.entry_id, utc_now())
    console().print(installation.texts.text("Entry %(number)d is dropped.") % {"number": number})


def _chosen(rows: Sequence[OutboxRow], numbers: Sequence[int], *, all_: bool) -> list[OutboxRow]:
    if all_ == bool(numbers):
        raise SettingsError("Name the numbers of entries, or --all.")
    if all_:
        return [row for row in rows if row.state in STILL_HERE]
    by_number = {row.entry.entry_id: row for row in rows}
    return [_not_gone(_known(by_number.get(number), number)) for number in numbers]


def _known(row: OutboxRow | None, number: int) -> OutboxRow:
    if row is None:
        raise SettingsError(f"There is no entry {number}; mdm-sync outbox list --all shows them.")
    return row


def _not_gone(row: OutboxRow) -> OutboxRow:
    if row.state is EntryState.SENT:
        raise SettingsError(f"Entry {row.entry.entry_id} has left; nothing can be done about it any more.")
    return row


def _state_text(state: EntryState, texts: Texts) -> Text:
    words = {
        EntryState.WAITING: (texts.text("waits"), ""),
        EntryState.SENT: (texts.text("sent"), "green"),
        EntryState.FAILED: (texts.text("refused"), "bold red"),
        EntryState.PARKED: (texts.text("parked"), "bold red"),
        EntryState.DROPPED: (texts.text("dropped"), "dim"),
    }
    word, style = words[state]
    return Text(word, style=style)


def _show_list(rows: Sequence[OutboxRow], texts: Texts, out: Console) -> None:
    if not rows:
        out.print(texts.text("Nothing waits to leave."), style="green")
        return
    number, tries = texts.text("No."), texts.text("Tries")
    shown = table(
        *(number, texts.text("State"), texts.text("To"), texts.text("What"), tries, texts.text("Since")),
        texts.text("Why it is still here"),
        numbers=[number, tries],
    )
    for row in rows:
        shown.add_row(
            str(row.entry.entry_id),
            _state_text(row.state, texts),
            plain(row.recipient or row.entry.kind),
            plain(row.title),
            str(row.entry.attempts),
            texts.moment(row.created_at),
            plain(row.last_error or "", LONGEST_FACT),
        )
    out.print(shown)
    if any(row.state in SET_ASIDE for row in rows):
        out.print(
            texts.text("Mend the cause, then: mdm-sync outbox retry NUMBER; or give it up: mdm-sync outbox drop NUMBER")
        )


def _show_one(row: OutboxRow, tries: Sequence[Attempt], content: str, texts: Texts) -> None:
    out = console()
    facts: list[tuple[str, str | Text]] = [
        (texts.text("State"), _state_text(row.state, texts)),
        (texts.text("To"), row.recipient or row.entry.kind),
        (texts.text("Subject"), row.title),
        (texts.text("Since"), texts.moment(row.created_at)),
        (texts.text("Key"), row.entry.key),
    ]
    if row.state is EntryState.WAITING:
        facts.append((texts.text("Next try"), texts.moment(row.due_at)))
    facts += _tries(tries, texts)
    out.print(facts_table((name, value) for name, value in facts if value))
    out.print()
    for line in content.splitlines():
        out.print(plain(line, LONGEST_FACT))


def _tries(tries: Iterable[Attempt], texts: Texts) -> Iterator[tuple[str, str]]:
    for number, one in enumerate(tries, start=1):
        ended = one.error or texts.text("it left")
        told = ended if one.ended_at else texts.text("broke off without a word; it may have arrived")
        yield texts.text("Try %(number)d") % {"number": number}, f"{texts.moment(one.began_at)}: {told}"


def _json(row: OutboxRow) -> dict[str, object]:
    return {
        "id": row.entry.entry_id,
        "state": row.state.value,
        "kind": row.entry.kind,
        "recipient": row.recipient,
        "title": one_line(row.title),
        "key": row.entry.key,
        "attempts": row.entry.attempts,
        "created_at": row.created_at.isoformat(),
        "due_at": row.due_at.isoformat(),
        "closed_at": row.closed_at.isoformat() if row.closed_at else None,
        "error": row.last_error,
    }


def _try_json(one: Attempt) -> dict[str, object]:
    ended = one.ended_at.isoformat() if one.ended_at else None
    return {"began_at": one.began_at.isoformat(), "ended_at": ended, "error": one.error}
