import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from mdm_sync.core.lock_orders import Outcome
from mdm_sync.ports import LockOrders, NewEntry
from state import Store
from tests.contracts.lock_orders import NOW, LockOrdersContract, order
from tests.fakes.lock_orders import FakeLockOrders
from tests.replacing import replace


class TestFakeLockOrders(LockOrdersContract):
    @pytest.fixture
    def book(self) -> LockOrders:
        return FakeLockOrders()


class TestStoredLockOrders(LockOrdersContract):
    @pytest.fixture
    def store(self, tmp_path: Path) -> Iterator[Store]:
        store = Store.open(tmp_path / "state")
        yield store
        store.close()

    @pytest.fixture
    def book(self, store: Store) -> LockOrders:
        return store.lock_orders

    def test_what_tells_of_an_order_waits_in_the_outbox(self, store: Store, book: LockOrders) -> None:
        held = book.add(replace(order(), automatic=True, outcome=Outcome.HELD))
        book.tell([held], [NewEntry(kind="mail", content="not locked")], NOW)

        entry = store.outbox.claim(NOW, 60)
        assert entry is not None
        assert (entry.kind, entry.content) == ("mail", "not locked")
        assert store.outbox.claim(NOW, 60) is None

    def test_an_order_whose_mail_cannot_be_kept_is_untold(self, store: Store, book: LockOrders) -> None:
        held = book.add(replace(order(), automatic=True, outcome=Outcome.HELD))
        no_entry = NewEntry(kind="mail", content=None)  # type: ignore[arg-type]  # what the store cannot keep
        with pytest.raises(sqlite3.IntegrityError):
            book.tell([held], [no_entry], NOW)

        assert book.untold() == (held,)
        assert store.outbox.claim(NOW, 60) is None
