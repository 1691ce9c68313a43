"""Names by which records are filtered and sorted: they differ from the keys of the answers (Jamf Pro API)."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Generic, TypeVar

from mdm_sync.demo.jamf.answers import invalid
from mdm_sync.demo.jamf.fleet import Record

T = TypeVar("T")
Value = str | int | bool | datetime | tuple[str, ...] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Field(Generic[T]):
    """One name.

    Attributes:
        kind: type of its values: "text", "number", "flag", "moment".
        get: the value of a record; several texts for a field of which one must fit.
        since: first version whose filter knows it.
        sortable: whether ``sort`` knows it.
    """

    kind: str
    get: Callable[[T], Value]
    since: tuple[int, int] = (0, 0)
    sortable: bool = True


Fields = Mapping[str, Field[T]]

MOBILE_FIELDS: Final[Fields[Record]] = {
    "mobileDeviceId": Field(kind="number", get=lambda record: record.device.jamf_id),
    "serialNumber": Field(kind="text", get=lambda record: record.device.serial),
    "udid": Field(kind="text", get=lambda record: record.device.udid),
    "managementId": Field(kind="text", get=lambda record: record.device.management_id, since=(11, 14)),
    "displayName": Field(kind="text", get=lambda record: record.device.name),
    "assetTag": Field(kind="text", get=lambda record: record.device.asset_tag),
    "model": Field(kind="text", get=lambda record: record.device.model),
    "modelIdentifier": Field(kind="text", get=lambda record: record.device.model_identifier),
    "username": Field(kind="text", get=lambda record: record.device.username),
    "fullName": Field(kind="text", get=lambda record: record.device.real_name),
    "emailAddress": Field(kind="text", get=lambda record: record.device.email),
    "userPhoneNumber": Field(kind="text", get=lambda record: record.device.phone),
    "building": Field(kind="text", get=lambda record: record.device.building),
    "room": Field(kind="text", get=lambda record: record.device.room),
    "managed": Field(kind="flag", get=lambda record: record.device.managed),
    "supervised": Field(kind="flag", get=lambda record: record.device.supervised),
    "sharedIpad": Field(kind="flag", get=lambda record: record.device.shared_ipad),
    "activationLockEnabled": Field(kind="flag", get=lambda record: record.device.activation_lock),
    "lostModeEnabled": Field(kind="flag", get=lambda record: record.device.lost_mode),
    "groupName": Field(kind="text", get=lambda record: record.device.groups, since=(11, 21), sortable=False),
    "lastInventoryUpdateDate": Field(kind="moment", get=lambda record: record.device.last_inventory, since=(11, 4)),
    "lastContactDate": Field(kind="moment", get=lambda record: record.device.last_contact, since=(11, 30)),
}

_SORT_ONLY: Final[Fields[Record]] = {
    "lostModeEnabledDate": Field(kind="moment", get=lambda record: record.device.lost_mode_since),
    "lastEnrolledDate": Field(kind="moment", get=lambda record: record.device.last_enrolled),
    "mdmProfileExpirationDate": Field(kind="moment", get=lambda record: record.device.profile_expires),
}

MOBILE_SORT: Final[Fields[Record]] = {**MOBILE_FIELDS, **_SORT_ONLY}


LIGHT_SORT: Final[Fields[Record]] = {
    "id": MOBILE_FIELDS["mobileDeviceId"],
    "name": MOBILE_FIELDS["displayName"],
    "serialNumber": MOBILE_FIELDS["serialNumber"],
    "udid": MOBILE_FIELDS["udid"],
    "username": MOBILE_FIELDS["username"],
    "model": MOBILE_FIELDS["model"],
    "managementId": MOBILE_FIELDS["managementId"],
}


def known(fields: Fields[T], release: tuple[int, int]) -> dict[str, Field[T]]:
    """Return the fields that a version has."""
    return {name: field for name, field in fields.items() if field.since <= release}


def in_order(rows: Iterable[T], sort: Sequence[str], fields: Fields[T]) -> list[T]:
    """Sort rows by ``name:asc`` or ``name:desc``, the first the most important; ties keep their order.

    Raises:
        ApiError: 400, a field that cannot be sorted by.
    """
    ordered = list(rows)
    for part in reversed(sort):
        name, _, direction = part.partition(":")
        field = fields.get(name)
        if field is None or not field.sortable or direction.lower() not in {"", "asc", "desc"}:
            raise invalid(f"cannot sort by {part}", about="sort")
        ordered.sort(key=_key(field), reverse=direction.lower() == "desc")
    return ordered


def _key(field: Field[T]) -> Callable[[T], tuple[bool, str]] | Callable[[T], tuple[bool, float]]:
    if field.kind == "text":
        return lambda row: _text_key(field.get(row))
    return lambda row: _number_key(field.get(row))


def _text_key(value: Value) -> tuple[bool, str]:
    return value is not None, str(value or "").casefold()


def _number_key(value: Value) -> tuple[bool, float]:
    if isinstance(value, datetime):
        return True, value.timestamp()
    return value is not None, float(value) if isinstance(value, int) else 0.0
