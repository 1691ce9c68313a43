"""What we asked of Lost Mode ourselves: who, when, why, and what became of it."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from mdm_sync.core.locks import LockCommand, LockKind


class Outcome(StrEnum):
    """What became of an order.

    TAKEN: Jamf Pro has the command. NOT_TAKEN: it has none, after it must have shown it. REFUSED: it said no.
    HELD: nothing was sent, for a person has to decide. NEEDLESS: nothing was sent, for somebody else had asked already.
    """

    TAKEN = "taken"
    NOT_TAKEN = "not taken"
    REFUSED = "refused"
    HELD = "held"
    NEEDLESS = "needless"


FOR_A_PERSON = frozenset({Outcome.HELD, Outcome.REFUSED, Outcome.NOT_TAKEN})
"""Outcomes after which only a person's order sends a command."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LockOrder:
    """Lost Mode of one device is to be switched, once.

    Attributes:
        number: given by the store; 0 before it is stored.
        subject: the device, such as ``device:4711``; ``management_id`` is how commands name it.
        incident: number of the report behind it; None where there is none.
        asked_by: user of the system.
        automatic: nobody decided it but the settings.
        why: reason, in words for people; of what was held or refused, why it was.
        asked_at: aware, in UTC; before the command is sent.
        known: uuids of the commands of this kind that Jamf Pro had before: what it has beside them is the order's.
        command_uuid: of the command at Jamf Pro; "" while none is known.
        outcome: None: sent or about to be, and not known yet what became of it.
    """

    number: int = 0
    subject: str
    serial: str
    management_id: str
    incident: int | None
    kind: LockKind
    asked_by: str
    automatic: bool = False
    why: str = ""
    asked_at: datetime
    known: tuple[str, ...] = ()
    command_uuid: str = ""
    outcome: Outcome | None = None
    closed_at: datetime | None = None


def command_of(order: LockOrder, commands: Iterable[LockCommand]) -> LockCommand | None:
    """The command that the order became; None where there is none.

    Its uuid tells it, else that it was not there before the order: clocks of two machines are not compared.
    """
    of_kind = [one for one in commands if one.management_id == order.management_id and one.kind == order.kind]
    if order.command_uuid:
        return next((one for one in of_kind if one.uuid == order.command_uuid), None)
    return newest(one for one in of_kind if one.uuid not in order.known)


def newest(commands: Iterable[LockCommand]) -> LockCommand | None:
    """The command that was sent last; of several without a moment, the last one."""
    latest: LockCommand | None = None
    for one in commands:
        if latest is None or one.sent_at is None or latest.sent_at is None or one.sent_at >= latest.sent_at:
            latest = one
    return latest


def last_of_each(orders: Iterable[LockOrder]) -> tuple[LockOrder, ...]:
    """The last order for each device: what came of the ones before it is over."""
    return tuple({one.subject: one for one in orders}.values())


def uuids(commands: Iterable[LockCommand], kind: LockKind) -> tuple[str, ...]:
    """Of the commands of one kind."""
    return tuple(one.uuid for one in commands if one.kind == kind)


def automatic_within(orders: Collection[LockOrder], since: datetime) -> int:
    """How many locks were sent, or may have been, without a person's order since a moment."""
    sent = {None, Outcome.TAKEN}
    return sum(one.automatic and one.outcome in sent and one.asked_at >= since for one in orders)
