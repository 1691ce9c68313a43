"""What is known of one device's loss, fact by fact, each with its source: for police and insurer."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from mdm_sync.core.incidents import Incident, IncidentKind
from mdm_sync.core.lock_orders import LockOrder
from mdm_sync.core.locks import LockCommand
from mdm_sync.core.model import Device, School


class Holding(Protocol):
    """Whom a device named, from when to when."""

    @property
    def person_school(self) -> str:
        """Schulnummer of the person's school."""

    @property
    def person(self) -> str:
        """The person's reference; "" where the person was erased."""

    @property
    def since(self) -> datetime:
        """From when."""

    @property
    def until(self) -> datetime | None:
        """Until when; None: still."""


class Standing(Protocol):
    """Where a device stood, from when to when."""

    @property
    def site(self) -> str | None:
        """Name of the Jamf site."""

    @property
    def since(self) -> datetime:
        """From when."""

    @property
    def until(self) -> datetime | None:
        """Until when; None: still."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """All that the store knows of one device's loss.

    Attributes:
        device: its record; None: it vanished from Jamf Pro.
        school: the one in whose site it stands, or stood last; None: none.
        read_at: last complete read of Jamf Pro; None: never.
        incidents: the reports about it.
        orders: what we asked of its Lost Mode.
        commands: those about its Lost Mode at Jamf Pro, as far as they were read.
        holders, stands: the latest first.
        made_at: when this was put together.
    """

    serial: str
    device: Device | None
    school: School | None
    read_at: datetime | None
    incidents: Sequence[Incident]
    orders: Sequence[LockOrder]
    commands: Sequence[LockCommand]
    holders: Sequence[Holding]
    stands: Sequence[Standing]
    made_at: datetime


class EventKind(StrEnum):
    """What happened to the device, or was done about it."""

    REPORTED = "reported"
    LOCK_ORDERED = "lock ordered"
    UNLOCK_ORDERED = "unlock ordered"
    LOCK_SENT = "lock sent"
    LOCK_CONFIRMED = "lock confirmed"
    LOCK_REFUSED = "lock refused"
    UNLOCK_SENT = "unlock sent"
    UNLOCK_CONFIRMED = "unlock confirmed"
    UNLOCK_REFUSED = "unlock refused"
    LOST_MODE_ON = "lost mode on"
    ENROLLED = "enrolled"
    LAST_INVENTORY = "last inventory"
    LAST_CONTACT = "last contact"


class Origin(StrEnum):
    """Whose word it is."""

    REPORT = "incident register"
    ORDERS = "mdm-sync"
    JAMF = "Jamf Pro"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing with its moment; ``about`` is the incident, order or command that tells it."""

    at: datetime
    kind: EventKind
    origin: Origin
    about: Incident | LockOrder | LockCommand | None = None


_SENT = {"enable": EventKind.LOCK_SENT, "disable": EventKind.UNLOCK_SENT}
_ANSWERED = {
    ("enable", "acknowledged"): EventKind.LOCK_CONFIRMED,
    ("disable", "acknowledged"): EventKind.UNLOCK_CONFIRMED,
    ("enable", "error"): EventKind.LOCK_REFUSED,
    ("disable", "error"): EventKind.UNLOCK_REFUSED,
}


def chronology(evidence: Evidence) -> tuple[Event, ...]:
    """All that has a moment, the earliest first."""
    return tuple(sorted(_events(evidence), key=lambda event: event.at))


def contact_after_report(evidence: Evidence) -> bool | None:
    """Whether the device was in contact after it was first reported as missing; None: it cannot be told."""
    reported = [one.reported_at for one in evidence.incidents if one.kind in {IncidentKind.THEFT, IncidentKind.LOSS}]
    seen = evidence.device.last_seen if evidence.device else None
    return None if seen is None or not reported else seen > min(reported)


def _events(evidence: Evidence) -> Iterator[Event]:
    for incident in evidence.incidents:
        yield Event(at=incident.reported_at, kind=EventKind.REPORTED, origin=Origin.REPORT, about=incident)
    for order in evidence.orders:
        kind = EventKind.LOCK_ORDERED if order.kind == "enable" else EventKind.UNLOCK_ORDERED
        yield Event(at=order.asked_at, kind=kind, origin=Origin.ORDERS, about=order)
    for command in evidence.commands:
        yield from _of_command(command)
    if evidence.device:
        yield from _of_device(evidence.device, evidence.commands)


def _of_command(command: LockCommand) -> Iterator[Event]:
    if command.sent_at:
        yield Event(at=command.sent_at, kind=_SENT[command.kind], origin=Origin.JAMF, about=command)
    answered = _ANSWERED.get((command.kind, command.state))
    if command.completed_at and answered:
        yield Event(at=command.completed_at, kind=answered, origin=Origin.JAMF, about=command)


def _of_device(device: Device, commands: Sequence[LockCommand]) -> Iterator[Event]:
    """Lost Mode by the record is told where no command tells it to the second."""
    confirmed = {one.completed_at for one in commands if one.kind == "enable" and one.state == "acknowledged"}
    told = {moment.replace(microsecond=0) for moment in confirmed if moment}
    since = device.lost_mode_since if device.lost_mode else None
    moments = [
        (EventKind.LOST_MODE_ON, None if since and since.replace(microsecond=0) in told else since),
        (EventKind.ENROLLED, device.last_enrolled),
        (EventKind.LAST_INVENTORY, device.last_inventory),
        (EventKind.LAST_CONTACT, device.last_contact),
    ]
    for kind, moment in moments:
        if moment:
            yield Event(at=moment, kind=kind, origin=Origin.JAMF)
