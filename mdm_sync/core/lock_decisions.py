"""Whether Lost Mode of a device may be switched: pure decisions, each with the reason where it is no."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from mdm_sync.core.incidents import Incident, IncidentKind
from mdm_sync.core.lock_orders import LockOrder, automatic_within
from mdm_sync.core.lock_state import LockPhase, LockStanding
from mdm_sync.core.locks import LockKind
from mdm_sync.core.model import NO_SITE, Device, DeviceKind, Family, School, Stage
from mdm_sync.core.views import LossCase

ONE_DAY = timedelta(days=1)
_DECIDED = frozenset({LockPhase.ENDED, LockPhase.ENDING, LockPhase.REFUSED})
"""After these somebody has to look at the device before it is locked again."""


class Refusal(StrEnum):
    """Why Lost Mode may not be switched, the first that applies."""

    NOT_AN_IPAD = "it is no iPad"
    UNMANAGED = "Jamf Pro does not manage it"
    UNSUPERVISED = "it is not supervised"
    NO_MANAGEMENT_ID = "its record has no management id"
    NO_OPEN_LOSS = "the incident is no theft or loss that is open"
    ANOTHER_DEVICE = "the incident is about another device"
    STILL_MISSING = "a theft or loss of it is still open, settle that first"


class Doubt(StrEnum):
    """Why a lock is not sent without a person."""

    ANOTHER_SITE = "the device is not in a site of the school that reports it"
    NOT_LIVE = "the school is not live"
    DECIDED_SINCE = "since the report its Lost Mode was ended, or the device refused it"
    TOO_MANY = "the day's number of automatic locks is reached"


@dataclass(frozen=True, slots=True, kw_only=True)
class LockLimits:
    """What is locked without a person.

    Attributes:
        per_day: locks in 24 hours, over all schools.
        days: a report that is older is not new any more.
    """

    per_day: int
    days: int


def refuse_lock(device: Device, incident: Incident) -> Refusal | None:
    """Why this device may not be locked for this incident; None: it may."""
    if refusal := _refuse_switch(device):
        return refusal
    if not incident.is_missing:
        return Refusal.NO_OPEN_LOSS
    return None if is_about(incident, device) else Refusal.ANOTHER_DEVICE


def refuse_unlock(device: Device, incident: Incident | None, reports: Iterable[Incident]) -> Refusal | None:
    """Why Lost Mode of this device may not be ended; None: it may.

    Args:
        device: its record.
        incident: the report that is named as the reason, or None.
        reports: all of them; an open theft or loss of this device keeps it locked, whatever the reason.
    """
    if refusal := _refuse_switch(device):
        return refusal
    if incident is not None and not is_about(incident, device):
        return Refusal.ANOTHER_DEVICE
    return Refusal.STILL_MISSING if any(one.is_missing and is_about(one, device) for one in reports) else None


def is_about(incident: Incident, device: Device) -> bool:
    """Whether a report names this device, by serial number: an asset tag may be on the replacement already."""
    return bool(incident.serial) and incident.serial.casefold() == device.serial.casefold()


def named_by_serial(incidents: Iterable[Incident], cases: Iterable[LossCase]) -> tuple[Incident, ...]:
    """The same incidents; one that tells an asset tag alone has the serial number of the one device it is about.

    Args:
        incidents: all of them.
        cases: which devices they were found to be about.
    """
    found: defaultdict[int, set[str]] = defaultdict(set)
    for case in cases:
        for one in case.incidents:
            found[one.number].add(case.serial)
    return tuple(
        one if one.serial or len(found[one.number]) != 1 else replace(one, serial=next(iter(found[one.number])))
        for one in incidents
    )


def doubt_automatic(school: School | None, incident: Incident, lock: LockStanding) -> Doubt | None:
    """Why a device is not to be locked without a person; None: it is, if the day's number allows.

    Args:
        school: the one in whose site the device stands; None: in no school's.
        incident: an open report of a theft.
        lock: how its lock stands now.
    """
    if school is None or school.number != incident.school:
        return Doubt.ANOTHER_SITE
    if school.stage is not Stage.LIVE:
        return Doubt.NOT_LIVE
    decided = lock.phase in _DECIDED and (lock.since is None or lock.since >= incident.reported_at)
    return Doubt.DECIDED_SINCE if decided else None


def doubt_number(orders: Collection[LockOrder], limits: LockLimits, now: datetime) -> Doubt | None:
    """Whether the day's number of locks without a person is reached; ``orders`` are all of the last 24 hours."""
    return Doubt.TOO_MANY if automatic_within(orders, now - ONE_DAY) >= limits.per_day else None


def new_thefts(
    incidents: Collection[Incident], orders: Collection[LockOrder], limits: LockLimits, now: datetime
) -> tuple[Incident, ...]:
    """The open thefts that are new and that nothing was ordered for yet, the earliest first.

    One that was held, refused or not taken is a person's from then on; a moment that is still to come is a slip.
    """
    dealt_with = {one.incident for one in orders}
    oldest = now - timedelta(days=limits.days)
    fresh = (
        one
        for one in incidents
        if one.kind is IncidentKind.THEFT
        and one.is_missing
        and oldest <= one.reported_at <= now
        and one.number not in dealt_with
    )
    return tuple(sorted(fresh, key=lambda one: (one.reported_at, one.number)))


def current_record(records: Collection[Device]) -> Device | None:
    """Of the records of one serial number the one that is in use: the only one, else the only managed one."""
    managed = [one for one in records if one.managed]
    chosen = tuple(records) if len(records) == 1 else managed
    return chosen[0] if len(chosen) == 1 else None


def school_at(device: Device, schools: Iterable[School], sites: Mapping[int, str]) -> School | None:
    """The school in whose site a device stands; None: in no school's.

    Args:
        device: its record.
        schools: the register.
        sites: names of the Jamf sites by id.
    """
    site = sites.get(device.site_id or NO_SITE)
    return next((school for school in schools if site in school.sites), None)


def is_done(kind: LockKind, phase: LockPhase) -> bool:
    """Whether nothing is left to be sent: it is so already, was asked for, or may have been."""
    if kind == "enable":
        return phase in {LockPhase.CONFIRMED, LockPhase.ASKED, LockPhase.UNKNOWN}
    return phase not in {LockPhase.CONFIRMED, LockPhase.ASKED}


def _refuse_switch(device: Device) -> Refusal | None:
    """What keeps any command about Lost Mode from the device; what its record does not say keeps it as well."""
    if device.family is not Family.MOBILE or device.kind is not DeviceKind.IPAD:
        return Refusal.NOT_AN_IPAD
    if device.managed is not True:
        return Refusal.UNMANAGED
    if device.supervised is not True:
        return Refusal.UNSUPERVISED
    return None if device.management_id else Refusal.NO_MANAGEMENT_ID
