"""A mobile device in the JSON of ``/v2/mobile-devices`` and ``/v2/mobile-devices/detail`` (Jamf Pro API 11.30)."""

from collections.abc import Mapping
from typing import Final

from mdm_sync.demo.jamf.fleet import Names, Record
from mdm_sync.demo.jamf.mobile_sections import BUILDERS, Json, mac, user_and_location
from mdm_sync.demo.jamf.moments import fine
from mdm_sync.demo.model import DemoDevice

SECTIONS: Final[Mapping[str, str]] = {
    "GENERAL": "general",
    "HARDWARE": "hardware",
    "USER_AND_LOCATION": "userAndLocation",
    "PURCHASING": "purchasing",
    "SECURITY": "security",
    "APPLICATIONS": "applications",
    "EBOOKS": "ebooks",
    "NETWORK": "network",
    "SERVICE_SUBSCRIPTIONS": "serviceSubscriptions",
    "CERTIFICATES": "certificates",
    "PROFILES": "profiles",
    "USER_PROFILES": "userProfiles",
    "PROVISIONING_PROFILES": "provisioningProfiles",
    "SHARED_USERS": "sharedUsers",
    "GROUPS": "groups",
    "EXTENSION_ATTRIBUTES": "extensionAttributes",
}
"""Value of the parameter ``section`` → key of the answer."""

_MISSING: Final[Mapping[str, frozenset[str]]] = {
    "Unknown": frozenset(SECTIONS.values()) - {"general", "hardware"},
    "tvOS": frozenset({"security", "network", "sharedUsers"}),
}
_LIGHT_TYPES: Final = {"iOS": "ios", "tvOS": "tvos"}


def light(record: Record) -> Json:
    """Return the row of the light list."""
    device = record.device
    return {
        "id": str(device.jamf_id),
        "name": device.name,
        "serialNumber": device.serial,
        "wifiMacAddress": mac(device.jamf_id, "70"),
        "udid": device.udid,
        "phoneNumber": "",
        "model": device.model,
        "modelIdentifier": device.model_identifier,
        "username": device.username,
        "type": _LIGHT_TYPES.get(device.device_type, "unknown"),
        "managementId": device.management_id,
        "softwareUpdateDeviceId": "J181AP",
    }


def detail(record: Record, sections: frozenset[str], names: Names) -> Json:
    """Return the record with the sections asked for (keys of the answer); all others are null."""
    device = record.device
    row: Json = {"mobileDeviceId": str(device.jamf_id), "deviceType": device.device_type}
    wanted = sections - _null_keys(device)
    for key in SECTIONS.values():
        build = BUILDERS.get(key)
        row[key] = (build(record, names) if build else []) if key in wanted else None
    return row


def patched(record: Record, names: Names) -> Json:
    """Return the answer of PATCH, whose names differ from those of the sections."""
    device = record.device
    site = names.sites.get(device.site_id) if device.site_id is not None else None
    location = user_and_location(record, names)
    return {
        "id": str(device.jamf_id),
        "name": device.name,
        "assetTag": device.asset_tag,
        "lastInventoryUpdateTimestamp": fine(device.last_inventory),
        "serialNumber": device.serial,
        "udid": device.udid,
        "managementId": device.management_id,
        "site": {"id": str(device.site_id or -1), "name": site or "None"},
        "location": {key: value for key, value in location.items() if key != "extensionAttributes"},
        "type": _LIGHT_TYPES.get(device.device_type, "unknown"),
    }


def _null_keys(device: DemoDevice) -> frozenset[str]:
    """Return the keys of the sections that the server has no content for, although they may be asked for."""
    missing = _MISSING.get(device.device_type, frozenset())
    if not device.null_sections:
        return missing
    planted = {name.replace("_", "").lower() for name in device.null_sections}
    return missing | {key for key in SECTIONS.values() if key.lower() in planted}
