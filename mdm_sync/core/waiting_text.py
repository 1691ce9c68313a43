"""Why a lock waits for a person, in words, for mails and the command line alike."""

from collections.abc import Callable

from mdm_sync.core.harmless import one_line
from mdm_sync.core.lock_decisions import Doubt, Refusal
from mdm_sync.core.lock_orders import LockOrder, Outcome
from mdm_sync.core.news import WaitingLock

Text = Callable[[str], str]
"""Looks a text up in the reader's language."""


def waiting_text(waiting: WaitingLock, text: Text) -> str:
    """Which device it is, by which report, and why it was not locked."""
    return text("%(school)s – %(serial)s, incident %(number)d: %(why)s.") % {
        "school": one_line(f"{waiting.school_name} ({waiting.incident.school})"),
        "serial": one_line(waiting.order.serial),
        "number": waiting.incident.number,
        "why": _why_not(waiting.order, text),
    }


def why_held(why: str, text: Text) -> str:
    """The reason for which an order was held, in the reader's language; other words stay as they are."""
    words = {
        Doubt.ANOTHER_SITE: text("the device is not in a site of the school that reports it"),
        Doubt.NOT_LIVE: text("the school is not live"),
        Doubt.DECIDED_SINCE: text("since the report its Lost Mode was ended, or the device refused it"),
        Doubt.TOO_MANY: text("the day's number of automatic locks is reached"),
        Refusal.NOT_AN_IPAD: text("it is no iPad"),
        Refusal.UNMANAGED: text("Jamf Pro does not manage it"),
        Refusal.UNSUPERVISED: text("it is not supervised"),
        Refusal.NO_MANAGEMENT_ID: text("its record has no management id"),
    }
    return {key.value: word for key, word in words.items()}.get(why, why)


def _why_not(order: LockOrder, text: Text) -> str:
    match order.outcome:
        case Outcome.NOT_TAKEN:
            return text("the command got no answer, and Jamf Pro has not taken it")
        case Outcome.REFUSED:
            return text("Jamf Pro refused the command")
        case _:
            return why_held(order.why, text)
