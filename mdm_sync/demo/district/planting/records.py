"""Cases for the rules about a device's record at Jamf: management, site, serial, age, silence, MDM profile."""

from datetime import timedelta
from typing import Unpack

from mdm_sync.demo.district.devices import add_personal, add_pool
from mdm_sync.demo.district.draft import DeviceKey, Draft, SchoolDraft
from mdm_sync.demo.district.fields import DeviceFields
from mdm_sync.demo.district.planting.cases import Case
from mdm_sync.demo.district.stock import add_apple_tv

_FIVE_YEARS_AND_MORE = (1_900, 2_900)
_ALMOST_FIVE_YEARS = 1_815
_SILENT_DAYS = (120, 200)
_UNKNOWN: DeviceFields = {"device_type": "Unknown", "model": "", "model_identifier": ""}


def _held(draft: Draft, school: SchoolDraft, **changes: Unpack[DeviceFields]) -> DeviceKey | None:
    """A student's device that nothing is planted on yet, changed."""
    if not school.held:
        return None
    key = school.held.pop().device
    draft.change_device(key, **changes)
    return key


def _plant(draft: Draft, rule: str, key: DeviceKey | None, reason: str, *, finding: bool = True) -> bool:
    if key is None:
        return False
    draft.plant_device(rule, key, finding=finding, reason=reason)
    return True


def _unmanaged(draft: Draft, school: SchoolDraft) -> bool:
    return _plant(draft, "device-unmanaged", _held(draft, school, managed=False), "Jamf no longer manages it.")


def _unsupervised(draft: Draft, school: SchoolDraft) -> bool:
    key = _held(draft, school, supervised=False)
    return _plant(draft, "device-unsupervised", key, "It was enrolled by hand and is not supervised.")


def _nothing_known(draft: Draft, school: SchoolDraft) -> bool:
    """A record that is hardly more than an id and a serial."""
    sections = frozenset({"general", "userAndLocation", "purchasing", "security"})
    key = add_personal(draft, school, **_UNKNOWN | {"managed": False, "supervised": False, "null_sections": sections})
    reason = "The general section did not come: not known is not wrong."
    for rule in ("device-unmanaged", "device-unsupervised", "device-without-site", "device-unassigned"):
        draft.plant_device(rule, key, finding=False, reason=reason)
    return True


def _no_site(draft: Draft, school: SchoolDraft) -> bool:
    key = add_personal(draft, school, site_id=None, shared_ipad=True, building="")
    return _plant(draft, "device-without-site", key, "A Shared iPad that no school's site has.")


def _apple_tv_without_site(draft: Draft, school: SchoolDraft) -> bool:
    key = add_apple_tv(draft, school, site_id=None, building="")
    return _plant(draft, "device-without-site", key, "An Apple TV that no school's site has.")


def _same_serial(draft: Draft, school: SchoolDraft) -> bool:
    """An older record of the same device was never removed."""
    first = draft.devices[add_pool(draft, school)]
    add_pool(
        draft,
        school,
        name=first.name,
        serial=first.serial,
        udid=first.udid,
        asset_tag=first.asset_tag,
        purchased=first.purchased,
    )
    number = school.school.number
    reason = "Two records at one site have this serial."
    draft.plant("duplicate-serial", f"serial:{first.serial}", number, finding=True, reason=reason)
    return True


def _same_asset_tag(draft: Draft, school: SchoolDraft) -> bool:
    first = draft.devices[add_pool(draft, school)]
    key = add_pool(draft, school, asset_tag=first.asset_tag)
    reason = "Two devices with one asset tag, but serials of their own."
    subject = f"serial:{draft.devices[key].serial}"
    draft.plant("duplicate-serial", subject, school.school.number, finding=False, reason=reason)
    return True


def _no_serials(draft: Draft, school: SchoolDraft) -> bool:
    for _ in range(2):
        key = add_pool(draft, school, **_UNKNOWN | {"serial": ""})
        _plant(draft, "duplicate-serial", key, "Two records without any serial have none in common.", finding=False)
    return True


def _over_age(draft: Draft, school: SchoolDraft) -> bool:
    days = school.random.randint(*_FIVE_YEARS_AND_MORE)
    purchased = (draft.plan.now - timedelta(days=days)).date()
    old: DeviceFields = {"model": "iPad (6th Generation)", "model_identifier": "iPad7,5", "purchased": purchased}
    return _plant(draft, "device-over-age", _held(draft, school, **old), f"Bought on {purchased}, over five years ago.")


