"""Fields of the district's values by name, for functions that take some of them as keyword arguments."""

from datetime import date, datetime
from typing import TypedDict


class DeviceFields(TypedDict, total=False):
    """Fields of a ``DemoDevice`` but its id."""

    family: str
    device_type: str
    serial: str
    udid: str
    management_id: str
    name: str
    asset_tag: str
    model: str
    model_identifier: str
    site_id: int | None
    username: str
    real_name: str
    email: str
    phone: str
    building: str
    room: str
    managed: bool
    supervised: bool
    shared_ipad: bool
    prestage: str
    groups: tuple[str, ...]
    extension_attributes: tuple[tuple[str, str], ...]
    last_inventory: datetime | None
    last_contact: datetime | None
    last_enrolled: datetime | None
    profile_expires: datetime | None
    purchased: date | None
    lost_mode: bool
    lost_mode_since: datetime | None
    pending_lock: bool
    null_sections: frozenset[str]


class AccountFields(TypedDict, total=False):
    """Fields of a ``DemoPerson`` that else follow from school and name."""

    uuid: str
    login: str
    mail: str


class PersonFields(TypedDict, total=False):
    """Fields of a ``DemoPerson`` that may change."""

    mail: str
    groups: tuple[str, ...]


class IncidentFields(TypedDict, total=False):
    """Fields of an ``Incident`` that may change after it was recorded."""

    kind: str
    serial: str
    asset_tag: str
    happened: date
    reported_at: datetime
    status: str
