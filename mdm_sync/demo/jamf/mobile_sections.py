"""The sections of a mobile device in ``/v2/mobile-devices/detail`` (Jamf Pro API 11.30).

Where the district says nothing (battery, network addresses, operating system) a value follows from the id, so that
every process shows the same.
"""

from collections.abc import Callable, Mapping
from hashlib import sha512
from typing import Final

from mdm_sync.demo.jamf.fleet import Names, Record
from mdm_sync.demo.jamf.moments import fine, midnight, plain, spelled
from mdm_sync.demo.model import DemoDevice

Json = dict[str, object]

_OS: Final = (("18.6", "22G86"), ("18.5", "22F76"), ("17.7.9", "21H450"))


def mac(jamf_id: int, kind: str) -> str:
    """Return a hardware address (locally administered, so it is nobody's)."""
    number = f"{jamf_id:08x}"
    return f"ee:{kind}:{number[0:2]}:{number[2:4]}:{number[4:6]}:{number[6:8]}"


def system(jamf_id: int) -> tuple[str, str]:
    """Return version and build of the operating system."""
    return _OS[jamf_id % len(_OS)]


def _general(record: Record, names: Names) -> Json:
    device = record.device
    number = device.jamf_id
    version, build = system(number)
    head: Json = {
        "udid": device.udid,
        "displayName": device.name,
        "assetTag": device.asset_tag,
        "siteId": "-1" if device.site_id is None else str(device.site_id),
        "lastInventoryUpdateDate": fine(device.last_inventory),
        "lastContactDate": plain(device.last_contact),
        "osVersion": version,
        "osRapidSecurityResponse": None,
        "osBuild": build,
        "osSupplementalBuildVersion": build,
        "softwareUpdateDeviceId": "J181AP",
        "ipAddress": f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}",
        "managed": device.managed,
        "supervised": device.supervised,
        "deviceOwnershipType": "Institutional",
        "enrollmentMethodPrestage": {
            "mobileDevicePrestageId": str(names.prestages.get(device.prestage, 0)),
            "profileName": device.prestage,
        },
        "enrollmentSessionTokenValid": False,
        "lastEnrolledDate": plain(device.last_enrolled),
        "mdmProfileExpirationDate": plain(device.profile_expires),
        "timeZone": "Europe/Berlin",
        "declarativeDeviceManagementEnabled": device.managed,
        "managementId": device.management_id,
        "extensionAttributes": [],
        "lastLoggedInUsernameSelfService": None,
        "lastLoggedInUsernameSelfServiceTimestamp": None,
        "lastLoggedInUsernameMdm": None,
        "lastLoggedInUsernameMdmTimestamp": None,
    }
    return head | (_apple_tv() if device.device_type == "tvOS" else _ios(device))


def _ios(device: DemoDevice) -> Json:
    return {
        "sharedIpad": device.shared_ipad,
        "diagnosticAndUsageReportingEnabled": False,
        "appAnalyticsEnabled": False,
        "residentUsers": 3 if device.shared_ipad else 0,
        "quotaSize": 2048 if device.shared_ipad else 0,
        "temporarySessionOnly": False,
        "temporarySessionTimeout": None,
        "userSessionTimeout": None,
        "syncedToComputer": 0,
        "maximumSharediPadUsersStored": 10 if device.shared_ipad else 0,
        "lastBackupDate": None,
        "deviceLocatorServiceEnabled": False,
        "doNotDisturbEnabled": False,
        "cloudBackupEnabled": False,
        "lastCloudBackupDate": None,
        "locationServicesForSelfServiceMobileEnabled": False,
        "itunesStoreAccountActive": False,
        "exchangeDeviceId": f"{device.jamf_id:026X}",
        "tethered": False,
    }


def _apple_tv() -> Json:
    return {"airPlayPassword": "7315", "locales": "de_DE", "languages": "de"}


def _hardware(record: Record, _: Names) -> Json:
    device = record.device
    number = device.jamf_id
    used = 20 + number * 7 % 70
    return {
        "capacityMb": 65536,
        "availableSpaceMb": 65536 * (100 - used) // 100,
        "usedSpacePercentage": used,
        "batteryLevel": 5 + number * 13 % 96,
        "batteryHealth": "NORMAL" if number % 50 else "SERVICE_RECOMMENDED",
        "serialNumber": device.serial,
        "wifiMacAddress": mac(number, "70"),
        "bluetoothMacAddress": mac(number, "71"),
        "modemFirmwareVersion": None,
        "model": "" if device.device_type == "Unknown" else device.model,
        "modelIdentifier": device.model_identifier,
        "modelNumber": "MK2K3FD",
        "bluetoothLowEnergyCapable": True,
        "deviceId": f"{number:032x}",
        "extensionAttributes": [],
    }


