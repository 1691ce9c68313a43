from dataclasses import dataclass, field, replace

from mdm_sync.core.lock_orders import LockOrder


@dataclass(slots=True)
class FakeLockOrders:
    """Keeps orders in memory."""

    kept: dict[int, LockOrder] = field(default_factory=dict)
    holders: dict[str, str] = field(default_factory=dict)

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

    def holder(self, subject: str) -> str:
        return self.holders.get(subject, "")
