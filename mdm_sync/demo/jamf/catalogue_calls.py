"""What devices refer to: sites, buildings, departments, extension attributes, groups."""

from collections.abc import Callable, Sequence

from mdm_sync.demo.jamf.answers import Answer, as_json, not_found
from mdm_sync.demo.jamf.asked import asked, number_in_path
from mdm_sync.demo.jamf.fields import MOBILE_FIELDS, MOBILE_SORT
from mdm_sync.demo.jamf.fleet import MOBILE, Record
from mdm_sync.demo.jamf.gate import Call, Endpoint
from mdm_sync.demo.jamf.listing import answer, page_of
from mdm_sync.demo.jamf.mobile_sections import Json
from mdm_sync.demo.jamf.moments import fine, plain
from mdm_sync.demo.jamf.privileges import (
    READ_BUILDINGS,
    READ_DEPARTMENTS,
    READ_EXTENSION_ATTRIBUTES,
    READ_SITES,
    READ_SMART_GROUPS,
    READ_STATIC_GROUPS,
)
from mdm_sync.demo.jamf.views import Wish

_DEPARTMENTS = ("Schulen", "Verwaltung")


async def sites(call: Call) -> Answer:
    """Return the sites that the caller sees: a bare array, no paging."""
    return _array([{"id": str(key), "name": name, "divisionId": None} for key, name in _sites(call)])


async def site_objects(call: Call) -> Answer:
    """Return the mobile devices of one site: a bare array."""
    number = number_in_path(call.request)
    if number not in dict(_sites(call)):
        raise not_found(f"no site {number}")
    rows = call.jamf.views.visible(MOBILE, call.who.sites)
    inside = [str(row.device.jamf_id) for row in rows if row.device.site_id == number]
    return _array([{"siteId": str(number), "objectType": "Mobile Device", "objectId": key} for key in inside])


async def buildings(call: Call) -> Answer:
    """Return one page of buildings."""
    address = dict.fromkeys(
        ["streetAddress1", "streetAddress2", "city", "stateProvince", "zipPostalCode", "country"], ""
    )
    names = call.jamf.fleet.names.buildings
    return _page(call, [{"id": str(number), "name": name, **address} for name, number in names.items()])


async def departments(call: Call) -> Answer:
    """Return one page of departments."""
    return _page(call, [{"id": str(number), "name": name} for number, name in enumerate(_DEPARTMENTS, 1)])


async def extension_attributes(call: Call) -> Answer:
    """Return one page of the definitions of extension attributes."""
    names = call.jamf.fleet.names.extension_attributes
    return _page(
        call,
        [
            {
                "id": str(number),
                "name": name,
                "description": "",
                "dataType": "STRING",
                "inventoryDisplayType": "GENERAL",
                "inputType": "TEXT",
                "popupMenuChoices": [],
            }
            for name, number in names.items()
        ],
    )


async def groups(call: Call) -> Answer:
    """Return all groups of mobile devices: a bare array; here the ids are numbers."""
    names = call.jamf.fleet.names.groups
    return _array(
        [{"id": number, "name": name, "description": "", "isSmartGroup": True} for name, number in names.items()]
    )


async def smart_groups(call: Call) -> Answer:
    """Return one page of the smart groups with the number of their members."""
    names = call.jamf.fleet.names.groups
    counts = dict.fromkeys(names, 0)
    for row in call.jamf.views.visible(MOBILE, call.who.sites):
        for name in row.device.groups:
            counts[name] += 1
    return _page(
        call,
        [
            {"groupId": str(number), "groupName": name, "siteId": "-1", "count": counts[name]}
            for name, number in names.items()
        ],
    )


async def smart_group_members(call: Call) -> Answer:
    """Return one page of the members of a group: flat rows, filtered and sorted like the devices."""
    number = number_in_path(call.request)
    name = next((name for name, key in call.jamf.fleet.names.groups.items() if key == number), None)
    if name is None:
        raise not_found(f"no group {number}")
    member = 'groupName=="{}"'.format(name.replace("\\", "\\\\").replace('"', '\\"'))
    more = call.request.query.get("filter")
    wish = Wish(
        family=MOBILE,
        fields=MOBILE_FIELDS,
        sort_fields=MOBILE_SORT,
        key="mobileDeviceId",
        filter=f"{member};({more})" if more else member,
    )
    found = await page_of(call, wish, asked(call.request, call.jamf.settings, "displayName:asc"))
    return await answer(call, "member", found, _member)


async def no_static_group(call: Call) -> Answer:
    """Refuse: all groups of this server are smart ones."""
    raise not_found(f"no static group {number_in_path(call.request)}")


def _member(record: Record) -> Json:
    device = record.device
    return {
        "mobileDeviceId": str(device.jamf_id),
        "udid": device.udid,
        "displayName": device.name,
        "serialNumber": device.serial,
        "username": device.username,
        "lostModeEnabled": device.lost_mode,
        "lostModeEnabledDate": plain(device.lost_mode_since),
        "lastInventoryUpdateDate": fine(device.last_inventory),
        "EA+1": None,
    }


def _sites(call: Call) -> list[tuple[int, str]]:
    return call.jamf.views.sites(call.who.sites)


def _array(rows: Sequence[Json]) -> Answer:
    return as_json(rows, rows=len(rows))


def _page(call: Call, rows: Sequence[Json]) -> Answer:
    page = asked(call.request, call.jamf.settings, "id:asc")
    order = page.sort[0].partition(":")
    chosen = page.of(sorted(rows, key=_sort_key(order[0]), reverse=order[2] == "desc"))
    return as_json({"totalCount": len(rows), "results": chosen}, rows=len(chosen))


def _sort_key(name: str) -> Callable[[Json], tuple[int, str]]:
    if name == "name":
        return lambda row: (0, str(row.get("name") or row.get("groupName")).casefold())
    return lambda row: (int(str(row.get("id") or row.get("groupId"))), "")


_GROUPS = "/api/v2/mobile-device-groups"
_SMART = frozenset({READ_SMART_GROUPS})
_STATIC = frozenset({READ_STATIC_GROUPS})
_V2_GROUPS = 11, 28

ENDPOINTS = (
    Endpoint(method="GET", path="/api/v1/sites", handler=sites, privileges=frozenset({READ_SITES})),
    Endpoint(method="GET", path="/api/v1/sites/{id}/objects", handler=site_objects, privileges=frozenset({READ_SITES})),
    Endpoint(method="GET", path="/api/v1/buildings", handler=buildings, privileges=frozenset({READ_BUILDINGS})),
    Endpoint(method="GET", path="/api/v1/departments", handler=departments, privileges=frozenset({READ_DEPARTMENTS})),
    Endpoint(
        method="GET",
        path="/api/v1/mobile-device-extension-attributes",
        handler=extension_attributes,
        privileges=frozenset({READ_EXTENSION_ATTRIBUTES}),
    ),
    Endpoint(method="GET", path=_GROUPS, handler=groups, privileges=_SMART | _STATIC, since=_V2_GROUPS),
    Endpoint(method="GET", path=f"{_GROUPS}/smart-groups", handler=smart_groups, privileges=_SMART, since=_V2_GROUPS),
    Endpoint(
        method="GET",
        path=f"{_GROUPS}/smart-group-membership/{{id}}",
        handler=smart_group_members,
        privileges=_SMART,
        since=_V2_GROUPS,
    ),
    Endpoint(
        method="GET",
        path=f"{_GROUPS}/static-group-membership/{{id}}",
        handler=no_static_group,
        privileges=_STATIC,
        since=_V2_GROUPS,
    ),
)
