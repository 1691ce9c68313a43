"""Lost Mode, switched on purpose: written down, sent once, and never again without a person's order.

An order is in the store before its command is sent. Whatever ends the process, the next one finds the order without an
outcome and asks Jamf Pro what became of it before anything else is sent.
"""

import logging
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from mdm_sync.core.incidents import Incident
from mdm_sync.core.lock_decisions import (
    LockLimits,
    current_record,
    doubt_automatic,
    doubt_number,
    is_done,
    new_thefts,
    refuse_lock,
    school_at,
)
from mdm_sync.core.lock_orders import LockOrder, Outcome, uuids
from mdm_sync.core.lock_state import LockStanding, standing
from mdm_sync.core.locks import LockCommand, LockKind
from mdm_sync.core.model import Device, School
from mdm_sync.core.news import WaitingLock, may_leave
from mdm_sync.errors import MdmSyncError, PermanentError
from mdm_sync.ports import Clock, IncidentBook, LockCommands, LockMails, LockOrders

AUTOMATIC = "mdm-sync"
"""Who asked for a lock that nobody decided."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Locking:
    """What switching Lost Mode works with."""

    commands: LockCommands
    orders: LockOrders
    clock: Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Somebody wants Lost Mode of a device switched; the attributes are those of LockOrder."""

    device: Device
    incident: int | None
    kind: LockKind
    asked_by: str
    why: str
    automatic: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Switched:
    """What came of a wish; ``order`` None: nothing was left to be sent, ``before`` tells why."""

    before: LockStanding
    order: LockOrder | None


def settle(locking: Locking, first: str = "") -> tuple[LockOrder, ...]:
    """Find out what became of the orders that were left open; returns those that are settled now.

    Args:
        locking: what to work with.
        first: subject of the device whose orders must be settled; what others come to may stay open.

    Raises:
        TemporaryError, PermanentError: it cannot be found out for the device named.
    """
    settled: list[LockOrder] = []
    for order in locking.orders.unsettled():
        try:
            settled.append(_settle(locking, order))
        except MdmSyncError as error:
            if order.subject == first:
                raise
            log.warning("order %d about Lost Mode stays open: %s", order.number, error)
    return tuple(settled)


def stands(locking: Locking, device: Device) -> LockStanding:
    """How the lock of a device stands now, by its record, Jamf Pro's list of commands, and our own orders."""
    return _standing(locking, device, locking.commands.commands(device.management_id))


def switch(locking: Locking, wish: Wish) -> Switched:
    """Send one command, unless it is so already or was asked for.

    Raises:
        TemporaryError: whether it was taken is not known; the order stays open, and the next run finds out.
        PermanentError: Jamf Pro cannot be asked; nothing was sent.
    """
    settle(locking, wish.device.subject)
    commands = locking.commands.commands(wish.device.management_id)
    before = _standing(locking, wish.device, commands)
    if is_done(wish.kind, before.phase):
        return Switched(before=before, order=None)
    return Switched(before=before, order=_write_and_send(locking, wish, commands))


def _standing(locking: Locking, device: Device, commands: Sequence[LockCommand]) -> LockStanding:
    return standing(device, commands, locking.orders.of_device(device.subject), locking.clock())


def _write_and_send(locking: Locking, wish: Wish, commands: Sequence[LockCommand]) -> LockOrder:
    return _send(locking, locking.orders.add(_order(wish, locking.clock(), known=uuids(commands, wish.kind))))


def _send(locking: Locking, order: LockOrder) -> LockOrder:
    try:
        uuid = locking.commands.send(order.management_id, order.kind, order.known)
    except PermanentError as error:
        return _closed(locking, order, outcome=Outcome.REFUSED, why=f"{order.why} ({error})")
    return _found(locking, order, uuid)


def _settle(locking: Locking, order: LockOrder) -> LockOrder:
    return _found(locking, order, locking.commands.became(order.management_id, order.kind, order.known))


def _found(locking: Locking, order: LockOrder, uuid: str | None) -> LockOrder:
    if uuid is None:
        return _closed(locking, order, outcome=Outcome.NOT_TAKEN)
    return _closed(locking, order, outcome=Outcome.TAKEN, uuid=uuid)


def _closed(
    locking: Locking, order: LockOrder, *, outcome: Outcome, uuid: str = "", why: str | None = None
) -> LockOrder:
    closed = replace(
        order, outcome=outcome, command_uuid=uuid, why=order.why if why is None else why, closed_at=locking.clock()
    )
    locking.orders.close(closed)
    log.info("order %d about Lost Mode of %s: %s", closed.number, closed.serial, outcome.value)
    return closed


