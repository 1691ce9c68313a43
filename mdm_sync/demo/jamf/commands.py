"""MDM commands: sent, waiting for the device, acknowledged."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final
from uuid import NAMESPACE_URL, uuid5

from mdm_sync.demo.model import DemoDevice

ENABLE_LOST_MODE: Final = "ENABLE_LOST_MODE"
DISABLE_LOST_MODE: Final = "DISABLE_LOST_MODE"
NEED_LOST_MODE: Final = frozenset({"DEVICE_LOCATION", "PLAY_LOST_MODE_SOUND"})
LOST_MODE: Final = NEED_LOST_MODE | {ENABLE_LOST_MODE, DISABLE_LOST_MODE}

KINDS: Final = LOST_MODE | frozenset(
    {
        "APPLY_REDEMPTION_CODE",
        "CANCEL_ENHANCED_LOG_COLLECTION",
        "CERTIFICATE_LIST",
        "CLEAR_PASSCODE",
        "CLEAR_RESTRICTIONS_PASSWORD",
        "DECLARATIVE_MANAGEMENT",
        "DELETE_USER",
        "DEVICE_INFORMATION",
        "DEVICE_LOCK",
        "DISABLE_REMOTE_DESKTOP",
        "ENABLE_REMOTE_DESKTOP",
        "ERASE_DEVICE",
        "INSTALLED_APPLICATION_LIST",
        "LOG_OUT_USER",
        "MANAGED_APPLICATION_LIST",
        "MANAGED_MEDIA_LIST",
        "REFRESH_CELLULAR_PLANS",
        "PROFILE_LIST",
        "PROVISIONING_PROFILE_LIST",
        "RESTART_DEVICE",
        "REQUEST_MIRRORING",
        "SECURITY_INFO",
        "SETTINGS",
        "SET_AUTO_ADMIN_PASSWORD",
        "SET_RECOVERY_LOCK",
        "SHUT_DOWN_DEVICE",
        "STOP_MIRRORING",
        "TRIGGER_ENHANCED_LOG_COLLECTION",
        "UNLOCK_USER_ACCOUNT",
        "VALIDATE_APPLICATIONS",
        "VERIFY_RECOVERY_LOCK",
    }
)
"""``commandType`` of ``POST /v2/mdm/commands`` in 11.30."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LostMode:
    """What a device in Lost Mode shows."""

    message: str | None = "Eigentum der Stadt"
    phone: str | None = None
    footnote: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One command for one device.

    Attributes:
        kind: ``commandType``.
        completed: when the device acknowledged it; None while it waits.
        lost: what to show, for ENABLE_LOST_MODE.
        planted: it belongs to the district; the devices do not answer such commands by themselves.
        visible_at: clock time from which lists show it; None is at once.
    """

    uuid: str
    kind: str
    family: str
    jamf_id: int
    management_id: str
    sent: datetime
    completed: datetime | None = None
    lost: LostMode = LostMode()
    planted: bool = False
    visible_at: float | None = None

    @property
    def state(self) -> str:
        """``commandState`` as answers show it."""
        return "ACKNOWLEDGED" if self.completed else "PENDING"


@dataclass(frozen=True, slots=True)
class Queue:
    """All commands by UUID, in the order of sending."""

    commands: dict[str, Command] = field(default_factory=dict)

    def add(self, command: Command) -> None:
        """Take a command."""
        self.commands[command.uuid] = command

    def pending(self) -> list[Command]:
        """Return the commands that wait for their device."""
        return [command for command in self.commands.values() if command.completed is None]

    def complete(self, command: Command, when: datetime) -> None:
        """Note that the device acknowledged."""
        self.commands[command.uuid] = replace(command, completed=when)


def planted(device: DemoDevice, now: datetime) -> list[Command]:
    """Return the commands that a district implies: the waiting lock, or the one that was acknowledged."""
    if not device.pending_lock and not device.lost_mode:
        return []
    sent = device.lost_mode_since or device.last_contact or now
    return [
        Command(
            uuid=str(uuid5(NAMESPACE_URL, f"command/{device.management_id}/{device.pending_lock}")),
            kind=ENABLE_LOST_MODE,
            family=device.family,
            jamf_id=device.jamf_id,
            management_id=device.management_id,
            sent=sent,
            completed=None if device.pending_lock else sent,
            planted=True,
        )
    ]


def as_row(command: Command, sent: str | None, completed: str | None) -> Mapping[str, object]:
    """Return the JSON of ``GET /v2/mdm/commands`` for one command."""
    return {
        "uuid": command.uuid,
        "dateSent": sent,
        "dateCompleted": completed,
        "client": {"managementId": command.management_id, "clientType": client_type(command)},
        "commandState": command.state,
        "commandType": command.kind,
        "commandError": None,
        "profileId": None,
    }


def client_type(command: Command) -> str:
    """Return ``clientType`` as answers show it."""
    return "COMPUTER" if command.family == "computer" else "MOBILE_DEVICE"
