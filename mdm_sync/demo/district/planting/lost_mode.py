"""The state of a stolen device, and how it is reported, as the cases and the later days need it.

A theft of the first day was reported thirty hours before its end. Where Lost Mode is on, the device confirmed it an
hour after the report and was not seen since.
"""

from datetime import datetime, timedelta

from mdm_sync.demo.district.draft import DeviceKey, Draft
from mdm_sync.demo.district.fields import DeviceFields
from mdm_sync.demo.district.stock import OPEN, THEFT
from mdm_sync.demo.model import Incident

HOUR = timedelta(hours=1)
_REPORTED = 30 * HOUR


def reported_at(draft: Draft) -> datetime:
    """When the thefts of the first day were reported."""
    return draft.moment(1) - _REPORTED


def report(draft: Draft, key: DeviceKey, kind: str = THEFT, status: str = OPEN) -> Incident:
    """Report a device on the first day."""
    return draft.add_incident(key, kind, status, reported_at(draft))


def seen(at: datetime) -> DeviceFields:
    """Inventory and contact at a moment."""
    return {"last_inventory": at, "last_contact": at}


def in_lost_mode(since: datetime) -> DeviceFields:
    """Lost Mode confirmed at a moment; the contact that confirmed it was just before."""
    return {"lost_mode": True, "lost_mode_since": since, "last_contact": since - timedelta(minutes=1)}


def unseen(draft: Draft) -> DeviceFields:
    """Seen some hours before the report, and never after."""
    return seen(reported_at(draft) - 5 * HOUR)


def locked(draft: Draft) -> DeviceFields:
    """As it should be after a theft: locked an hour later, not seen since."""
    return unseen(draft) | in_lost_mode(reported_at(draft) + HOUR)