def _order(wish: Wish, at: datetime, *, known: tuple[str, ...] = ()) -> LockOrder:
    return LockOrder(
        subject=wish.device.subject,
        serial=wish.device.serial,
        management_id=wish.device.management_id,
        incident=wish.incident,
        kind=wish.kind,
        asked_by=wish.asked_by,
        automatic=wish.automatic,
        why=wish.why,
        asked_at=at,
        known=known,
    )


def waiting_locks(
    orders: Iterable[LockOrder], incidents: Iterable[Incident], schools: Sequence[School]
) -> tuple[WaitingLock, ...]:
    """Of these orders, those that somebody is told of.

    Nothing leaves the house for a school that is not live; of a report that is settled nobody needs to be told.
    """
    live = may_leave(schools)
    names = {school.number: school.name for school in schools}
    open_reports = {one.number: one for one in incidents if one.is_missing}
    return tuple(
        WaitingLock(order=order, incident=report, school_name=names.get(report.school, ""))
        for order in orders
        if (report := open_reports.get(order.incident or 0)) and (report.school in live or report.school not in names)
    )


def tell_waiting(locking: Locking, district: "District", mails: LockMails) -> None:
    """Put into the outbox which thefts wait for a person now, each once."""
    waiting = waiting_locks(locking.orders.untold(), district.incidents.incidents(), district.schools)
    if waiting:
        locking.orders.tell([one.order for one in waiting], mails.locks(waiting), locking.clock())


@dataclass(frozen=True, slots=True, kw_only=True)
class District:
    """What automatic locking knows of the district.

    Attributes:
        find: the records of a serial number, read now.
        sites: names of the Jamf sites by id.
    """

    incidents: IncidentBook
    find: Callable[[str], Collection[Device]]
    schools: Sequence[School]
    sites: Mapping[int, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class AutomaticLocks:
    """What was done about new thefts.

    Attributes:
        sent: orders that were sent, whatever became of them.
        held: those that wait for a person.
        errors: why thefts could not be dealt with now; they are at the next run.
    """

    sent: tuple[LockOrder, ...] = ()
    held: tuple[LockOrder, ...] = ()
    errors: tuple[str, ...] = ()


def lock_thefts(locking: Locking, district: District, limits: LockLimits) -> AutomaticLocks:
    """Lock what is newly reported as stolen, as far as nobody has to decide."""
    settle(locking)
    sent: list[LockOrder] = []
    held: list[LockOrder] = []
    errors: list[str] = []
    for theft in new_thefts(district.incidents.incidents(), locking.orders.orders(), limits, locking.clock()):
        try:
            order = _lock_theft(locking, district, limits, theft)
        except MdmSyncError as error:
            errors.append(str(error))
            continue
        if order and order.outcome is Outcome.HELD:
            held.append(order)
        elif order and order.outcome is not Outcome.NEEDLESS:
            sent.append(order)
    return AutomaticLocks(sent=tuple(sent), held=tuple(held), errors=tuple(errors))


def _lock_theft(locking: Locking, district: District, limits: LockLimits, theft: Incident) -> LockOrder | None:
    """Lock one; None where Jamf Pro has no record of it, or several: other rules tell of that."""
    device = current_record(district.find(theft.serial)) if theft.serial else None
    if device is None:
        return None
    wish = Wish(device=device, incident=theft.number, kind="enable", asked_by=AUTOMATIC, why="", automatic=True)
    if refusal := refuse_lock(device, theft):
        return _kept(locking, replace(wish, why=refusal.value), Outcome.HELD)
    settle(locking, device.subject)
    commands = locking.commands.commands(device.management_id)
    before = _standing(locking, device, commands)
    if is_done("enable", before.phase):
        return _kept(locking, replace(wish, why=before.phase.value), Outcome.NEEDLESS)
    school = school_at(device, district.schools, district.sites)
    doubt = doubt_automatic(school, theft, before) or doubt_number(locking.orders.orders(), limits, locking.clock())
    if doubt:
        return _kept(locking, replace(wish, why=doubt.value), Outcome.HELD)
    return _write_and_send(locking, wish, commands)


def _kept(locking: Locking, wish: Wish, outcome: Outcome) -> LockOrder:
    """Write down that nothing was sent, and why: the theft is dealt with, until a person decides otherwise."""
    now = locking.clock()
    return locking.orders.add(replace(_order(wish, now), outcome=outcome, closed_at=now))
