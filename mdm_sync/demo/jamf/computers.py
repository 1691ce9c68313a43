"""A computer in the JSON of ``/v1``, ``/v3`` and ``/v4/computers-inventory``.

The generations differ in little: the fourth says ``lastCheckIn`` and ``lastContact`` where the others say
``lastContactTime``, and has no ``lastReportedIp``; only the first has fonts and plug-ins.
"""

from collections.abc import Callable, Mapping
from typing import Final

from mdm_sync.demo.jamf.fields import Field, Fields
from mdm_sync.demo.jamf.fleet import Names, Record
from mdm_sync.demo.jamf.mobile_sections import Json, mac
from mdm_sync.demo.jamf.moments import fine, midnight, plain

SECTIONS: Final[Mapping[str, str]] = {
    "GENERAL": "general",
    "DISK_ENCRYPTION": "diskEncryption",
    "PURCHASING": "purchasing",
    "APPLICATIONS": "applications",
    "STORAGE": "storage",
    "USER_AND_LOCATION": "userAndLocation",
    "CONFIGURATION_PROFILES": "configurationProfiles",
    "PRINTERS": "printers",
    "SERVICES": "services",
    "HARDWARE": "hardware",
    "LOCAL_USER_ACCOUNTS": "localUserAccounts",
    "CERTIFICATES": "certificates",
    "ATTACHMENTS": "attachments",
    "PACKAGE_RECEIPTS": "packageReceipts",
    "SECURITY": "security",
    "OPERATING_SYSTEM": "operatingSystem",
    "LICENSED_SOFTWARE": "licensedSoftware",
    "IBEACONS": "ibeacons",
    "SOFTWARE_UPDATES": "softwareUpdates",
    "EXTENSION_ATTRIBUTES": "extensionAttributes",
    "CONTENT_CACHING": "contentCaching",
    "GROUP_MEMBERSHIPS": "groupMemberships",
}
"""Value of the parameter ``section`` → key of the answer."""

_FIRST_ONLY: Final = {"FONTS": "fonts", "PLUGINS": "plugins"}
NEWEST: Final = 4

FIELDS: Final[Fields[Record]] = {
    "id": Field(kind="number", get=lambda record: record.device.jamf_id),
    "udid": Field(kind="text", get=lambda record: record.device.udid),
    "general.name": Field(kind="text", get=lambda record: record.device.name),
    "general.assetTag": Field(kind="text", get=lambda record: record.device.asset_tag),
    "general.managementId": Field(kind="text", get=lambda record: record.device.management_id),
    "general.remoteManagement.managed": Field(kind="flag", get=lambda record: record.device.managed),
    "general.supervised": Field(kind="flag", get=lambda record: record.device.supervised),
    "general.reportDate": Field(kind="moment", get=lambda record: record.device.last_inventory),
    "general.lastContact": Field(kind="moment", get=lambda record: record.device.last_contact, since=(11, 30)),
    "general.lastCheckIn": Field(kind="moment", get=lambda record: record.device.last_contact, since=(11, 30)),
    "general.lastContactTime": Field(kind="moment", get=lambda record: record.device.last_contact),
    "general.lastEnrolledDate": Field(kind="moment", get=lambda record: record.device.last_enrolled),
    "hardware.serialNumber": Field(kind="text", get=lambda record: record.device.serial),
    "hardware.model": Field(kind="text", get=lambda record: record.device.model),
    "userAndLocation.username": Field(kind="text", get=lambda record: record.device.username),
    "userAndLocation.realname": Field(kind="text", get=lambda record: record.device.real_name),
    "userAndLocation.email": Field(kind="text", get=lambda record: record.device.email),
    "userAndLocation.room": Field(kind="text", get=lambda record: record.device.room),
    "security.activationLockEnabled": Field(kind="flag", get=lambda record: record.device.activation_lock),
}
"""Names for filter and sort; unlike those of mobile devices they have dots."""


def sections_of(generation: int) -> Mapping[str, str]:
    """Return the sections of one generation of the endpoint."""
    return {**SECTIONS, **_FIRST_ONLY} if generation == 1 else SECTIONS


def computer(record: Record, sections: frozenset[str], names: Names, generation: int) -> Json:
    """Return the record with the sections asked for (keys of the answer); all others are null."""
    device = record.device
    planted = {name.replace("_", "").lower() for name in device.null_sections}
    row: Json = {"id": str(device.jamf_id), "udid": device.udid}
    for key in sections_of(generation).values():
        build = _BUILDERS.get(key)
        wanted = key in sections and key.lower() not in planted
        row[key] = (build(record, names) if build else []) if wanted else None
    if isinstance(row["general"], dict):
        row["general"] |= _contact(record, generation)
    return row


