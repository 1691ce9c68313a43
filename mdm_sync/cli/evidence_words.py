"""Events of a loss, in the reader's language."""

from mdm_sync.cli.incident_words import kind_text
from mdm_sync.cli.lock_text import outcome_word, reason
from mdm_sync.core.evidence import Event, EventKind, Origin
from mdm_sync.core.incidents import Incident
from mdm_sync.core.lock_orders import LockOrder
from mdm_sync.core.locks import LockCommand
from mdm_sync.ports import Texts


def event_word(kind: EventKind, texts: Texts) -> str:
    """What happened, in a few words."""
    words = {
        EventKind.REPORTED: texts.text("reported"),
        EventKind.LOCK_ORDERED: texts.text("lock ordered"),
        EventKind.UNLOCK_ORDERED: texts.text("end of the lock ordered"),
        EventKind.LOCK_SENT: texts.text("lock asked for"),
        EventKind.LOCK_CONFIRMED: texts.text("lock confirmed by the device"),
        EventKind.LOCK_REFUSED: texts.text("lock refused by the device"),
        EventKind.UNLOCK_SENT: texts.text("end of the lock asked for"),
        EventKind.UNLOCK_CONFIRMED: texts.text("end of the lock confirmed by the device"),
        EventKind.UNLOCK_REFUSED: texts.text("end of the lock refused by the device"),
        EventKind.LOST_MODE_ON: texts.text("Lost Mode switched on"),
        EventKind.ENROLLED: texts.text("last enrolled"),
        EventKind.LAST_INVENTORY: texts.text("last inventory"),
        EventKind.LAST_CONTACT: texts.text("last contact"),
    }
    return words[kind]


def origin_word(origin: Origin, texts: Texts) -> str:
    """Whose word it is."""
    words = {
        Origin.REPORT: texts.text("incident register"),
        Origin.ORDERS: texts.text("mdm-sync"),
        Origin.JAMF: texts.text("Jamf Pro"),
    }
    return words[origin]


def event_detail(event: Event, texts: Texts) -> str:
    """Who, why, by which command."""
    match event.about:
        case Incident() as incident:
            return f"{kind_text(incident.kind, texts)}, {incident.case_number or incident.number}"
        case LockOrder() as order:
            return _order(order, texts)
        case LockCommand() as command:
            return texts.text("command %(uuid)s") % {"uuid": command.uuid}
        case _:
            return ""


def _order(order: LockOrder, texts: Texts) -> str:
    who = texts.text("automatic") if order.automatic else order.asked_by
    told = [texts.text("by %(who)s") % {"who": who}, outcome_word(order.outcome, texts)]
    if order.command_uuid:
        told.append(texts.text("command %(uuid)s") % {"uuid": order.command_uuid})
    if order.why:
        told.append(reason(order, texts))
    return "; ".join(told)
