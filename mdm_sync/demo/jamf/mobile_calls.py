"""Mobile devices: ``/v2/mobile-devices``."""

from functools import partial

import msgspec

from mdm_sync.demo.jamf.answers import Answer, ApiError, as_json, invalid, not_found
from mdm_sync.demo.jamf.asked import asked, number_in_path, sections
from mdm_sync.demo.jamf.damage import Damage, damage, refuse_victims
from mdm_sync.demo.jamf.fields import LIGHT_SORT, MOBILE_FIELDS, MOBILE_SORT
from mdm_sync.demo.jamf.fleet import MOBILE, Names, Record
from mdm_sync.demo.jamf.gate import Call, Endpoint, forbidden
from mdm_sync.demo.jamf.listing import answer, page_of
from mdm_sync.demo.jamf.mobile import SECTIONS, detail, light, patched
from mdm_sync.demo.jamf.mobile_sections import Json
from mdm_sync.demo.jamf.privileges import READ_MOBILE_DEVICES, UPDATE_MOBILE_DEVICES
from mdm_sync.demo.jamf.views import Wish

_LIST = Wish(family=MOBILE, fields={}, sort_fields=LIGHT_SORT, key="id")
_LENIENT_SINCE = 11, 29
_CONTACT_SINCE = 11, 30


class _Location(msgspec.Struct, rename="camel"):
    username: str | None = None
    real_name: str | None = None
    email_address: str | None = None
    phone_number: str | None = None
    building_id: str | None = None
    room: str | None = None


class _Update(msgspec.Struct, rename="camel"):
    """Body of PATCH: what of ``UpdateMobileDeviceV2`` this server takes; other keys are read over."""

    asset_tag: str | None = None
    site_id: str | None = None
    location: _Location | None = None


async def lights(call: Call) -> Answer:
    """Return one page of the light list; a filter is ignored, as the real one has none."""
    faults = call.jamf.settings.faults
    page = asked(call.request, call.jamf.settings, "id:asc")
    harm = damage(faults, call.jamf.fleet, MOBILE)
    found = await page_of(call, _LIST, page)
    return await answer(call, ("light", harm), found, lambda record: light(harm.record(record)))


async def details(call: Call) -> Answer:
    """Return one page of devices with the sections asked for."""
    jamf = call.jamf
    faults = jamf.settings.faults
    wanted = sections(call.request, SECTIONS)
    lenient = _lenient(call)
    wish = Wish(
        family=MOBILE,
        fields=MOBILE_FIELDS,
        sort_fields=MOBILE_SORT,
        key="mobileDeviceId",
        filter=call.request.query.get("filter", ""),
        ignore=frozenset({"lostModeEnabled"}) if faults.on("lost-filter-ignored") else frozenset(),
    )
    found = await page_of(call, wish, asked(call.request, jamf.settings, "displayName:asc"))
    refuse_victims(faults, jamf.fleet, MOBILE, found[1], lenient=lenient)
    harm = damage(faults, jamf.fleet, MOBILE, lenient=lenient)
    without = () if jamf.settings.release >= _CONTACT_SINCE else ("lastContactDate",)
    render = partial(_row, harm=harm, wanted=wanted, names=jamf.fleet.names, without=without)
    return await answer(call, ("detail", wanted, harm, without), found, render)


def _row(record: Record, *, harm: Damage, wanted: frozenset[str], names: Names, without: tuple[str, ...]) -> Json:
    row = detail(harm.record(record), wanted, names)
    general = row["general"]
    if isinstance(general, dict):
        for key in without:
            del general[key]
    return harm.row(record.device.jamf_id, row)


def _lenient(call: Call) -> bool:
    handling = call.request.query.get("exception-handling", "STRICT")
    if call.jamf.settings.release < _LENIENT_SINCE:
        return False
    if handling not in {"STRICT", "LENIENT"}:
        raise invalid("exception-handling is STRICT or LENIENT", about="exception-handling")
    return handling == "LENIENT"


async def one(call: Call) -> Answer:
    """Return one device in the light shape; 404 if there is none."""
    harm = damage(call.jamf.settings.faults, call.jamf.fleet, MOBILE)
    return as_json(light(harm.record(_find(call))), rows=1)


async def update(call: Call) -> Answer:
    """Change asset tag, site or user fields of a device: 200, 400, 403 for a site out of reach, 404."""
    jamf = call.jamf
    record = _find(call)
    try:
        asked_for = msgspec.json.decode(await call.request.read(), type=_Update)
    except msgspec.DecodeError as error:
        raise invalid(str(error)) from error
    fields: dict[str, object] = {}
    if asked_for.asset_tag is not None:
        fields["asset_tag"] = asked_for.asset_tag
    if asked_for.site_id is not None:
        fields["site_id"] = _site(call, asked_for.site_id)
    if asked_for.location is not None:
        fields |= _location(asked_for.location, jamf.fleet.names)
    new = jamf.fleet.change(MOBILE, record.device.jamf_id, fields, visible_at=jamf.settings.visible_at())
    return as_json(patched(new, jamf.fleet.names))


def _find(call: Call) -> Record:
    number = number_in_path(call.request)
    record = call.jamf.views.find(MOBILE, number, call.who.sites)
    if record is None:
        raise not_found(f"no mobile device {number}")
    return record


def _site(call: Call, text: str) -> int | None:
    allowed = dict(call.jamf.views.sites(call.who.sites))
    if text == "-1" and call.who.sites is None:
        return None
    if not text.isdecimal() or int(text) not in allowed:
        raise forbidden() if call.who.sites is not None else invalid(f"no site {text}", about="siteId")
    return int(text)


def _location(asked_for: _Location, names: Names) -> dict[str, object]:
    given = {
        "username": asked_for.username,
        "real_name": asked_for.real_name,
        "email": asked_for.email_address,
        "phone": asked_for.phone_number,
        "room": asked_for.room,
    }
    fields: dict[str, object] = {name: value for name, value in given.items() if value is not None}
    if asked_for.building_id is not None:
        buildings = {"-1": ""} | {str(number): name for name, number in names.buildings.items()}
        if asked_for.building_id not in buildings:
            raise ApiError(400, "INVALID_ID", "no such building", about="buildingId")
        fields["building"] = buildings[asked_for.building_id]
    return fields


_PATH = "/api/v2/mobile-devices"
_READ = frozenset({READ_MOBILE_DEVICES})

ENDPOINTS = (
    Endpoint(method="GET", path=_PATH, handler=lights, privileges=_READ),
    Endpoint(method="GET", path=f"{_PATH}/detail", handler=details, privileges=_READ),
    Endpoint(method="GET", path=f"{_PATH}/{{id}}", handler=one, privileges=_READ),
    Endpoint(method="PATCH", path=f"{_PATH}/{{id}}", handler=update, privileges=frozenset({UPDATE_MOBILE_DEVICES})),
)
