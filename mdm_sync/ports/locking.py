"""Lost Mode of single devices: what is sent, and what is kept of it."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from mdm_sync.core.incidents import Incident
from mdm_sync.core.lock_orders import LockOrder
from mdm_sync.core.locks import LockCommand, LockKind
from mdm_sync.ports.leaving import NewEntry


class LockCommands(Protocol):
    """Lost Mode of single devices, switched by a client of its own.

    All raise TemporaryError or PermanentError where nothing can be told.
    """

    def commands(self, management_id: str) -> tuple[LockCommand, ...]:
        """The commands about Lost Mode of this device, in the order of sending."""

    def send(self, management_id: str, kind: LockKind, known: Collection[str]) -> str | None:
        """Send one command, once; returns its uuid. None: no answer came, and it was not taken.

        Args:
            management_id: of the device.
            kind: on or off.
            known: uuids of the commands of this kind that are there already.

        Raises:
            PermanentError: refused; nothing was taken.
            TemporaryError: whether it was taken is not known.
        """

    def became(self, management_id: str, kind: LockKind, known: Collection[str]) -> str | None:
        """The uuid of a command that was sent before now, waited for until it must be shown; None: it was not taken."""


class LockOrders(Protocol):
    """What we asked of Lost Mode ourselves; never forgotten while the store lasts."""

    def add(self, order: LockOrder) -> LockOrder:
        """Keep an order, safe on the disk; returned with its number."""

    def close(self, order: LockOrder) -> None:
        """Keep what became of an order: its command, outcome and reason."""

    def orders(self) -> tuple[LockOrder, ...]:
        """All of them, the earliest first."""

    def of_device(self, subject: str) -> tuple[LockOrder, ...]:
        """Those for one device, the earliest first."""

    def unsettled(self) -> tuple[LockOrder, ...]:
        """Those of which nobody knows yet what became of them, the earliest first."""

    def untold(self) -> tuple[LockOrder, ...]:
        """Those that nobody ordered, that now wait for a person, and of which nobody was told; the earliest first."""

    def tell(self, orders: Collection[LockOrder], entries: Sequence[NewEntry], at: datetime) -> None:
        """Put into the outbox what tells of these orders, which are untold no more: all of it or nothing."""

    def holder(self, subject: str) -> str:
        """The reference of the person whom a device named in the last cycle; "" for none."""


class IncidentBook(Protocol):
    """What was reported from outside Jamf Pro, to be looked up."""

    def incidents(self) -> tuple[Incident, ...]:
        """All of them, by number."""

    def incident(self, number: int) -> Incident | None:
        """One by its number."""
