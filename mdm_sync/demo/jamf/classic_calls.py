"""The Classic API, as far as older clients need it: ``/JSSResource/mobiledevices``, in XML or JSON."""

import asyncio
import re
from collections.abc import Mapping, Sequence
from html import escape
from typing import Final

from mdm_sync.demo.jamf.answers import Answer, ApiError, as_json
from mdm_sync.demo.jamf.asked import number_in_path
from mdm_sync.demo.jamf.damage import Damage, damage
from mdm_sync.demo.jamf.fleet import MOBILE, Names, Record
from mdm_sync.demo.jamf.gate import Call, Endpoint
from mdm_sync.demo.jamf.mobile_sections import Json, mac, system
from mdm_sync.demo.jamf.moments import midnight, plain
from mdm_sync.demo.jamf.privileges import READ_MOBILE_DEVICES

_NOT_IN_XML: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


async def devices(call: Call) -> Answer:
    """Return all devices at once; the Classic API has no paging."""
    harm = damage(call.jamf.settings.faults, call.jamf.fleet, MOBILE)
    records = call.jamf.views.visible(MOBILE, call.who.sites)
    write = _list_in_json if _wants_json(call) else _list_in_xml
    return await asyncio.to_thread(write, records, harm)


def _list_in_json(records: Sequence[Record], harm: Damage) -> Answer:
    rows = [_summary(harm.record(record)) for record in records]
    return as_json({"mobile_devices": rows}, rows=len(rows))


def _list_in_xml(records: Sequence[Record], harm: Damage) -> Answer:
    inside = "".join(_xml("mobile_device", _summary(harm.record(record))) for record in records)
    return _as_xml(f"<mobile_devices><size>{len(records)}</size>{inside}</mobile_devices>", rows=len(records))


async def device(call: Call) -> Answer:
    """Return one device with all it has; 404 with a page of HTML if there is none."""
    record = call.jamf.views.find(MOBILE, number_in_path(call.request), call.who.sites)
    if record is None:
        raise ApiError(404, "NOT_FOUND", "Not Found")
    harm = damage(call.jamf.settings.faults, call.jamf.fleet, MOBILE)
    content = _whole(harm.record(record), call.jamf.fleet.names)
    if _wants_json(call):
        return as_json({"mobile_device": content}, rows=1)
    return _as_xml(_xml("mobile_device", content), rows=1)


def _summary(record: Record) -> Json:
    device = record.device
    return {
        "id": device.jamf_id,
        "name": device.name,
        "device_name": device.name,
        "udid": device.udid,
        "serial_number": device.serial,
        "phone_number": "",
        "wifi_mac_address": mac(device.jamf_id, "70"),
        "managed": device.managed,
        "supervised": device.supervised,
        "model": device.model,
        "model_identifier": device.model_identifier,
        "modelDisplay": device.model,
        "model_display": device.model,
        "username": device.username,
    }


def _whole(record: Record, names: Names) -> Json:
    device = record.device
    version, build = system(device.jamf_id)
    site = names.sites.get(device.site_id) if device.site_id is not None else None
    return {
        "general": {
            **_summary(record),
            "asset_tag": device.asset_tag,
            "last_inventory_update_utc": plain(device.last_inventory),
            "os_type": device.device_type,
            "os_version": version,
            "os_build": build,
            "management_id": device.management_id,
            "site": {"id": -1 if site is None else device.site_id, "name": site or "None"},
        },
        "location": {
            "username": device.username,
            "realname": device.real_name,
            "real_name": device.real_name,
            "email_address": device.email,
            "position": "",
            "phone": device.phone,
            "phone_number": device.phone,
            "department": "",
            "building": device.building,
            "room": device.room,
        },
        "purchasing": {"is_purchased": True, "is_leased": False, "po_date_utc": midnight(device.purchased) or ""},
        "security": {
            "activation_lock_enabled": device.activation_lock,
            "lost_mode_enabled": str(device.lost_mode).lower(),
            "lost_mode_enforced": device.lost_mode,
            "lost_mode_enable_issued_utc": None,
            "lost_mode_message": record.lost.message if device.lost_mode else "",
            "lost_location_latitude": 0,
            "lost_location_longitude": 0,
        },
        "mobile_device_groups": [
            {"mobile_device_group": {"id": names.groups.get(name, 0), "name": name}} for name in device.groups
        ],
        "extension_attributes": [
            {
                "extension_attribute": {
                    "id": names.extension_attributes.get(name, 0),
                    "name": name,
                    "type": "String",
                    "value": value,
                }
            }
            for name, value in device.extension_attributes
        ],
    }


def _wants_json(call: Call) -> bool:
    return "json" in call.request.headers.get("Accept", "")


def _as_xml(text: str, *, rows: int) -> Answer:
    head = '<?xml version="1.0" encoding="UTF-8"?>'
    return Answer(body=f"{head}{text}".encode(), rows=rows, content_type="text/xml")


def _xml(name: str, content: object) -> str:
    """Return an element; a list becomes its items side by side, each an element named by its only key."""
    if isinstance(content, Mapping):
        inside = "".join(_xml(key, value) for key, value in content.items())
    elif isinstance(content, Sequence) and not isinstance(content, str):
        inside = "".join(_xml(key, value) for item in content for key, value in item.items())
    else:
        inside = _text(content)
    return f"<{name}>{inside}</{name}>"


def _text(value: object) -> str:
    if value is None:
        return ""
    shown = str(value).lower() if isinstance(value, bool) else str(value)
    return escape(_NOT_IN_XML.sub("", shown))


_PATH = "/JSSResource/mobiledevices"
_READ = frozenset({READ_MOBILE_DEVICES})

ENDPOINTS = (
    Endpoint(method="GET", path=_PATH, handler=devices, privileges=_READ),
    Endpoint(method="GET", path=f"{_PATH}/id/{{id}}", handler=device, privileges=_READ),
)
