"""The audit trail: each command that changes or reveals something adds a line; ``mdm-sync audit`` shows them."""

from collections.abc import Iterable
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from mdm_sync.bootstrap import Installation, utc_now
from mdm_sync.cli.deciding import deciding_user
from mdm_sync.cli.options import Format, FormatOption, session_of
from mdm_sync.cli.output import console, plain, table, write_csv, write_json
from mdm_sync.cli.since import moment_of
from mdm_sync.core.harmless import one_line
from mdm_sync.ports import AuditEntry

CSV_HEADER = ("at", "who", "act", "about")
MOST = 20
"""Numbers that are named in one line; more are counted."""


def note(installation: Installation, act: str, *about: object) -> None:
    """Add a line before something is changed or revealed; where that cannot be done, it must not be.

    Args:
        installation: whose trail.
        act: the command.
        about: numbers, serial numbers and references that the store knows; never what a person typed, never a name.
    """
    installation.audit().note(
        AuditEntry(at=utc_now(), who=one_line(deciding_user()), act=act, about=one_line(_in_words(about), 500))
    )


def audit(
    context: typer.Context,
    since: Annotated[str, typer.Option("--since", metavar="WHEN", help="A day, or a span back from now: 7d, 2w.")] = "",
    format_: FormatOption = Format.TABLE,
) -> None:
    """Show who ran what that changed or revealed something, the latest first.

    Examples:
      mdm-sync audit --since 30d

      mdm-sync audit --format csv > audit.csv
    """
    installation = session_of(context).installation()
    zone = ZoneInfo(installation.settings.calendar.zone)
    entries = installation.audit().entries(moment_of(since, utc_now(), zone) if since else None)
    match format_:
        case Format.TABLE:
            _show(entries, installation)
        case Format.JSON:
            write_json({"schema": "mdm-sync/audit/1", "entries": [_json(entry) for entry in entries]})
        case Format.CSV:
            write_csv(CSV_HEADER, (tuple(_json(entry).values()) for entry in entries))


def _in_words(about: tuple[object, ...]) -> str:
    more = len(about) - MOST
    named = ", ".join(map(str, about[:MOST]))
    return f"{named} + {more}" if more > 0 else named


def _json(entry: AuditEntry) -> dict[str, str]:
    return {"at": entry.at.isoformat(), "who": entry.who, "act": entry.act, "about": entry.about}


def _show(entries: Iterable[AuditEntry], installation: Installation) -> None:
    texts = installation.texts
    rows = table(texts.text("When"), texts.text("Who"), texts.text("What"), texts.text("About"))
    for entry in entries:
        rows.add_row(texts.exact(entry.at), plain(entry.who), plain(entry.act), plain(entry.about, 500))
    console().print(rows)
