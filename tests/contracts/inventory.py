"""What every ``Inventory`` promises."""

from collections.abc import Sequence
from datetime import date
from typing import Protocol

import pytest

from mdm_sync.core.model import Machine, MachineKind
from mdm_sync.errors import SettingsError
from mdm_sync.ports import Inventory

MACHINES = (
    Machine(
        number="W-000002",
        kind=MachineKind.DESKTOP,
        school="100001",
        serial="5CD00002A1",
        model="Rechner 400 – groß",
        use="Verwaltung",
        purchased=date(2021, 2, 28),
    ),
    Machine(number="W-000001", kind=MachineKind.LAPTOP, school="100002"),
)


class InventoryUnderTest(Protocol):
    """An inventory that holds what it is told to."""

    @property
    def inventory(self) -> Inventory: ...

    def hold(self, machines: Sequence[Machine]) -> None:
        """These are all machines from now on, in this order."""

    def hold_nothing(self) -> None:
        """There is no inventory."""

    def spoil(self) -> int:
        """Put something unreadable behind the machines, and return its line."""


class InventoryContract:
    @pytest.fixture
    def far(self) -> InventoryUnderTest:
        raise NotImplementedError

    def test_gives_all_machines_in_its_order(self, far: InventoryUnderTest) -> None:
        far.hold(MACHINES)

        read = far.inventory.read()
        assert (read.machines, read.unreadable) == (MACHINES, ())

    def test_may_be_empty(self, far: InventoryUnderTest) -> None:
        far.hold(())

        assert far.inventory.read().machines == ()

    def test_gives_what_it_holds_now(self, far: InventoryUnderTest) -> None:
        far.hold(MACHINES)
        assert far.inventory.read().machines == MACHINES

        far.hold(MACHINES[1:])
        assert far.inventory.read().machines == MACHINES[1:]

    def test_a_bad_line_is_told_and_costs_no_other(self, far: InventoryUnderTest) -> None:
        far.hold(MACHINES)
        line = far.spoil()

        read = far.inventory.read()
        assert read.machines == MACHINES
        assert [one.line for one in read.unreadable] == [line]
        assert all(one.reason for one in read.unreadable)

    def test_none_at_all_is_not_an_empty_one(self, far: InventoryUnderTest) -> None:
        far.hold_nothing()

        with pytest.raises(SettingsError):
            far.inventory.read()