def _contact(record: Record, generation: int) -> Json:
    contact = plain(record.device.last_contact)
    if generation == NEWEST:
        return {"lastCheckIn": contact, "lastContact": contact}
    return {"lastContactTime": contact, "lastReportedIp": "10.0.0.9"}


def _general(record: Record, names: Names) -> Json:
    device = record.device
    site = names.sites.get(device.site_id) if device.site_id is not None else None
    return {
        "name": device.name,
        "lastIpAddress": "198.51.100.7",
        "lastReportedIpV4": "10.0.0.9",
        "lastReportedIpV6": None,
        "platform": "Mac",
        "barcode1": None,
        "assetTag": device.asset_tag,
        "remoteManagement": {"managed": device.managed},
        "supervised": device.supervised,
        "mdmCapable": {"capable": device.managed, "userManagementInfo": []},
        "reportDate": fine(device.last_inventory),
        "lastEnrolledDate": plain(device.last_enrolled),
        "mdmProfileExpiration": plain(device.profile_expires),
        "site": {"id": str(-1 if site is None else device.site_id), "name": site or "None"},
        "enrolledViaAutomatedDeviceEnrollment": True,
        "userApprovedMdm": True,
        "declarativeDeviceManagementEnabled": device.managed,
        "managementId": device.management_id,
        "lastLoggedInUsernameMdm": None,
        "extensionAttributes": [],
    }


def _hardware(record: Record, _: Names) -> Json:
    device = record.device
    return {
        "make": "Apple",
        "model": device.model,
        "modelIdentifier": device.model_identifier,
        "serialNumber": device.serial,
        "macAddress": mac(device.jamf_id, "72"),
        "processorType": "Apple M2",
        "totalRamMegabytes": 8192,
        "appleSilicon": True,
        "extensionAttributes": [],
    }


def _user_and_location(record: Record, names: Names) -> Json:
    device = record.device
    return {
        "username": device.username,
        "realname": device.real_name,
        "email": device.email,
        "position": "",
        "phone": device.phone,
        "departmentId": "-1",
        "buildingId": str(names.buildings.get(device.building, -1)),
        "room": device.room,
        "extensionAttributes": [],
    }


def _purchasing(record: Record, _: Names) -> Json:
    return {
        "leased": False,
        "purchased": True,
        "poNumber": "",
        "poDate": midnight(record.device.purchased),
        "vendor": "Bildungshandel Beispiel GmbH",
        "lifeExpectancy": 5,
        "purchasePrice": "1099.00",
        "extensionAttributes": [],
    }


def _security(record: Record, _: Names) -> Json:
    return {
        "sipStatus": "ENABLED",
        "gatekeeperStatus": "APP_STORE_AND_IDENTIFIED_DEVELOPERS",
        "activationLockEnabled": record.device.activation_lock,
        "recoveryLockEnabled": False,
        "firewallEnabled": True,
        "bootstrapTokenEscrowedStatus": "ESCROWED",
    }


def _operating_system(_record: Record, _: Names) -> Json:
    return {"name": "macOS", "version": "15.6", "build": "24G84", "fileVault2Status": "ALL_ENCRYPTED"}


def _groups(record: Record, names: Names) -> list[Json]:
    return [
        {"groupId": str(names.groups.get(name, 0)), "groupName": name, "smartGroup": True}
        for name in record.device.groups
    ]


def _extension_attributes(record: Record, names: Names) -> list[Json]:
    return [
        {
            "definitionId": str(names.extension_attributes.get(name, 0)),
            "name": name,
            "description": None,
            "enabled": True,
            "multiValue": False,
            "values": [value],
            "dataType": "STRING",
            "options": [],
            "inputType": "TEXT",
        }
        for name, value in record.device.extension_attributes
    ]


_BUILDERS: Final[Mapping[str, Callable[[Record, Names], Json | list[Json]]]] = {
    "general": _general,
    "hardware": _hardware,
    "userAndLocation": _user_and_location,
    "purchasing": _purchasing,
    "security": _security,
    "operatingSystem": _operating_system,
    "groupMemberships": _groups,
    "extensionAttributes": _extension_attributes,
}
