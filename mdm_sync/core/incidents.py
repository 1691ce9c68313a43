"""Reports from outside Jamf Pro: theft, loss, damage, repair."""

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
        return self.kind in {IncidentKind.THEFT, IncidentKind.LOSS} and self.handling in UNSETTLED
