"""Cases for the rules about stolen and lost devices, and about Lost Mode.

Most devices here are shared ones without a person, so that nothing else is wrong with them.

Two choices, where the words of the rules would let two findings speak of one thing: a device that cannot be locked is
``lock-impossible`` and not ``stolen-not-locked`` beside it; a locked device that was reported found is
``recovered-still-locked`` and not ``locked-without-report`` beside it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Unpack

from mdm_sync.demo.district.devices import add_personal, add_pool, by_plain_login
from mdm_sync.demo.district.draft import Draft, SchoolDraft
from mdm_sync.demo.district.fields import DeviceFields
from mdm_sync.demo.district.planting.cases import Case, bystander
from mdm_sync.demo.district.planting.lost_mode import HOUR, in_lost_mode, locked, report, reported_at, seen, unseen
from mdm_sync.demo.district.stock import DAMAGE, EARLIER, LOCKED, LOSS, OPEN, RECOVERED, THEFT, add_mac

_NOT_LOCKED = "stolen-not-locked"
_PENDING = "lock-pending"
_IMPOSSIBLE = "lock-impossible"
_SEEN = "stolen-device-seen"
_LOCKED_SEEN = "locked-device-seen"
_REENROLLED = "stolen-device-reenrolled"
_NO_REPORT = "locked-without-report"
_RECOVERED = "recovered-still-locked"
_ASSIGNED = "stolen-still-assigned"
_GONE = "stolen-device-gone"


def _unlockable(draft: Draft, **fields: Unpack[DeviceFields]) -> DeviceFields:
    return unseen(draft) | fields


def _working(draft: Draft) -> DeviceFields:
    del draft
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Story:
    """One shared device: what its record says, how it was reported, what is to be found and what is not.

    Attributes:
        fields: what differs from a device that works.
        told: kind and status of the report, or None where nobody reported anything.
        finds: rules that must report it, with the reason; ``spares`` likewise those that must not.
    """

    fields: Callable[[Draft], DeviceFields]
    told: tuple[str, str] | None = (THEFT, OPEN)
    mac: bool = False
    finds: tuple[tuple[str, str], ...] = ()
    spares: tuple[tuple[str, str], ...] = ()

    def plant(self, draft: Draft, school: SchoolDraft) -> bool:
        """Put the device into a school."""
        add = add_mac if self.mac else add_pool
        key = add(draft, school, **self.fields(draft))
        match self.told:
            case (kind, status) if kind == DAMAGE:
                draft.add_incident(key, kind, status, draft.moment(1) - EARLIER)
            case (kind, status):
                report(draft, key, kind, status)
        for finding, rules in ((True, self.finds), (False, self.spares)):
            for rule, reason in rules:
                draft.plant_device(rule, key, finding=finding, reason=reason)
        return True


_CANNOT = "It cannot be locked, which lock-impossible tells."
_IN_TIME = "Locked an hour after the report, not seen since."
_STORIES = (
    _Story(fields=unseen, finds=((_NOT_LOCKED, "Stolen; nobody asked for Lost Mode."),)),
    _Story(fields=unseen, told=(LOSS, OPEN), finds=((_NOT_LOCKED, "Lost; nobody asked for Lost Mode."),)),
    _Story(
        fields=locked,
        told=(THEFT, LOCKED),
        spares=((_NOT_LOCKED, _IN_TIME), (_SEEN, _IN_TIME), (_LOCKED_SEEN, _IN_TIME), (_PENDING, _IN_TIME)),
    ),
    _Story(
        fields=_working,
        told=(THEFT, RECOVERED),
        spares=tuple((rule, "Stolen, found again, not locked.") for rule in (_NOT_LOCKED, _SEEN, _RECOVERED)),
    ),
    _Story(
        fields=_working,
        told=(DAMAGE, OPEN),
        spares=tuple((rule, "The open report is about a damage.") for rule in (_NOT_LOCKED, _SEEN)),
    ),
    _Story(
        fields=lambda draft: _unlockable(draft, null_sections=frozenset({"security"})),
        spares=((_NOT_LOCKED, "Stolen; the section that tells Lost Mode did not come: not known."),),
    ),
    _Story(
        fields=lambda draft: unseen(draft) | {"pending_lock": True},
        finds=((_PENDING, "Lost Mode is asked for, and the device has not confirmed it."),),
        spares=((_NOT_LOCKED, "Lost Mode is asked for."),),
    ),
    _Story(
        fields=lambda draft: unseen(draft) | {"pending_lock": True},
        told=(LOSS, OPEN),
        finds=((_PENDING, "Lost Mode is asked for, and the device has not confirmed it."),),
    ),
    _Story(
        fields=locked,
        told=(LOSS, LOCKED),
        spares=((_PENDING, "The device has confirmed Lost Mode."), (_NO_REPORT, "A loss is open.")),
    ),
    _Story(
        fields=lambda draft: _unlockable(draft, supervised=False),
        finds=(
            (_IMPOSSIBLE, "Stolen, and Lost Mode needs a supervised device."),
            ("device-unsupervised", "Which is why it cannot be locked."),
        ),
        spares=((_NOT_LOCKED, _CANNOT),),
    ),
    _Story(
        fields=lambda draft: _unlockable(draft, managed=False),
        finds=(
            (_IMPOSSIBLE, "Stolen, and Lost Mode needs a managed device."),
            ("device-unmanaged", "Which is why it cannot be locked."),
        ),
        spares=((_NOT_LOCKED, _CANNOT),),
    ),
    _Story(
        fields=unseen,
        mac=True,
        finds=((_IMPOSSIBLE, "A stolen Mac: it knows no Lost Mode."),),
        spares=((_NOT_LOCKED, _CANNOT),),
    ),
    _Story(
        fields=_working,
        mac=True,
        told=(DAMAGE, OPEN),
        spares=((_IMPOSSIBLE, "A Mac with a damage need not be locked."),),
    ),
    _Story(
        fields=lambda draft: _unlockable(draft, supervised=False),
        told=(THEFT, RECOVERED),
        finds=(("device-unsupervised", "It was enrolled by hand and is not supervised."),),
        spares=((_IMPOSSIBLE, "It was found again and need not be locked."),),
    ),
    _Story(
        fields=lambda draft: seen(reported_at(draft) + 3 * HOUR),
        finds=(
            (_SEEN, "Contact three hours after the report, and not locked."),
            (_NOT_LOCKED, "Nobody asked for Lost Mode."),
        ),
    ),
    _Story(
        fields=lambda draft: seen(reported_at(draft) + 3 * HOUR) | {"pending_lock": True},
        finds=(
            (_SEEN, "Contact three hours after the report, and not locked."),
            (_PENDING, "Lost Mode is asked for, and the device has not confirmed it."),
        ),
    ),
    _Story(
        fields=lambda draft: locked(draft) | {"last_contact": reported_at(draft) + 10 * HOUR},
        told=(THEFT, LOCKED),
        finds=((_LOCKED_SEEN, "Locked, and in contact nine hours later: it can be recovered."),),
        spares=((_SEEN, "Lost Mode was confirmed before the contact."),),
    ),
    _Story(
        fields=lambda draft: locked(draft) | {"last_contact": reported_at(draft) + 20 * HOUR},
        told=(LOSS, LOCKED),
        finds=((_LOCKED_SEEN, "Locked, and in contact nineteen hours later: it can be recovered."),),
    ),
    _Story(
        fields=lambda draft: locked(draft) | {"last_contact": reported_at(draft) + HOUR},
        told=(THEFT, LOCKED),
        spares=((_LOCKED_SEEN, "The last contact is the one that confirmed Lost Mode."),),
    ),
    _Story(
        fields=lambda draft: (
            {"last_enrolled": reported_at(draft) + 2 * HOUR, "last_inventory": reported_at(draft) + 2 * HOUR}
            | in_lost_mode(reported_at(draft) + 3 * HOUR)
        ),
        told=(THEFT, LOCKED),
        finds=((_REENROLLED, "Enrolled again two hours after the report under the same Jamf id; locked since."),),
    ),
    _Story(
        fields=lambda draft: (
            {"last_enrolled": reported_at(draft) + 20 * HOUR, "last_inventory": reported_at(draft) + 20 * HOUR}
            | in_lost_mode(reported_at(draft) + 21 * HOUR)
        ),
        told=(THEFT, LOCKED),
        finds=((_REENROLLED, "Enrolled again most of a day after the report; locked since."),),
    ),
    _Story(
        fields=lambda draft: {"last_enrolled": draft.moment(1) - 2 * HOUR} | seen(draft.moment(1) - HOUR),
        told=(THEFT, RECOVERED),
        spares=((_REENROLLED, "Enrolled again after it had been found."),),
    ),
    _Story(
        fields=lambda draft: locked(draft) | {"last_enrolled": reported_at(draft) - 9 * HOUR},
        told=(THEFT, LOCKED),
        spares=((_REENROLLED, "Enrolled again some hours before it was reported."),),
    ),
    _Story(fields=locked, told=None, finds=((_NO_REPORT, "Locked, and nobody reported anything."),)),
    _Story(fields=locked, told=(DAMAGE, OPEN), finds=((_NO_REPORT, "Locked, and only a damage was reported."),)),
    _Story(
        fields=locked,
        told=(THEFT, RECOVERED),
        finds=((_RECOVERED, "Reported as found, and Lost Mode is still on."),),
        spares=((_NO_REPORT, "There was a report; recovered-still-locked tells."),),
    ),
    _Story(
        fields=locked,
        told=(LOSS, RECOVERED),
        finds=((_RECOVERED, "Reported as found, and Lost Mode is still on."),),
    ),
    _Story(
        fields=locked,
        told=(LOSS, LOCKED),
        spares=((_ASSIGNED, "Lost from a trolley; it names nobody."), (_RECOVERED, "It was not found yet.")),
    ),
)


def _still_assigned(draft: Draft, school: SchoolDraft) -> bool:
    """The person needs no device, so that none is missing to anybody."""
    person = bystander(draft, school)
    key = add_personal(draft, school, **(by_plain_login(person) | locked(draft)))
    report(draft, key, status=LOCKED)
    draft.plant_device(_ASSIGNED, key, finding=True, reason="Stolen and locked; the user fields still name somebody.")
    return True


def _assigned_again(draft: Draft, school: SchoolDraft) -> bool:
    if not school.held:
        return False
    key = school.held.pop().device
    report(draft, key, status=RECOVERED)
    draft.plant_device(_ASSIGNED, key, finding=False, reason="Stolen, found, and back with the student.")
    return True


def _by_asset_tag(draft: Draft, school: SchoolDraft) -> bool:
    key = add_pool(draft, school, **locked(draft))
    draft.change_incident(report(draft, key, status=LOCKED), serial="")
    draft.plant_device(
        _NO_REPORT, key, finding=False, reason="A theft is open; it names the asset tag, not the serial."
    )
    return True


def _never_at_jamf(draft: Draft, school: SchoolDraft) -> bool:
    """A mistyped serial in a report: an open question, but no device has gone."""
    key = add_pool(draft, school)
    serial = draft.devices[key].serial
    wrong = f"{serial[:-1]}X"
    draft.change_incident(report(draft, key, LOSS), serial=wrong, asset_tag="")
    reason = f"A serial that never stood at Jamf; the nearest is {serial}."
    draft.plant(_GONE, f"serial:{wrong}", school.school.number, finding=False, reason=reason)
    return True


CASES = (
    *(Case(story.plant, rate=0.12) for story in _STORIES),
    Case(_still_assigned, rate=0.12),
    Case(_still_assigned, rate=0.12),
    Case(_assigned_again, rate=0.12),
    Case(_by_asset_tag, rate=0.12),
    Case(_never_at_jamf, rate=0.12),
)
