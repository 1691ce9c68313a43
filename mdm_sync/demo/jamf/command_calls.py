"""MDM commands: ``/v2/mdm/commands``."""

from uuid import UUID, uuid4

import msgspec

from mdm_sync.demo.jamf.answers import Answer, ApiError, as_json, invalid
from mdm_sync.demo.jamf.asked import asked
from mdm_sync.demo.jamf.commands import (
    ENABLE_LOST_MODE,
    KINDS,
    LOST_MODE,
    NEED_LOST_MODE,
    Command,
    LostMode,
    as_row,
    client_type,
)
from mdm_sync.demo.jamf.fields import Field, Fields, in_order
from mdm_sync.demo.jamf.fleet import MOBILE, Record
from mdm_sync.demo.jamf.gate import Call, Endpoint, forbidden
from mdm_sync.demo.jamf.matching import Matcher
from mdm_sync.demo.jamf.moments import at, fine
from mdm_sync.demo.jamf.privileges import REMOTE_LOCK, REMOTE_WIPE, SEND_COMMANDS, SEND_LOST_MODE, VIEW_COMMANDS
from mdm_sync.demo.jamf.rsql import Comparison, Node, parse
from mdm_sync.demo.jamf.wire import hang

_STATES = frozenset({"pending", "acknowledged", "notnow", "error", "commandformaterror"})

_FIELDS: Fields[Command] = {
    "uuid": Field(kind="text", get=lambda command: command.uuid),
    "clientManagementId": Field(kind="text", get=lambda command: command.management_id),
    "command": Field(kind="text", get=lambda command: command.kind),
    "status": Field(kind="text", get=lambda command: command.state),
    "clientType": Field(kind="text", get=client_type),
    "dateSent": Field(kind="moment", get=lambda command: command.sent),
    "validAfter": Field(kind="moment", get=lambda command: command.sent),
    "dateCompleted": Field(kind="moment", get=lambda command: command.completed),
    "profileId": Field(kind="text", get=lambda _: None),
    "profileIdentifier": Field(kind="text", get=lambda _: None),
    "active": Field(kind="flag", get=lambda command: command.completed is None),
}


class _Client(msgspec.Struct, rename="camel"):
    management_id: str


class _Data(msgspec.Struct, rename="camel"):
    command_type: str
    lost_mode_message: str = ""
    lost_mode_phone: str = ""
    lost_mode_footnote: str = ""


class _Order(msgspec.Struct, rename="camel"):
    """Body of POST."""

    client_data: list[_Client]
    command_data: _Data


async def order(call: Call) -> Answer:
    """Take a command for devices: 201 with a UUID for each. All or nothing: one unknown device makes it a 500."""
    jamf = call.jamf
    try:
        wanted = msgspec.json.decode(await call.request.read(), type=_Order)
    except msgspec.DecodeError as error:
        raise invalid(str(error)) from error
    _check(call, wanted.command_data)
    records = [_record(call, client.management_id) for client in wanted.client_data]
    if not records:
        raise invalid("no client", about="clientData")
    for record in records:
        _check_device(wanted.command_data.command_type, record)
    answers = [_take(call, record, wanted.command_data) for record in records]
    if jamf.settings.faults.on("command-timeout"):
        await hang(call.request, jamf.settings.faults, "command-timeout")
    return as_json(answers, status=201)


async def listing(call: Call) -> Answer:
    """Return one page of commands. A filter is needed (400); names that are unknown count as fulfilled."""
    jamf = call.jamf
    text = call.request.query.get("filter")
    if not text:
        raise invalid("a filter is required", about="filter")
    node = parse(text)
    _check_filter(node)
    page = asked(call.request, jamf.settings, "dateSent:asc")
    if any(part.startswith("clientType") for part in page.sort):
        raise _broken()
    test = Matcher(fields=_FIELDS, strict=False).test(node)
    rows = [command for command in jamf.fleet.queue.commands.values() if _may_see(call, command)]
    if not jamf.settings.faults.on("commands-unfiltered"):
        rows = [command for command in rows if test(command)]
    chosen = page.of(in_order(rows, page.sort, _FIELDS))
    results = [as_row(command, fine(command.sent), fine(command.completed)) for command in chosen]
    return as_json({"totalCount": len(rows), "results": results}, rows=len(chosen))


