"""Lost Mode is switched at ``/api/v2/mdm/commands``: one device a call, no call twice.

A list of several devices is taken as a whole or answered with an opaque 500, so each command names one. A call without
an answer may have been taken: the web nodes of a Jamf Pro know of each other's writes after about a minute, so the list
of commands is asked when that has passed, and what it shows is what became of the call.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass

import msgspec

from connectors.jamf.access import JamfAccess
from connectors.jamf.faults import UnansweredError
from connectors.jamf.lock_commands import COMMANDS, lock_commands
from connectors.jamf.session import Answer
from mdm_sync.core.lock_orders import newest
from mdm_sync.core.locks import LockCommand, LockKind
from mdm_sync.errors import MdmSyncError, PermanentError, TemporaryError

STALE_SECONDS = 60.0
_TYPES: dict[LockKind, str] = {"enable": "ENABLE_LOST_MODE", "disable": "DISABLE_LOST_MODE"}


@dataclass(frozen=True, slots=True, kw_only=True)
class LostModeScreen:
    """What a device in Lost Mode shows; message or phone is needed."""

    message: str
    phone: str
    footnote: str = ""


class JamfCommands:
    """Satisfies ``mdm_sync.ports.LockCommands``.

    Args:
        access: of the API client that may send commands about Lost Mode, and nothing else that changes anything.
        screen: what a locked device shows.
        stale_seconds: after how long a read shows every write.
        sleep: waits so many seconds.
    """

    def __init__(
        self,
        access: JamfAccess,
        screen: LostModeScreen,
        *,
        sleep: Callable[[float], None],
        stale_seconds: float = STALE_SECONDS,
    ) -> None:
        self._access = access
        self._screen = screen
        self._sleep = sleep
        self._stale_seconds = stale_seconds

    def commands(self, management_id: str) -> tuple[LockCommand, ...]:
        """The commands about Lost Mode of this device, in the order of sending."""
        with self._access.connected():
            return tuple(lock_commands(self._access, [management_id]))

    def send(self, management_id: str, kind: LockKind, known: Collection[str]) -> str | None:
        """Send one command, once; what became of it is found out where no answer comes."""
        try:
            with self._access.connected():
                return self._access.post(COMMANDS, self._body(management_id, kind), _read_uuid)
        except UnansweredError as error:
            return self._found_out(management_id, kind, known, error)
        except PermanentError as error:
            raise PermanentError(f"{error} The command was not taken.") from error

    def became(self, management_id: str, kind: LockKind, known: Collection[str]) -> str | None:
        """The command that is there beside the known ones, as soon as the list must show it.

        How long ago it was sent nobody knows who was not there: an order may have waited for a connection. So the
        whole time is waited out from now.
        """
        command = self._new(management_id, kind, known)
        if command is None:
            self._sleep(self._stale_seconds)
            command = self._new(management_id, kind, known)
        return command.uuid if command else None

    def _found_out(
        self, management_id: str, kind: LockKind, known: Collection[str], unanswered: UnansweredError
    ) -> str | None:
        try:
            return self.became(management_id, kind, known)
        except MdmSyncError as error:
            raise UnansweredError(f"{unanswered} Nor could it be found out: {error}") from error

    def _new(self, management_id: str, kind: LockKind, known: Collection[str]) -> LockCommand | None:
        found = self.commands(management_id)
        return newest(one for one in found if one.kind == kind and one.uuid not in known)

    def _body(self, management_id: str, kind: LockKind) -> bytes:
        data = {"commandType": _TYPES[kind]}
        if kind == "enable":
            data |= {
                "lostModeMessage": self._screen.message,
                "lostModePhone": self._screen.phone,
                "lostModeFootnote": self._screen.footnote,
            }
        return msgspec.json.encode({"clientData": [{"managementId": management_id}], "commandData": data})


class _Taken(msgspec.Struct):
    id: str


def _read_uuid(answer: Answer) -> str:
    try:
        [taken] = msgspec.json.decode(answer.body, type=list[_Taken])
    except (msgspec.DecodeError, ValueError) as error:
        raise TemporaryError(f"Jamf Pro answered {COMMANDS} with something that names no command.") from error
    return taken.id
