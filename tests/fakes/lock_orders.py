from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from mdm_sync.core.lock_orders import FOR_A_PERSON, LockOrder
from mdm_sync.ports import NewEntry
from tests.replacing import replace


@dataclass(slots=True)
class FakeLockOrders:
    """Keeps orders in memory."""

    kept: dict[int, LockOrder] = field(default_factory=dict)
    holders: dict[str, str] = field(default_factory=dict)
    told: set[int] = field(default_factory=set)
    outbox: list[NewEntry] = field(default_factory=list)

    def add(self, order: LockOrder) -> LockOrder:
        numbered = replace(order, number=len(self.kept) + 1)
        self.kept[numbered.number] = numbered
        return numbered

    def close(self, order: LockOrder) -> None:
        self.kept[order.number] = replace(
            self.kept[order.number],
            command_uuid=order.command_uuid,
            outcome=order.outcome,
            why=order.why,
            closed_at=order.closed_at,
        )

    def orders(self) -> tuple[LockOrder, ...]:
        return tuple(self.kept.values())

    def of_device(self, subject: str) -> tuple[LockOrder, ...]:
        return tuple(one for one in self.kept.values() if one.subject == subject)

    def unsettled(self) -> tuple[LockOrder, ...]:
        return tuple(one for one in self.kept.values() if one.outcome is None)

    def untold(self) -> tuple[LockOrder, ...]:
        return tuple(
            one
            for one in self.kept.values()
            if one.automatic and one.outcome in FOR_A_PERSON and one.number not in self.told
        )

    def tell(self, orders: Collection[LockOrder], entries: Sequence[NewEntry], at: datetime) -> None:  # noqa: ARG002 - the port's
        self.told |= {one.number for one in orders}
        self.outbox += entries

    def holder(self, subject: str) -> str:
        return self.holders.get(subject, "")
