"""Filters (RSQL), and the check that an answer kept to them: a server may ignore a filter and say nothing."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote

from connectors.jamf.faults import FilterIgnoredError
from connectors.jamf.pages import Page
from connectors.jamf.parts import LONGEST_FILTER
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
    """Devices of one serial number; None for a text that can be none."""
    if not _can_be_serial(serial):
        return None
    return Condition(
        text=f"{field}=={_quoted(serial)}", fits=lambda device: device.serial.casefold() == serial.casefold()
    )


def of_serials(field: str, serials: Iterable[str]) -> Iterator[Condition]:
    """Devices of these serial numbers, in as few filters as their length allows; what can be none is left out."""
    quoted = [(serial, _quoted(serial)) for serial in serials if _can_be_serial(serial)]
    batch: list[tuple[str, str]] = []
    length = 0
    for pair in quoted:
        added = len(quote(f"{pair[1]},"))
        if batch and length + added > LONGEST_FILTER - len(field) - len(quote("=in=()")):
            yield _one_of(field, batch)
            batch, length = [], 0
        batch.append(pair)
        length += added
    if batch:
        yield _one_of(field, batch)


def _one_of(field: str, batch: Iterable[tuple[str, str]]) -> Condition:
    asked = {serial.casefold() for serial, _ in batch}
    return Condition(
        text=f"{field}=in=({','.join(quoted for _, quoted in batch)})",
        fits=lambda device: device.serial.casefold() in asked,
    )


def _can_be_serial(text: str) -> bool:
    """``*`` would be a wildcard, and no way to write it as itself is documented."""
    return bool(text.strip()) and "*" not in text and text.isprintable()


def _quoted(serial: str) -> str:
    escaped = serial.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def refuse_others(page: Page, asked: set[int]) -> None:
    """Raise FilterIgnoredError where a page holds records that were not asked for by their ids."""
    if not asked.issuperset(page.ids) or page.received > len(asked):
        raise FilterIgnoredError("Jamf Pro ignored a filter by ids: records came that were not asked for.")
