"""How a device's Lost Mode stands: by its record, the commands at Jamf Pro, and what we asked ourselves."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from mdm_sync.core.lock_orders import LockOrder, Outcome, command_of, newest
from mdm_sync.core.locks import LockCommand
from mdm_sync.core.model import Device


class LockPhase(StrEnum):
    """How far a lock is.

    UNASKED: off, and nobody asked for it. UNKNOWN: an order was sent and nobody knows yet whether it was taken.
    ASKED: waits for the device. CONFIRMED: on. REFUSED: the device said no. ENDING: on, and waits to be switched off.
    ENDED: it was on, and is off.
    """

    UNASKED = "not asked for"
    UNKNOWN = "not known"
    ASKED = "asked for"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    ENDING = "end asked for"
    ENDED = "ended"


SHOWN_WITHIN = timedelta(minutes=5)
"""By then a list at Jamf Pro shows each command; one of ours that it does not show is no longer kept there."""

WAITING = frozenset({"pending", "not now"})
"""States of a command that the device has not answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LockStanding:
    """How a lock stands, and since when by whom.

    Attributes:
        since: when the phase began, as far as somebody told.
        command: the command that tells it; None where the record alone does.
        order: ours behind it; None where it was asked for elsewhere.
    """

    phase: LockPhase
    since: datetime | None = None
    command: LockCommand | None = None
    order: LockOrder | None = None


def standing(
    device: Device | None, commands: Sequence[LockCommand], orders: Sequence[LockOrder], now: datetime
) -> LockStanding:
    """How the lock of a device stands.

    Args:
        device: its record; None where Jamf Pro has none any more.
        commands: those about its Lost Mode at Jamf Pro, in any order.
        orders: our own for it, the earliest first.
        now: aware, by the clock of the orders.
    """
    latest = newest(commands)
    open_order = next((one for one in reversed(orders) if one.outcome is None), None)
    if open_order and command_of(open_order, commands) is None:
        return LockStanding(phase=LockPhase.UNKNOWN, since=open_order.asked_at, order=open_order)
    taken = next((one for one in reversed(orders) if one.outcome is Outcome.TAKEN), None)
    if taken and command_of(taken, commands) is None and _is_fresh(taken, now):
        return _by_order(device, taken)
    phase = _phase(device, latest)
    since = _since(device, latest, phase)
    order = next((one for one in orders if latest and one.command_uuid == latest.uuid), None)
    return LockStanding(phase=phase, since=since, command=latest, order=order)


def _is_fresh(order: LockOrder, now: datetime) -> bool:
    return order.closed_at is not None and now - order.closed_at < SHOWN_WITHIN


def _by_order(device: Device | None, order: LockOrder) -> LockStanding:
    """By an order of ours that was taken and does not show in the list: a web node that has not heard of it yet."""
    if order.kind == "enable":
        phase = LockPhase.CONFIRMED if device and device.lost_mode else LockPhase.ASKED
    else:
        phase = LockPhase.ENDED if device and device.lost_mode is False else LockPhase.ENDING
    return LockStanding(phase=phase, since=order.asked_at, order=order)


def _phase(device: Device | None, latest: LockCommand | None) -> LockPhase:
    on = device.lost_mode if device else None
    read = device.last_inventory if device else None
    match latest:
        case LockCommand(kind="enable", state=state) if state in WAITING:
            return LockPhase.CONFIRMED if on else LockPhase.ASKED
        case LockCommand(kind="disable", state=state) if state in WAITING:
            return LockPhase.ENDED if on is False else LockPhase.ENDING
        case LockCommand(kind="enable", state="error"):
            return LockPhase.CONFIRMED if on else LockPhase.REFUSED
        case LockCommand(kind="enable"):
            return LockPhase.CONFIRMED if on is not False or not _is_told(latest, read) else LockPhase.ENDED
        case LockCommand(kind="disable", state="acknowledged"):
            return LockPhase.CONFIRMED if on and _is_told(latest, read) else LockPhase.ENDED
        case _:
            return LockPhase.CONFIRMED if on else LockPhase.UNASKED


def _is_told(command: LockCommand, read: datetime | None) -> bool:
    """Whether the record, read at that moment, is newer than the device's answer: it would show what came of it."""
    return read is not None and command.completed_at is not None and read > command.completed_at


def _since(device: Device | None, latest: LockCommand | None, phase: LockPhase) -> datetime | None:
    if phase is LockPhase.CONFIRMED and device and device.lost_mode_since:
        return device.lost_mode_since
    if latest is None:
        return None
    return latest.sent_at if phase in {LockPhase.ASKED, LockPhase.ENDING} else latest.completed_at or latest.sent_at
