"""One page of ``/api/v2/mobile-devices/detail``: only the fields wanted are decoded, all others are passed over.

So location, secrets that live servers send (``bootstrapToken``) and app lists never enter the program.
"""

from collections.abc import Iterable
from typing import Any

import msgspec

from mdm_sync.core.model import NO_SITE, Device, DeviceKind, UserFields
from mdm_sync.errors import RecordError, TemporaryError

SECTIONS = ("GENERAL", "HARDWARE", "USER_AND_LOCATION")


class _General(msgspec.Struct, rename="camel"):
    display_name: str | None = None
    asset_tag: str | None = None
    site_id: str | int | None = None
    shared_ipad: bool | None = None


class _Hardware(msgspec.Struct, rename="camel"):
    serial_number: str | None = None
    model: str | None = None
    model_identifier: str | None = None


class _UserAndLocation(msgspec.Struct, rename="camel"):
    username: str | None = None
    real_name: str | None = None
    email_address: str | None = None


class _Record(msgspec.Struct, rename="camel"):
    mobile_device_id: str | int
    device_type: str | None = None
    general: _General | None = None
    hardware: _Hardware | None = None
    user_and_location: _UserAndLocation | None = None


class _Page(msgspec.Struct, rename="camel"):
    total_count: int
    results: list[_Record]


class _RawPage(msgspec.Struct, rename="camel"):
    total_count: int
    results: list[msgspec.Raw]


class Page(msgspec.Struct, frozen=True):
    """One decoded page: the total it names, its devices, and what could not be read of it (key, reason)."""

    total: int
    devices: list[Device]
    unreadable: list[tuple[str, str]]

    @property
    def received(self) -> int:
        """Records that came."""
        return len(self.devices) + len(self.unreadable)


_decode_page = msgspec.json.Decoder(_Page).decode
_decode_raw_page = msgspec.json.Decoder(_RawPage).decode
_decode_record = msgspec.json.Decoder(_Record).decode
_decode_loosely = msgspec.json.Decoder(dict[str, Any]).decode


def read_page(body: bytes, number: int) -> Page:
    """Decode a page; one bad record costs that record only.

    Args:
        body: as it came.
        number: which page it is, from 0; with it a record without an id has a key of its own.

    Raises:
        TemporaryError: the body is no page at all: cut, or a proxy's page.
    """
    try:
        page = _decode_page(body)
        return _page(page.total_count, page.results, [])
    except (msgspec.ValidationError, RecordError):
        return _read_one_by_one(body, number)
    except msgspec.DecodeError as error:
        raise TemporaryError("Jamf Pro answered with something that is no page of devices.") from error


def _read_one_by_one(body: bytes, number: int) -> Page:
    try:
        page = _decode_raw_page(body)
    except msgspec.DecodeError as error:
        raise TemporaryError("Jamf Pro answered with something that is no page of devices.") from error
    devices: list[Device] = []
    unreadable: list[tuple[str, str]] = []
    for position, raw in enumerate(page.results, start=1):
        try:
            devices.append(_device(_decode_record(raw)))
        except (msgspec.DecodeError, RecordError) as error:
            unreadable.append((_key(raw, f"record {position} of page {number + 1}"), _reason(error)))
    return Page(total=page.total_count, devices=devices, unreadable=unreadable)


def _page(total: int, records: Iterable[_Record], unreadable: list[tuple[str, str]]) -> Page:
    return Page(total=total, devices=[_device(record) for record in records], unreadable=unreadable)


def _key(raw: msgspec.Raw, place: str) -> str:
    """The id of a record that could not be read, or its place where even the id is missing."""
    try:
        jamf_id = _decode_loosely(raw).get("mobileDeviceId")
    except msgspec.DecodeError:
        jamf_id = None
    return str(jamf_id) if str(jamf_id).isdecimal() else place


def _reason(error: Exception) -> str:
    return error.reason if isinstance(error, RecordError) else str(error)


def _device(record: _Record) -> Device:
    general = record.general or _General()
    hardware = record.hardware or _Hardware()
    return Device(
        jamf_id=_number(record.mobile_device_id, "mobileDeviceId"),
        serial=hardware.serial_number or "",
        name=general.display_name or "",
        asset_tag=general.asset_tag or "",
        kind=_kind(record.device_type, hardware),
        model=hardware.model or "",
        site_id=_site(record.general),
        shared=general.shared_ipad,
        user=_user(record.user_and_location),
    )


def _number(value: str | int, field: str) -> int:
    text = str(value)
    if not text.isdecimal():
        raise RecordError("a record", f"{field} is no number")
    return int(text)


def _site(general: _General | None) -> int | None:
    if general is None:
        return None
    if general.site_id in (None, "", "-1", -1):
        return NO_SITE
    return _number(general.site_id, "siteId")


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