def user_and_location(record: Record, names: Names) -> Json:
    """Return the user fields."""
    device = record.device
    return {
        "username": device.username,
        "realName": device.real_name,
        "emailAddress": device.email,
        "position": "",
        "phoneNumber": device.phone,
        "departmentId": "-1",
        "buildingId": str(names.buildings.get(device.building, -1)),
        "room": device.room,
        "building": device.building or None,
        "department": None,
        "extensionAttributes": [],
    }


def _purchasing(record: Record, _: Names) -> Json:
    bought = record.device.purchased
    return {
        "purchased": True,
        "leased": False,
        "poNumber": f"B-{bought.year}-{record.device.jamf_id % 90 + 10}" if bought else "",
        "vendor": "Bildungshandel Beispiel GmbH",
        "appleCareId": "",
        "purchasePrice": "389.00",
        "purchasingAccount": "Medienentwicklungsplan",
        "poDate": midnight(bought),
        "warrantyExpiresDate": midnight(bought and bought.replace(year=bought.year + 2, day=min(bought.day, 28))),
        "leaseExpiresDate": None,
        "lifeExpectancy": 5,
        "purchasingContact": "Schulverwaltungsamt",
        "extensionAttributes": [],
    }


def _security(record: Record, _: Names) -> Json:
    device = record.device
    lost = device.lost_mode
    return {
        "dataProtected": True,
        "blockLevelEncryptionCapable": True,
        "fileLevelEncryptionCapable": True,
        "passcodePresent": bool(device.jamf_id % 9),
        "passcodeCompliant": True,
        "passcodeCompliantWithProfile": True,
        "hardwareEncryption": 3,
        "activationLockEnabled": device.activation_lock,
        "jailBreakDetected": False,
        "attestationStatus": "SUCCESS",
        "lastAttestationAttemptDate": plain(device.last_inventory),
        "lastSuccessfulAttestationDate": plain(device.last_inventory),
        "passcodeLockGracePeriodEnforcedSeconds": 0,
        "personalDeviceProfileCurrent": False,
        "lostModeEnabled": lost,
        "lostModePersistent": lost,
        "lostModeEnabledDate": plain(device.lost_mode_since) if lost else None,
        "lostModeMessage": record.lost.message if lost else None,
        "lostModePhoneNumber": record.lost.phone if lost else None,
        "lostModeFootnote": record.lost.footnote if lost else None,
        "lostModeLocation": _location(device) if lost else None,
        "bootstrapTokenEscrowed": "ESCROWED",
        "bootstrapToken": f"bootstrap-token-of-{device.jamf_id}-{sha512(device.udid.encode()).hexdigest()}",
    }


def _location(device: DemoDevice) -> Json:
    return {
        "lastLocationUpdate": plain(device.lost_mode_since),
        "lostModeLocationHorizontalAccuracyMeters": 65,
        "lostModeLocationVerticalAccuracyMeters": 10,
        "lostModeLocationAltitudeMeters": 86,
        "lostModeLocationSpeedMetersPerSecond": -1,
        "lostModeLocationCourseDegrees": -1,
        "lostModeLocationTimestamp": spelled(device.lost_mode_since),
    }


def _network(_record: Record, _: Names) -> Json:
    texts = (
        "cellularTechnology imei iccid meid eid carrierSettingsVersion currentCarrierNetwork currentMobileCountryCode"
    )
    more = "currentMobileNetworkCode homeCarrierNetwork homeMobileCountryCode homeMobileNetworkCode phoneNumber"
    off = "voiceRoamingEnabled dataRoamingEnabled roaming personalHotspotEnabled"
    return dict.fromkeys(texts.split() + more.split(), "") | dict.fromkeys(off.split(), False)


def _groups(record: Record, names: Names) -> list[Json]:
    return [
        {
            "groupId": str(names.groups.get(name, 0)),
            "groupName": name,
            "groupDescription": None,
            "smart": True,
        }
        for name in record.device.groups
    ]


def _extension_attributes(record: Record, names: Names) -> list[Json]:
    return [
        {
            "id": str(names.extension_attributes.get(name, 0)),
            "name": name,
            "type": "STRING",
            "value": [value],
            "extensionAttributeCollectionAllowed": False,
            "inventoryDisplay": "General",
        }
        for name, value in record.device.extension_attributes
    ]


BUILDERS: Final[Mapping[str, Callable[[Record, Names], Json | list[Json]]]] = {
    "general": _general,
    "hardware": _hardware,
    "userAndLocation": user_and_location,
    "purchasing": _purchasing,
    "security": _security,
    "network": _network,
    "groups": _groups,
    "extensionAttributes": _extension_attributes,
}
"""Key of a section → what builds it; a section without an entry is an empty list."""
