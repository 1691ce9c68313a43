import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from config.settings import InventoryColumns
from connectors.inventory import CsvInventory
from mdm_sync.core.model import Machine
from mdm_sync.ports import UnreadableLine
from tests.contracts.inventory import InventoryContract, InventoryUnderTest
from tests.fakes.inventory import FakeInventory

COLUMNS: dict[str, str] = InventoryColumns().model_dump()


@dataclass(frozen=True, slots=True, kw_only=True)
class CsvUnderTest:
    path: Path

    @property
    def inventory(self) -> CsvInventory:
        return CsvInventory(self.path, COLUMNS)

    def hold(self, machines: Sequence[Machine]) -> None:
        with self.path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, delimiter=";")
            writer.writerow(COLUMNS.values())
            for machine in machines:
                purchased = f"{machine.purchased:%d.%m.%Y}" if machine.purchased else ""
                cells = {field: getattr(machine, field) for field in COLUMNS} | {"purchased": purchased}
                writer.writerow(cells.values())

    def hold_nothing(self) -> None:
        self.path.unlink(missing_ok=True)

    def spoil(self) -> int:
        with self.path.open("a", encoding="utf-8") as file:
            file.write("W-000009;Toaster\n")
        return len(self.path.read_text(encoding="utf-8").splitlines())


class TestCsvInventory(InventoryContract):
    @pytest.fixture
    def far(self, tmp_path: Path) -> InventoryUnderTest:
        return CsvUnderTest(path=tmp_path / "inventory.csv")


@dataclass(frozen=True, slots=True, kw_only=True)
class FakeUnderTest:
    inventory: FakeInventory

    def hold(self, machines: Sequence[Machine]) -> None:
        self.inventory.machines = list(machines)

    def hold_nothing(self) -> None:
        self.inventory.machines = None

    def spoil(self) -> int:
        self.inventory.unreadable = [UnreadableLine(line=4, field="Geräteart", reason="no such kind")]
        return 4


class TestFakeInventory(InventoryContract):
    @pytest.fixture
    def far(self) -> InventoryUnderTest:
        return FakeUnderTest(inventory=FakeInventory())
