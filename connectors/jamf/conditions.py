"""Filters (RSQL), and the check that an answer kept to them: a server may ignore a filter and say nothing."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from connectors.jamf.faults import FilterIgnoredError
from connectors.jamf.pages import Page
from mdm_sync.core.model import Device


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """A filter, and whether a device may have come through it; what a record leaves open speaks for it."""

    text: str
    fits: Callable[[Device], bool]

    def is_ignored(self, devices: Iterable[Device]) -> bool:
        """Whether one of these devices should not have come."""
        return not all(map(self.fits, devices))


IN_LOST_MODE = Condition(text="lostModeEnabled==true", fits=lambda device: device.lost_mode is not False)


def reported_since(since: datetime) -> Condition:
    """Devices whose inventory came in since a moment; Jamf Pro takes whole seconds."""
    start = since.astimezone(UTC).replace(microsecond=0)
    return Condition(
        text=f'lastInventoryUpdateDate>="{start:%Y-%m-%dT%H:%M:%SZ}"',
        fits=lambda device: device.last_inventory is None or device.last_inventory >= start,
    )


def of_serial(field: str, serial: str) -> Condition | None:
    """Devices of one serial number; None for a text that can be none.

    ``*`` would be a wildcard, and no way to write it as itself is documented.
    """
    if not serial.strip() or "*" in serial or not serial.isprintable():
        return None
    quoted = serial.replace("\\", "\\\\").replace('"', '\\"')
    return Condition(text=f'{field}=="{quoted}"', fits=lambda device: device.serial.casefold() == serial.casefold())


def refuse_others(page: Page, asked: set[int]) -> None:
    """Raise FilterIgnoredError where a page holds records that were not asked for by their ids."""
    if not asked.issuperset(page.ids) or page.received > len(asked):
        raise FilterIgnoredError("Jamf Pro ignored a filter by ids: records came that were not asked for.")
