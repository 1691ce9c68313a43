"""The commands about Lost Mode that Jamf Pro keeps: ``/api/v2/mdm/commands``.

A filter is mandatory there, and a field that the server does not know is ignored in silence: then all commands of all
devices come. So each row is compared with what was asked for, and a page of others is not believed.
"""

from collections.abc import Collection, Iterator
from urllib.parse import quote

import msgspec

from connectors.jamf.access import JamfAccess
from connectors.jamf.faults import FilterIgnoredError
from connectors.jamf.moments import moment
from connectors.jamf.parts import LONGEST_FILTER
from connectors.jamf.session import Answer
from mdm_sync.core.locks import LockCommand, LockKind, LockState
from mdm_sync.errors import TemporaryError

COMMANDS = "/api/v2/mdm/commands"
PAGE = 1000

_KINDS: dict[str, LockKind] = {"ENABLE_LOST_MODE": "enable", "DISABLE_LOST_MODE": "disable"}
_STATES: dict[str, LockState] = {
    "PENDING": "pending",
    "ACKNOWLEDGED": "acknowledged",
    "NOT_NOW": "not now",
    "ERROR": "error",
    "COMMAND_FORMAT_ERROR": "error",
}


class _Client(msgspec.Struct, rename="camel"):
    management_id: str


class _Command(msgspec.Struct, rename="camel"):
    uuid: str
    client: _Client
    command_state: str
    command_type: str
    date_sent: str | None = None
    date_completed: str | None = None


class _Page(msgspec.Struct, rename="camel"):
    total_count: int
    results: list[_Command]


_decode = msgspec.json.Decoder(_Page).decode


def lock_commands(access: JamfAccess, management_ids: Collection[str]) -> Iterator[LockCommand]:
    """The commands of these devices; to be called inside ``access.connected()``.

    Raises:
        FilterIgnoredError: commands of other devices, or of other kinds, came.
        TemporaryError, PermanentError: as any call.
    """
    for batch in _batches(sorted(management_ids)):
        condition = f"clientManagementId=in=({','.join(batch)});command=in=({','.join(_KINDS)})"
        page, came, total = 0, 0, 1
        while came < total:
            query = [("filter", condition), ("page", str(page)), ("page-size", str(PAGE)), ("sort", "dateSent:asc")]
            answer = access.get(COMMANDS, _read, query)
            yield from (_checked(row, batch) for row in answer.results)
            total = answer.total_count if answer.results else came
            came, page = came + len(answer.results), page + 1


def _batches(management_ids: list[str]) -> Iterator[list[str]]:
    """As many as the length of a filter allows; each id and the comma behind it are of one length."""
    if management_ids:
        size = max(1, (LONGEST_FILTER - 200) // max(len(quote(f"{one},")) for one in management_ids))
        for start in range(0, len(management_ids), size):
            yield management_ids[start : start + size]


def _read(answer: Answer) -> _Page:
    try:
        return _decode(answer.body)
    except msgspec.DecodeError as error:
        raise TemporaryError("Jamf Pro answered with something that is no page of commands.") from error


def _checked(row: _Command, asked: Collection[str]) -> LockCommand:
    if row.client.management_id not in asked or row.command_type not in _KINDS:
        raise FilterIgnoredError("Jamf Pro ignored a filter of commands: others came than were asked for.")
    return LockCommand(
        uuid=row.uuid,
        management_id=row.client.management_id,
        kind=_KINDS[row.command_type],
        state=_STATES.get(row.command_state, "pending"),
        sent_at=moment(row.date_sent, "dateSent"),
        completed_at=moment(row.date_completed, "dateCompleted"),
    )
