"""Rules about the device itself: whether Jamf Pro still has it in hand, where it stands, how old it is.

They hold for every kind of device, in a school's site or in none. A value that the record did not send is unclear.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from mdm_sync.core.model import NO_SITE, Device
from mdm_sync.core.rules.verdict import Unclear, Wrong
from mdm_sync.core.views import SchoolView


def device_silent(view: SchoolView) -> Iterator[Wrong | Unclear]:
    """A device that has sent no inventory for more school days than the threshold allows.

    Harm: it lies broken or forgotten somewhere, or is gone, and neither updates nor Lost Mode reach it.

    No finding: silence over holidays and weekends; a device away in repair.
    """
    conditions = view.conditions
    limit = conditions.calendar.school_days_back(conditions.now, conditions.thresholds.silent_school_days + 1)
    for device in view.devices:
        if device.last_inventory is None:
            yield Unclear(subject=device.subject)
        elif device.last_inventory < limit and not conditions.repair.away(device):
            yield _wrong(device, last_inventory=_day(view, device.last_inventory))


def device_unmanaged(view: SchoolView) -> Iterator[Wrong | Unclear]:
    """A device that Jamf Pro knows and no longer manages.

    Harm: no profile, no app and no command reaches it, Lost Mode neither; somebody may have removed the management.
    """
    for device in view.devices:
        if device.managed is None:
            yield Unclear(subject=device.subject)
        elif not device.managed:
            yield _wrong(device)


def device_unsupervised(view: SchoolView) -> Iterator[Wrong | Unclear]:
    """A device that is not supervised.

    Harm: its user can remove the management, and it cannot be locked when it is stolen.
    """
    for device in view.devices:
        if device.supervised is None:
            yield Unclear(subject=device.subject)
        elif not device.supervised:
            yield _wrong(device)


def device_without_site(view: SchoolView) -> Iterator[Wrong | Unclear]:
    """A device that stands in no site at Jamf Pro.

    Harm: no school's settings reach it, no school's admins see it, and no rule about people looks at it.

    No finding: a device in a site that belongs to no school, which ``site-without-school`` tells.
    """
    for device in view.devices:
        if device.site_id is None:
            yield Unclear(subject=device.subject)
        elif device.site_id == NO_SITE:
            yield _wrong(device)


def device_over_age(view: SchoolView) -> Iterator[Wrong | Unclear]:
    """A device bought longer ago than the threshold allows, counted in years of the calendar.

    Harm: it gets no system updates soon, and its replacement is not planned.

    No finding: on the very day on which it reaches that age.
    """
    today = view.conditions.calendar.day(view.conditions.now)
    limit = (today.year - view.conditions.thresholds.over_age_years, today.month, today.day)
    for device in view.devices:
        if device.purchased is None:
            yield Unclear(subject=device.subject)
        elif (device.purchased.year, device.purchased.month, device.purchased.day) < limit:
            yield _wrong(device, purchased=device.purchased.isoformat())


def mdm_profile_expiring(view: SchoolView) -> Iterator[Wrong | Unclear]:
    """A device whose MDM profile has expired, or will within the threshold.

    Harm: from that day on it can no longer be managed and must be set up anew by hand.
    """
    limit = view.conditions.now + timedelta(days=view.conditions.thresholds.profile_days)
    for device in view.devices:
        if device.profile_expires is None:
            yield Unclear(subject=device.subject)
        elif device.profile_expires < limit:
            yield _wrong(device, profile_expires=_day(view, device.profile_expires))


def _day(view: SchoolView, moment: datetime) -> str:
    return view.conditions.calendar.day(moment).isoformat()


def _wrong(device: Device, **more: str) -> Wrong:
    return Wrong(subject=device.subject, details={"serial": device.serial, "asset_tag": device.asset_tag, **more})
