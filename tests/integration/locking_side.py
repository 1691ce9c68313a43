"""Locking on the demo's Jamf Pro: the second API client, and devices that nobody has locked."""

from pathlib import Path
from typing import Any

from connectors.jamf import JamfAccess, JamfCommands, Limits, LostModeScreen
from mdm_sync.core.model import Device
from mdm_sync.demo.jamf.privileges import LOCKING
from mdm_sync.demo.jamf.server import ApiClient
from mdm_sync.demo.model import DemoDevice
from tests.far_side import JamfSide, device_of

COMMANDS_PATH = "/api/v2/mdm/commands"
LOCKING_CLIENT, LOCKING_SECRET = "locking", "sperr-geheim"
SCREEN = LostModeScreen(message="Eigentum der Stadt", phone="+49 231 0000", footnote="Schul-IT")
PATIENCE = Limits(connect=5, read=0.3, call=5)
"""Seconds; an answer that comes at all takes some hundredths."""


def jamf_commands(side: JamfSide, **changes: Any) -> JamfCommands:
    """The client for locking; it waits by the side's clock."""
    side.settings.clients[LOCKING_CLIENT] = ApiClient(secret=LOCKING_SECRET, privileges=LOCKING)
    plain: dict[str, Any] = {
        "client_id": LOCKING_CLIENT,
        "client_secret": lambda: LOCKING_SECRET,
        "client_named": "locking.client_id and the secret jamf-locking-client-secret",
        "connections": 1,
        "limits": PATIENCE,
    }
    return JamfCommands(side.access(**plain | changes), SCREEN, sleep=side.clock.sleep)


def commands_in_real_time(url: str, ca_file: Path) -> JamfCommands:
    """The same client, for another process."""
    access = JamfAccess(
        url=url, client_id=LOCKING_CLIENT, client_secret=lambda: LOCKING_SECRET, ca_file=ca_file, connections=1
    )
    return JamfCommands(access, SCREEN, sleep=_never)


def lockable(side: JamfSide) -> list[Device]:
    """iPads that may be locked and that nobody has."""
    return [device_of(one) for one in side.devices if _is_lockable(one)]


def _is_lockable(demo: DemoDevice) -> bool:
    sound = demo.device_type == "iOS" and demo.managed and demo.supervised and not demo.null_sections
    return sound and not demo.lost_mode and not demo.pending_lock


def _never(_: float) -> None:
    raise AssertionError("the far side answers at once")
