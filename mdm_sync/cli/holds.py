"""``mdm-sync holds``: what a brake kept back, and what becomes of it."""

from dataclasses import replace
from typing import Annotated

import typer

from mdm_sync.bootstrap import Installation, utc_now
from mdm_sync.cli.audit import note
from mdm_sync.cli.deciding import deciding_user
from mdm_sync.cli.options import Format, FormatOption, session_of
from mdm_sync.cli.output import console, plain, table, write_csv, write_json
from mdm_sync.core.brakes import Hold, HoldState
from mdm_sync.core.hold_text import hold_text
from mdm_sync.errors import SettingsError
from mdm_sync.ports import Texts

app = typer.Typer(help="What a brake kept back.", no_args_is_help=True)

CSV_HEADER = ("id", "state", "ring", "rule", "school", "direction", "number", "of", "since", "who", "why")
LONGEST = 1000

Number = Annotated[int, typer.Argument(help="The number that the list shows.")]
Why = Annotated[str, typer.Option("--why", help="The reason; it is kept with your name.")]


@app.command("list")
def list_holds(
    context: typer.Context,
    all_: Annotated[bool, typer.Option("--all", help="Show the holds that are closed as well.")] = False,
    format_: FormatOption = Format.TABLE,
) -> None:
    """List what waits for a decision.

    Examples:
      mdm-sync holds list

      mdm-sync holds list --all --format csv > holds.csv
    """
    installation = session_of(context).installation()
    with installation.state_to_ask() as state:
        holds = state.decisions.holds(closed=all_)
    match format_:
        case Format.TABLE:
            _show_list(holds, installation)
        case Format.JSON:
            write_json({"schema": "mdm-sync/holds/1", "holds": [hold_json(hold) for hold in holds]})
        case Format.CSV:
            write_csv(CSV_HEADER, map(_csv_row, holds))


@app.command("show")
def show_hold(context: typer.Context, number: Number, format_: FormatOption = Format.TABLE) -> None:
    """Show one hold: what was kept back, since when, and who decided.

    Example:
      mdm-sync holds show 3
    """
    installation = session_of(context).installation()
    with installation.state_to_ask() as state:
        hold = _known(state.decisions.hold(number), number)
    match format_:
        case Format.TABLE:
            _show_one(hold, installation)
        case Format.JSON:
            write_json({"schema": "mdm-sync/hold/1", "hold": hold_json(hold)})
        case Format.CSV:
            write_csv(CSV_HEADER, [_csv_row(hold)])


@app.command("accept")
def accept_hold(context: typer.Context, number: Number, why: Why) -> None:
    """Say that it is true: the next cycle lets it through, if it has not grown by more than a tenth.

    Example:
      mdm-sync holds accept 3 --why "The school moved to a new server; talked to its admin."
    """
    _decide(context, number, HoldState.ACCEPTED, why)


@app.command("reject")
def reject_hold(context: typer.Context, number: Number, why: Why) -> None:
    """Say that it is not true: it stays kept back, without further notice, until its cause is gone.

    Example:
      mdm-sync holds reject 3 --why "The import of the school office failed; they repeat it."
    """
    _decide(context, number, HoldState.REJECTED, why)


def hold_json(hold: Hold) -> dict[str, object]:
    """A hold in a JSON document."""
    return {
        "id": hold.hold_id,
        "state": hold.state.value,
        "ring": hold.ring.value,
        "rule": hold.rule,
        "school": hold.school,
        "direction": hold.direction.value,
        "number": hold.number,
        "of": hold.of,
        "since": hold.since.isoformat(),
        "who": hold.who,
        "why": hold.why,
    }


def told(hold: Hold, school_name: str, texts: Texts) -> str:
    """A hold in words."""
    return hold_text(hold, school_name, texts.rule(hold.rule).title if hold.rule else "", texts.text)


def state_word(state: HoldState, texts: Texts) -> str:
    """How a hold stands, as a word."""
    words = {
        HoldState.OPEN: texts.text("waits"),
        HoldState.ACCEPTED: texts.text("accepted"),
        HoldState.REJECTED: texts.text("rejected"),
        HoldState.CLOSED: texts.text("closed"),
    }
    return words[state]


def _decide(context: typer.Context, number: int, state: HoldState, why: str) -> None:
    installation = session_of(context).installation()
    if not why.strip():
        raise SettingsError("The reason is empty; name one with --why.")
    with installation.working_state("holds") as store:
        hold = _known(store.decisions.hold(number), number)
        if hold.state is HoldState.CLOSED:
            raise SettingsError(f"Hold {number} is closed; there is nothing left to decide.")
        decided = replace(hold, state=state, who=deciding_user(), why=why.strip())
        note(installation, "holds accept" if state is HoldState.ACCEPTED else "holds reject", number)
        store.decisions.decide(decided, utc_now())
    _show_one(decided, installation)


def _known(hold: Hold | None, number: int) -> Hold:
    if hold is None:
        raise SettingsError(f"There is no hold {number}; mdm-sync holds list shows them.")
    return hold


def _names(installation: Installation) -> dict[str, str]:
    return {school.number: school.name for school in installation.schools()}


def _show_list(holds: tuple[Hold, ...], installation: Installation) -> None:
    out, texts, names = console(), installation.texts, _names(installation)
    if not holds:
        out.print(texts.text("Nothing is held back."), style="green")
        return
    headings = [texts.text("No."), texts.text("State"), texts.text("Since"), texts.text("Held back")]
    rows = table(*headings, numbers=headings[:1])
    for hold in holds:
        rows.add_row(
            str(hold.hold_id),
            state_word(hold.state, texts),
            texts.moment(hold.since),
            plain(told(hold, names.get(hold.school, ""), texts), LONGEST),
        )
    out.print(rows)


def _show_one(hold: Hold, installation: Installation) -> None:
    out, texts = console(), installation.texts
    out.print(plain(told(hold, _names(installation).get(hold.school, ""), texts), LONGEST), style="bold")
    facts = {"state": state_word(hold.state, texts), "moment": texts.moment(hold.since)}
    out.print(texts.text("State: %(state)s, held back since %(moment)s") % facts)
    if hold.who:
        out.print(plain(texts.text("Decided by %(who)s: %(why)s") % {"who": hold.who, "why": hold.why}, LONGEST))
    if hold.state is HoldState.OPEN:
        out.print(texts.text("Accept it if it is true: mdm-sync holds accept %(id)d --why TEXT") % {"id": hold.hold_id})
        out.print(
            texts.text("Reject it if it is not, and mend the cause: mdm-sync holds reject %(id)d --why TEXT")
            % {"id": hold.hold_id}
        )


def _csv_row(hold: Hold) -> tuple[object, ...]:
    return tuple(hold_json(hold)[name] for name in CSV_HEADER)
