"""An inventory in memory."""

from collections.abc import Sequence

from mdm_sync.core.model import Machine
from mdm_sync.errors import SettingsError
from mdm_sync.ports import InventoryRead, UnreadableLine


class FakeInventory:
    """Satisfies ``mdm_sync.ports.Inventory``.

    Attributes:
        machines: what stands in it; None: there is no inventory.
        unreadable: lines that cannot be read.
    """

    def __init__(self, machines: Sequence[Machine] | None = ()) -> None:
        self.machines = machines
        self.unreadable: list[UnreadableLine] = []

    def read(self) -> InventoryRead:
        if self.machines is None:
            raise SettingsError("no inventory")
        return InventoryRead(machines=tuple(self.machines), unreadable=tuple(self.unreadable))
