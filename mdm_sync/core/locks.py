"""Lost Mode as it is asked for: the commands that Jamf Pro keeps of a device."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

LockKind = Literal["enable", "disable"]
LockState = Literal["pending", "acknowledged", "error", "not now"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LockCommand:
    """A command that switches Lost Mode on or off, as Jamf Pro tells it.

    Attributes:
        management_id: of the device that it is for.
        state: "pending" and "not now" wait for the device; "error" was refused by it.
        sent_at, completed_at: aware, in UTC; None: not told, or not yet.
    """

    uuid: str
    management_id: str
    kind: LockKind
    state: LockState
    sent_at: datetime | None = None
    completed_at: datetime | None = None