def _almost_over_age(draft: Draft, school: SchoolDraft) -> bool:
    key = _held(draft, school, purchased=(draft.plan.now - timedelta(days=_ALMOST_FIVE_YEARS)).date())
    return _plant(draft, "device-over-age", key, "Five years old in some days only.", finding=False)


def _no_purchase_date(draft: Draft, school: SchoolDraft) -> bool:
    reason = "Nobody wrote down when it was bought: not known is not old."
    return _plant(draft, "device-over-age", _held(draft, school, purchased=None), reason, finding=False)


def _no_purchasing(draft: Draft, school: SchoolDraft) -> bool:
    days = _FIVE_YEARS_AND_MORE[1]
    section = frozenset({"purchasing"})
    purchased = (draft.plan.now - timedelta(days=days)).date()
    key = _held(draft, school, purchased=purchased, null_sections=section)
    return _plant(draft, "device-over-age", key, "The purchasing section did not come.", finding=False)


def _silent(draft: Draft, school: SchoolDraft) -> bool:
    last = draft.plan.now - timedelta(days=school.random.randint(*_SILENT_DAYS))
    key = _held(draft, school, last_inventory=last, last_contact=last)
    return _plant(draft, "device-silent", key, f"No inventory since {last.date()}.")


def _silent_pool(draft: Draft, school: SchoolDraft) -> bool:
    last = draft.plan.now - timedelta(days=_SILENT_DAYS[0])
    key = add_pool(draft, school, last_inventory=last, last_contact=last)
    return _plant(draft, "device-silent", key, f"A device of a trolley without inventory since {last.date()}.")


def _quiet(draft: Draft, school: SchoolDraft) -> bool:
    last = draft.moment(1) - timedelta(days=4)
    key = _held(draft, school, last_inventory=last, last_contact=last)
    return _plant(draft, "device-silent", key, "Silent for a long weekend only.", finding=False)


def _never_seen(draft: Draft, school: SchoolDraft) -> bool:
    key = _held(draft, school, last_inventory=None, last_contact=None)
    return _plant(draft, "device-silent", key, "Jamf sent no inventory date: not known.", finding=False)


def _expiring(draft: Draft, school: SchoolDraft) -> bool:
    until = draft.plan.now + timedelta(days=school.random.randint(3, 10))
    key = _held(draft, school, profile_expires=until)
    return _plant(draft, "mdm-profile-expiring", key, f"The MDM profile ends on {until.date()}.")


def _expired(draft: Draft, school: SchoolDraft) -> bool:
    until = draft.plan.now - timedelta(days=2)
    key = _held(draft, school, profile_expires=until)
    return _plant(draft, "mdm-profile-expiring", key, f"The MDM profile ended on {until.date()}.")


def _not_expiring(draft: Draft, school: SchoolDraft) -> bool:
    key = _held(draft, school, profile_expires=draft.plan.now + timedelta(days=150))
    return _plant(draft, "mdm-profile-expiring", key, "The MDM profile has five months left.", finding=False)


def _no_expiry(draft: Draft, school: SchoolDraft) -> bool:
    key = _held(draft, school, profile_expires=None)
    return _plant(draft, "mdm-profile-expiring", key, "Jamf sent no end of the MDM profile.", finding=False)


CASES = (
    Case(_unmanaged, rate=2),
    Case(_unmanaged, rate=1),
    Case(_unsupervised, rate=2),
    Case(_unsupervised, rate=1),
    Case(_nothing_known, rate=0.5),
    Case(_no_site, rate=1),
    Case(_apple_tv_without_site, rate=0.5),
    Case(_same_serial, rate=1),
    Case(_same_serial, rate=0.5),
    Case(_same_asset_tag, rate=0.5),
    Case(_no_serials, rate=0.2),
    Case(_over_age, rate=15),
    Case(_over_age, rate=5),
    Case(_almost_over_age, rate=2),
    Case(_no_purchase_date, rate=2),
    Case(_no_purchasing, rate=1),
    Case(_silent, rate=10),
    Case(_silent_pool, rate=3),
    Case(_quiet, rate=2),
    Case(_never_seen, rate=1),
    Case(_expiring, rate=3),
    Case(_expired, rate=1),
    Case(_not_expiring, rate=1),
    Case(_no_expiry, rate=1),
)
