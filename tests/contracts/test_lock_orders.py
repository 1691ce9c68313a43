from collections.abc import Iterator
from pathlib import Path

import pytest

from mdm_sync.ports import LockOrders
from state import Store
from tests.contracts.lock_orders import LockOrdersContract
from tests.fakes.lock_orders import FakeLockOrders


class TestFakeLockOrders(LockOrdersContract):
    @pytest.fixture
    def book(self) -> LockOrders:
        return FakeLockOrders()


class TestStoredLockOrders(LockOrdersContract):
    @pytest.fixture
    def book(self, tmp_path: Path) -> Iterator[LockOrders]:
        store = Store.open(tmp_path / "state")
        yield store.lock_orders
        store.close()
