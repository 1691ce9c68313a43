"""The records of the server and what happens to them while it runs."""

import itertools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Final

from mdm_sync.demo.jamf.commands import DISABLE_LOST_MODE, ENABLE_LOST_MODE, Command, LostMode, Queue, planted
from mdm_sync.demo.model import DemoDevice, District

MOBILE: Final = "mobile"
COMPUTER: Final = "computer"


_UNSAID: Final = LostMode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One device as it is now.

    Attributes:
        version: unlike any other record's and any earlier state's; what was made of equal versions is equal.
    """

    device: DemoDevice
    version: int
    lost: LostMode = _UNSAID


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """Ids of the things that devices name; they are numbered in the order of their names."""

    sites: Mapping[int, str]
    buildings: Mapping[str, int]
    groups: Mapping[str, int]
    extension_attributes: Mapping[str, int]
    prestages: Mapping[str, int]


Listener = Callable[[str, DemoDevice, Mapping[str, str]], None]
"""Told of each thing that happens: name of the webhook event, the device, further fields of the event."""


class Fleet:
    """The devices of a district, with the changes of run time.

    Reads go to ``shown``, which follows ``real`` at once or, where a change was given a delay, when it has passed:
    several web nodes of a real Jamf Pro know of a write only after about a minute.

    Attributes:
        version: rises with every visible change.
        names: ids of sites, buildings and groups.
        queue: the MDM commands.
        listeners: told of what happens.
    """

    def __init__(self, district: District) -> None:
        self._versions = itertools.count(1)
        self.version = 0
        self.listeners: list[Listener] = []
        self._real: dict[tuple[str, int], Record] = {}
        self.load(district)

    def load(self, district: District) -> None:
        """Replace everything by a district, such as the same one on another day; changes of run time are forgotten."""
        before = self._real
        self._real = {}
        for device in sorted(district.devices, key=lambda device: device.jamf_id):
            key = device.family, device.jamf_id
            old = before.get(key)
            kept = old if old and old.device == device and old.lost == _UNSAID else None
            self._real[key] = kept or Record(device=device, version=next(self._versions))
        self._due: dict[tuple[str, int], float] = {}
        self._shown: dict[str, dict[int, Record]] = {MOBILE: {}, COMPUTER: {}}
        for (family, jamf_id), record in self._real.items():
            self._shown[family][jamf_id] = record
        self._by_management_id = {record.device.management_id: key for key, record in self._real.items()}
        self.names = _names(district)
        self.queue = Queue()
        for record in self._real.values():
            for command in planted(record.device, district.plan.now):
                self.queue.add(command)
        self.version += 1

    def shown(self, family: str) -> Mapping[int, Record]:
        """Return what reads see of one family ("mobile" or "computer"), in the order of ids."""
        return MappingProxyType(self._shown[family])

    def real(self, family: str, jamf_id: int) -> Record | None:
        """Return the true state of a device."""
        return self._real.get((family, jamf_id))

    def managed_as(self, management_id: str) -> Record | None:
        """Return the true state of the device with a management id."""
        key = self._by_management_id.get(management_id)
        return self._real.get(key) if key else None

    def change(
        self, family: str, jamf_id: int, fields: Mapping[str, object], *, visible_at: float | None = None
    ) -> Record:
        """Change fields of a device.

        Args:
            family: "mobile" or "computer".
            jamf_id: which device.
            fields: new values by the names of ``DemoDevice``; ``lost`` for what it shows in Lost Mode.
            visible_at: clock time from which reads show it; None is at once.

        Raises:
            KeyError: there is no such device.
            TypeError: there is no such field.
        """
        old = self._real[family, jamf_id]
        texts = fields.get("lost")
        lost = texts if isinstance(texts, LostMode) else old.lost
        named = {name: value for name, value in fields.items() if name != "lost"}
        device = replace(old.device, **named)  # type: ignore[arg-type]  # the caller names the fields
        new = Record(device=device, version=next(self._versions), lost=lost)
        self._real[family, jamf_id] = new
        self._by_management_id[device.management_id] = family, jamf_id
        self._publish((family, jamf_id), visible_at)
        return new

    def remove(self, family: str, jamf_id: int, *, visible_at: float | None = None) -> None:
        """Delete a record. Raises KeyError where there is none."""
        gone = self._real.pop((family, jamf_id))
        self._publish((family, jamf_id), visible_at)
        self.tell("MobileDeviceUnEnrolled", gone.device)

    def acknowledge(self, command: Command, when: datetime, *, visible_at: float | None = None) -> None:
        """Play the device that carries out a command and says so; one that is gone stays silent."""
        record = self._real.get((command.family, command.jamf_id))
        if record is None:
            return
        self.queue.complete(command, when)
        fields: dict[str, object] = {"last_contact": when}
        if command.kind == ENABLE_LOST_MODE:
            fields |= {"lost_mode": True, "lost_mode_since": when, "pending_lock": False, "lost": command.lost}
        elif command.kind == DISABLE_LOST_MODE:
            fields |= {"lost_mode": False, "lost_mode_since": None}
        new = self.change(command.family, command.jamf_id, fields, visible_at=visible_at)
        named = "".join(word.capitalize() for word in command.kind.split("_"))
        self.tell("MobileDeviceCommandCompleted", new.device, {"mdmCommand": named, "mdmCommandUUID": command.uuid})

    def settle(self, clock: float) -> None:
        """Show the changes whose delay has passed."""
        for key, due in list(self._due.items()):
            if due <= clock:
                self._publish(key, None)

    def tell(self, event: str, device: DemoDevice, more: Mapping[str, str] = MappingProxyType({})) -> None:
        """Tell the listeners of an event."""
        for listener in self.listeners:
            listener(event, device, more)

    def _publish(self, key: tuple[str, int], visible_at: float | None) -> None:
        if visible_at is not None:
            self._due[key] = visible_at
            return
        self._due.pop(key, None)
        family, jamf_id = key
        new = self._real.get(key)
        if new is None:
            self._shown[family].pop(jamf_id, None)
        else:
            self._shown[family][jamf_id] = new
        self.version += 1


def _names(district: District) -> Names:
    ours = {school.site_id: school.site_name for school in district.schools if school.has_site}
    sites = ours | dict(district.extra_sites)
    devices = district.devices
    return Names(
        sites=dict(sorted(sites.items())),
        buildings=_numbered(device.building for device in devices),
        groups=_numbered(group for device in devices for group in device.groups),
        extension_attributes=_numbered(name for device in devices for name, _ in device.extension_attributes),
        prestages=_numbered(device.prestage for device in devices),
    )


def _numbered(names: Iterable[str]) -> dict[str, int]:
    return {name: number for number, name in enumerate(sorted(set(names) - {""}), 1)}