def _check(call: Call, data: _Data) -> None:
    if data.command_type not in KINDS:
        raise invalid(f"unknown command {data.command_type}", about="commandType")
    needed = {"DEVICE_LOCK": REMOTE_LOCK, "ERASE_DEVICE": REMOTE_WIPE} | dict.fromkeys(LOST_MODE, SEND_LOST_MODE)
    if needed.get(data.command_type, SEND_COMMANDS) not in call.who.privileges:
        raise forbidden()
    if data.command_type == ENABLE_LOST_MODE and not (data.lost_mode_message or data.lost_mode_phone):
        raise invalid("a message or a phone number is required", about="lostModeMessage")


def _record(call: Call, management_id: str) -> Record:
    faults = call.jamf.settings.faults
    record = call.jamf.fleet.managed_as(management_id)
    struck = faults.on("command-500") and faults.value("command-500", management_id) == management_id
    if struck or record is None or not record.device.managed or not _reaches(call, record):
        raise _broken()
    return record


def _reaches(call: Call, record: Record) -> bool:
    return call.who.sites is None or record.device.site_id in call.who.sites


def _check_device(kind: str, record: Record) -> None:
    device = record.device
    if kind in LOST_MODE and (device.family != MOBILE or not device.supervised):
        raise invalid(f"{kind} needs a supervised mobile device", about="managementId")
    if kind in NEED_LOST_MODE and not device.lost_mode:
        raise invalid(f"{kind} needs a device in Lost Mode", about="managementId")


def _take(call: Call, record: Record, data: _Data) -> dict[str, str]:
    jamf = call.jamf
    command = Command(
        uuid=str(uuid4()),
        kind=data.command_type,
        family=record.device.family,
        jamf_id=record.device.jamf_id,
        management_id=record.device.management_id,
        sent=at(jamf.settings.clock()),
        lost=LostMode(
            message=data.lost_mode_message or None,
            phone=data.lost_mode_phone or None,
            footnote=data.lost_mode_footnote or None,
        ),
        visible_at=jamf.settings.visible_at(),
    )
    jamf.fleet.queue.add(command)
    jamf.settings.counters.commands += 1
    return {"id": command.uuid, "href": f"{call.request.url.origin()}/api/v2/mdm/commands?filter=uuid=={command.uuid}"}


def _may_see(call: Call, command: Command) -> bool:
    if command.visible_at is not None and command.visible_at > call.jamf.settings.clock():
        return False
    record = call.jamf.fleet.real(command.family, command.jamf_id)
    return call.who.sites is None or (record is not None and _reaches(call, record))


def _check_filter(node: Node) -> None:
    """Raise ApiError for values and operators that the real server answers with an error (jamf-pro-sdk-python)."""
    if not isinstance(node, Comparison):
        for part in node.parts:
            _check_filter(part)
        return
    if node.name == "uuid" and not all(map(_is_uuid, node.values)):
        raise _broken()
    if node.name == "status" and not all(value.replace("_", "").lower() in _STATES for value in node.values):
        raise _broken()
    if _FIELDS.get(node.name, _FIELDS["uuid"]).kind == "moment" and node.operator in {"==", "!=", "in", "out"}:
        raise invalid(f"{node.name} takes only < <= > >=", about=node.name)


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _broken() -> ApiError:
    return ApiError(500, "SYSTEM_EXCEPTION", "An internal error occurred")


_PATH = "/api/v2/mdm/commands"
_VIEW = frozenset({VIEW_COMMANDS})

ENDPOINTS = (
    Endpoint(method="GET", path=_PATH, handler=listing, privileges=_VIEW),
    Endpoint(method="POST", path=_PATH, handler=order, privileges=_VIEW | {SEND_COMMANDS}),
)
