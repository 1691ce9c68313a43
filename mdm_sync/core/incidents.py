"""Reports from outside Jamf Pro: theft, loss, damage, repair."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class IncidentKind(StrEnum):
    """What happened. Theft and loss are kept apart: insurers and statistics ask for them apart."""

    THEFT = "theft"
    LOSS = "loss"
    DAMAGE = "damage"
    REPAIR = "repair"


class Handling(StrEnum):
    """How far a report has been dealt with."""

    OPEN = "open"
    LOCKED = "locked"
    IN_REPAIR = "in repair"
    RECOVERED = "recovered"
    REPLACED = "replaced"
    WRITTEN_OFF = "written off"
    CLOSED = "closed"


UNSETTLED = frozenset({Handling.OPEN, Handling.LOCKED})
"""A theft or loss that is still being looked after: the device must be locked."""
MISSING_KINDS = frozenset({IncidentKind.THEFT, IncidentKind.LOSS})
"""Reports that a device is not where it belongs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """One report; the key is its number here, and its case number where it comes from.

    Attributes:
        number: given by the store; 0 before it is stored.
        serial: as reported, in capitals without blanks; "" where only the asset tag is known.
        school: Schulnummer of the school that reports it.
        happened: None where nobody said.
        reported_at: aware, in UTC.
        recorded_by: who entered it: a login of the machine, or the file it came from.
    """

    number: int = 0
    case_number: str
    kind: IncidentKind
    serial: str = ""
    asset_tag: str = ""
    school: str = ""
    happened: date | None = None
    reported_at: datetime
    handling: Handling = Handling.OPEN
    recorded_by: str = ""

    @property
    def is_missing(self) -> bool:
        """Whether it is a theft or a loss that is still being looked after."""
        return self.kind in MISSING_KINDS and self.handling in UNSETTLED

    @property
    def is_away(self) -> bool:
        """Whether the device is in repair: a damage that was sent there, or a repair that is not over."""
        return self.handling is Handling.IN_REPAIR or (
            self.kind is IncidentKind.REPAIR and self.handling is Handling.OPEN
        )

    @property
    def names(self) -> str:
        """By what it names its device: the serial number, else the asset tag."""
        return self.serial or self.asset_tag


def missing_since(incidents: Iterable[Incident]) -> Incident | None:
    """The earliest of the thefts and losses that are still being looked after."""
    return min((one for one in incidents if one.is_missing), key=lambda one: one.reported_at, default=None)
