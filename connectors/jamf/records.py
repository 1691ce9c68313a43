"""Mobile devices, from ``/api/v2/mobile-devices/detail``: only the fields wanted are decoded, all others passed over.

So location, secrets that live servers send (``bootstrapToken``) and app lists never enter the program. A section that
is ``null`` leaves open what it would say.
"""

import msgspec

from connectors.jamf.moments import day, moment
from connectors.jamf.pages import PageReader, number, site
from connectors.jamf.wanted import NOTHING, NULL, AttributesOf, Wanted
from mdm_sync.core.model import Device, DeviceKind, Family, UserFields

SECTIONS = (
    *("GENERAL", "HARDWARE", "USER_AND_LOCATION", "PURCHASING"),
    *("SECURITY", "GROUPS", "EXTENSION_ATTRIBUTES"),
)


class _Prestage(msgspec.Struct, rename="camel", gc=False):
    profile_name: str | None = None


class _General(msgspec.Struct, rename="camel", gc=False):
    display_name: str | None = None
    asset_tag: str | None = None
    site_id: str | int | None = None
    management_id: str | None = None
    managed: bool | None = None
    supervised: bool | None = None
    shared_ipad: bool | None = None
    last_inventory_update_date: str | None = None
    last_contact_date: str | None = None
    last_enrolled_date: str | None = None
    mdm_profile_expiration_date: str | None = None
    enrollment_method_prestage: _Prestage | None = None
    extension_attributes: msgspec.Raw = NOTHING


class _Hardware(msgspec.Struct, rename="camel", gc=False):
    serial_number: str | None = None
    model: str | None = None
    model_identifier: str | None = None
    extension_attributes: msgspec.Raw = NOTHING


class _UserAndLocation(msgspec.Struct, rename="camel", gc=False):
    username: str | None = None
    real_name: str | None = None
    email_address: str | None = None
    building: str | None = None
    room: str | None = None
    extension_attributes: msgspec.Raw = NOTHING


class _Purchasing(msgspec.Struct, rename="camel", gc=False):
    po_date: str | None = None
    extension_attributes: msgspec.Raw = NOTHING


class _Security(msgspec.Struct, rename="camel", gc=False):
    """``lostModeEnabledDate`` is not in the specification; servers send it."""

    lost_mode_enabled: bool | None = None
    lost_mode_enabled_date: str | None = None


class _Group(msgspec.Struct, rename="camel", gc=False):
    group_name: str | None = None


class _Attribute(msgspec.Struct, gc=False):
    name: str | None = None
    value: msgspec.Raw = NOTHING


class _Record(msgspec.Struct, rename="camel"):
    """``mobileDeviceId`` after the specification; some servers say ``id``."""

    mobile_device_id: str | int | None = None
    id: str | int | None = None
    device_type: str | None = None
    general: _General | None = None
    hardware: _Hardware | None = None
    user_and_location: _UserAndLocation | None = None
    purchasing: _Purchasing | None = None
    security: _Security | None = None
    groups: list[_Group] | None = None
    extension_attributes: msgspec.Raw = NULL


class _Page(msgspec.Struct, rename="camel"):
    total_count: int
    results: list[_Record]


_NO_GENERAL, _NO_HARDWARE, _NO_USER = _General(), _Hardware(), _UserAndLocation()
_NO_PURCHASING, _NO_SECURITY, _NO_PRESTAGE = _Purchasing(), _Security(), _Prestage()
_ATTRIBUTES = AttributesOf(
    decode=msgspec.json.Decoder(list[_Attribute]).decode, named=lambda attribute: (attribute.name, attribute.value)
)


def mobile_records(wanted: Wanted) -> PageReader[_Record]:
    """What reads pages of mobile devices."""
    return PageReader(
        family=Family.MOBILE,
        decode_page=msgspec.json.Decoder(_Page).decode,
        decode_record=msgspec.json.Decoder(_Record).decode,
        device=lambda record: _device(record, wanted),
        id_keys=("mobileDeviceId", "id"),
    )


def _device(record: _Record, wanted: Wanted) -> Device:
    general = record.general or _NO_GENERAL
    hardware = record.hardware or _NO_HARDWARE
    user = record.user_and_location or _NO_USER
    purchasing = record.purchasing or _NO_PURCHASING
    security = record.security or _NO_SECURITY
    inner = (part.extension_attributes for part in (general, hardware, user, purchasing))
    jamf_id = record.id if record.mobile_device_id is None else record.mobile_device_id
    return Device(
        jamf_id=number(jamf_id, "mobileDeviceId"),
        serial=hardware.serial_number or "",
        name=general.display_name or "",
        asset_tag=general.asset_tag or "",
        kind=_kind(record.device_type, hardware),
        model=hardware.model or "",
        site_id=site(general.site_id) if record.general else None,
        shared=general.shared_ipad,
        user=_user(record.user_and_location),
        management_id=general.management_id or "",
        managed=general.managed,
        supervised=general.supervised,
        lost_mode=security.lost_mode_enabled,
        lost_mode_since=moment(security.lost_mode_enabled_date, "lostModeEnabledDate"),
        last_inventory=moment(general.last_inventory_update_date, "lastInventoryUpdateDate"),
        last_contact=moment(general.last_contact_date, "lastContactDate"),
        last_enrolled=moment(general.last_enrolled_date, "lastEnrolledDate"),
        profile_expires=moment(general.mdm_profile_expiration_date, "mdmProfileExpirationDate"),
        purchased=day(purchasing.po_date, "poDate"),
        building=user.building or "",
        room=user.room or "",
        prestage=(general.enrollment_method_prestage or _NO_PRESTAGE).profile_name or "",
        groups=None if record.groups is None else wanted.of_groups(group.group_name for group in record.groups),
        attributes=_ATTRIBUTES.pick(record.extension_attributes, inner, wanted),
    )


def _kind(device_type: str | None, hardware: _Hardware) -> DeviceKind:
    match (device_type or "").casefold():
        case "ios":
            return _ios_kind(hardware)
        case "tvos":
            return DeviceKind.APPLE_TV
        case "" | "unknown":
            return DeviceKind.UNKNOWN
        case _:
            return DeviceKind.OTHER


def _ios_kind(hardware: _Hardware) -> DeviceKind:
    """Jamf calls iPads and iPhones alike ``iOS``; the model tells them apart."""
    text = (hardware.model_identifier or hardware.model or "").casefold()
    if text.startswith("ipad"):
        return DeviceKind.IPAD
    return DeviceKind.IPHONE if text.startswith("iphone") else DeviceKind.UNKNOWN


def _user(section: _UserAndLocation | None) -> UserFields | None:
    if section is None:
        return None
    return UserFields(
        username=section.username or "", real_name=section.real_name or "", email=section.email_address or ""
    )
