"""Computers, from ``/api/v4``, ``/v3`` or ``/v1/computers-inventory``; fields are named otherwise than mobile devices'.

The generations differ in little: the fourth says ``lastCheckIn`` and ``lastContact`` where the others say
``lastContactTime``. There is no Lost Mode for computers.
"""

from datetime import datetime

import msgspec

from connectors.jamf.moments import day, moment
from connectors.jamf.pages import PageReader, number, site
from connectors.jamf.wanted import NOTHING, NULL, AttributesOf, Wanted
from mdm_sync.core.model import Device, DeviceKind, Family, UserFields

SECTIONS = (
    *("GENERAL", "HARDWARE", "USER_AND_LOCATION", "PURCHASING"),
    *("GROUP_MEMBERSHIPS", "EXTENSION_ATTRIBUTES"),
)


class _Management(msgspec.Struct, gc=False):
    managed: bool | None = None


class _Site(msgspec.Struct, gc=False):
    id: str | int | None = None


class _General(msgspec.Struct, rename="camel", gc=False):
    name: str | None = None
    asset_tag: str | None = None
    site: _Site | None = None
    management_id: str | None = None
    remote_management: _Management | None = None
    supervised: bool | None = None
    report_date: str | None = None
    last_contact: str | None = None
    last_check_in: str | None = None
    last_contact_time: str | None = None
    last_enrolled_date: str | None = None
    mdm_profile_expiration: str | None = None
    extension_attributes: msgspec.Raw = NOTHING


class _Hardware(msgspec.Struct, rename="camel", gc=False):
    serial_number: str | None = None
    model: str | None = None
    extension_attributes: msgspec.Raw = NOTHING


class _UserAndLocation(msgspec.Struct, rename="camel", gc=False):
    username: str | None = None
    realname: str | None = None
    email: str | None = None
    room: str | None = None
    extension_attributes: msgspec.Raw = NOTHING


class _Purchasing(msgspec.Struct, rename="camel", gc=False):
    po_date: str | None = None
    extension_attributes: msgspec.Raw = NOTHING


class _Group(msgspec.Struct, rename="camel", gc=False):
    group_name: str | None = None


class _Attribute(msgspec.Struct, gc=False):
    name: str | None = None
    values: msgspec.Raw = NOTHING


class _Record(msgspec.Struct, rename="camel"):
    id: str | int | None = None
    general: _General | None = None
    hardware: _Hardware | None = None
    user_and_location: _UserAndLocation | None = None
    purchasing: _Purchasing | None = None
    group_memberships: list[_Group] | None = None
    extension_attributes: msgspec.Raw = NULL


class _Page(msgspec.Struct, rename="camel"):
    total_count: int
    results: list[_Record]


_NO_GENERAL, _NO_HARDWARE, _NO_USER, _NO_PURCHASING = _General(), _Hardware(), _UserAndLocation(), _Purchasing()
_ATTRIBUTES = AttributesOf(
    decode=msgspec.json.Decoder(list[_Attribute]).decode, named=lambda attribute: (attribute.name, attribute.values)
)


def computer_records(wanted: Wanted) -> PageReader[_Record]:
    """What reads pages of computers."""
    return PageReader(
        family=Family.COMPUTER,
        decode_page=msgspec.json.Decoder(_Page).decode,
        decode_record=msgspec.json.Decoder(_Record).decode,
        device=lambda record: _device(record, wanted),
        id_keys=("id",),
    )


def _device(record: _Record, wanted: Wanted) -> Device:
    general = record.general or _NO_GENERAL
    hardware = record.hardware or _NO_HARDWARE
    user = record.user_and_location or _NO_USER
    purchasing = record.purchasing or _NO_PURCHASING
    groups = record.group_memberships
    inner = (part.extension_attributes for part in (general, hardware, user, purchasing))
    return Device(
        family=Family.COMPUTER,
        jamf_id=number(record.id, "id"),
        serial=hardware.serial_number or "",
        name=general.name or "",
        asset_tag=general.asset_tag or "",
        kind=DeviceKind.MAC,
        model=hardware.model or "",
        site_id=site(general.site.id if general.site else None) if record.general else None,
        shared=None,
        user=_user(record.user_and_location),
        management_id=general.management_id or "",
        managed=general.remote_management.managed if general.remote_management else None,
        supervised=general.supervised,
        last_inventory=moment(general.report_date, "reportDate"),
        last_contact=_last_contact(general),
        last_enrolled=moment(general.last_enrolled_date, "lastEnrolledDate"),
        profile_expires=moment(general.mdm_profile_expiration, "mdmProfileExpiration"),
        purchased=day(purchasing.po_date, "poDate"),
        room=user.room or "",
        groups=None if groups is None else wanted.of_groups(group.group_name for group in groups),
        attributes=_ATTRIBUTES.pick(record.extension_attributes, inner, wanted),
    )


def _last_contact(general: _General) -> datetime | None:
    """The latest of the ways in which a Mac says that it is there."""
    told = (
        moment(general.last_contact, "lastContact"),
        moment(general.last_check_in, "lastCheckIn"),
        moment(general.last_contact_time, "lastContactTime"),
    )
    return max((one for one in told if one), default=None)


def _user(section: _UserAndLocation | None) -> UserFields | None:
    if section is None:
        return None
    return UserFields(username=section.username or "", real_name=section.realname or "", email=section.email or "")
