"""``mdm-sync privacy``: what is stored of persons, and when it goes."""

import typer

from mdm_sync.cli.options import TextFormat, TextFormatOption, session_of
from mdm_sync.cli.output import console, facts_table, write_json
from mdm_sync.core.retention import Kept
from mdm_sync.ports import Purged, Texts

app = typer.Typer(help="What is stored of persons, and when it goes.", no_args_is_help=True)


@app.command("purge")
def purge_now(context: typer.Context, format_: TextFormatOption = TextFormat.TABLE) -> None:
    """Delete now what has had its time, by the settings below retention; the daemon does so each day.

    Example:
      mdm-sync privacy purge
    """
    from mdm_sync.jobs import purge

    installation = session_of(context).installation()
    purged = purge(installation)
    match format_:
        case TextFormat.TABLE:
            _show(purged, installation.texts)
        case TextFormat.JSON:
            removed = {kind.value: number for kind, number in purged.removed.items()}
            write_json({"schema": "mdm-sync/purge/1", "removed": removed, "lingering": purged.lingering})


def kept_word(kind: Kept, texts: Texts) -> str:
    """A kind of data as people call it."""
    words = {
        Kept.PERSONS: texts.text("Persons who left"),
        Kept.HOLDERS: texts.text("Former holders of devices"),
        Kept.PLACES: texts.text("Former places of devices"),
        Kept.FINDINGS: texts.text("Resolved findings and closed holds"),
        Kept.INCIDENTS: texts.text("Settled incidents"),
        Kept.LOCKS: texts.text("Orders about Lost Mode"),
        Kept.SENT: texts.text("Mails and summaries sent"),
        Kept.FAILED: texts.text("Mails and summaries given up"),
    }
    return words[kind]


def _show(purged: Purged, texts: Texts) -> None:
    out = console()
    if purged.removed:
        out.print(texts.text("Deleted:"), style="bold")
        out.print(facts_table((kept_word(kind, texts), texts.number(many)) for kind, many in purged.removed.items()))
    else:
        out.print(texts.text("Nothing has had its time yet."), style="green")
    if purged.lingering:
        out.print(texts.text("Another process is reading the store: its write-ahead log is emptied next time."))
