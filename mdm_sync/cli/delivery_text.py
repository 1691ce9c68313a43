"""What left the house, and what did not, for people to read."""

from rich.console import Console

from mdm_sync.cli.output import LONGEST_FACT, plain
from mdm_sync.delivery import Delivery
from mdm_sync.ports import Texts


def show_delivery(delivery: Delivery, texts: Texts, out: Console) -> None:
    """How much left; why the rest is still there."""
    if delivery.sent:
        out.print(texts.text("Left the house: %(number)d.") % {"number": delivery.sent})
    for error in delivery.errors:
        out.print(texts.text("Still in the outbox:"), plain(error, LONGEST_FACT), style="yellow")
