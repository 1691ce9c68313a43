"""``mdm-sync deliver``: what is due leaves the house, now."""

from typing import Annotated

import typer

from mdm_sync.cli.delivery_text import show_delivery
from mdm_sync.cli.exits import Exit
from mdm_sync.cli.options import TextFormat, TextFormatOption, session_of
from mdm_sync.cli.output import console, no_progress, write_json


def deliver(
    context: typer.Context,
    now: Annotated[bool, typer.Option("--now", help="Send digests as well whose hour has not come.")] = False,
    format_: TextFormatOption = TextFormat.TABLE,
) -> None:
    """Send what is due: mails, and the summary for upstream. What cannot leave now is tried again later.

    Ends with 0 done, 1 something could not leave, 2 wrong usage or settings.

    Examples:
      mdm-sync deliver

      mdm-sync deliver --now
    """
    from mdm_sync.jobs import empty_outbox

    installation = session_of(context).installation()
    delivery = empty_outbox(installation, no_progress, every_digest=now)
    match format_:
        case TextFormat.TABLE:
            out = console()
            if not (delivery.sent or delivery.errors):
                out.print(installation.texts.text("Nothing is due."))
            show_delivery(delivery, installation.texts, out)
        case TextFormat.JSON:
            write_json(
                {
                    "schema": "mdm-sync/delivery/1",
                    "sent": delivery.sent,
                    "waiting": delivery.waiting,
                    "set_aside": delivery.failed,
                    "errors": list(delivery.errors),
                }
            )
    raise typer.Exit(Exit.FAILED if delivery.errors else Exit.DONE)
