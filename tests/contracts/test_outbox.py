from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from mdm_sync.ports import Commit, NewEntry, Outbox
from state import Store
from tests.contracts.outbox import NOW, OutboxContract, OutboxUnderTest
from tests.fakes.outbox import FakeOutbox


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredUnderTest:
    store: Store

    @property
    def outbox(self) -> Outbox:
        return self.store.outbox

    def put(self, kind: str, content: str) -> None:
        entries = (NewEntry(kind=kind, content=content),)
        self.store.commit(Commit(started=NOW, finished=NOW, transitions=(), entries=lambda: entries))


class TestStoredOutbox(OutboxContract):
    @pytest.fixture
    def far(self, tmp_path: Path) -> Iterator[OutboxUnderTest]:
        store = Store.open(tmp_path / "state")
        yield StoredUnderTest(store=store)
        store.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class FakeUnderTest:
    outbox: FakeOutbox

    def put(self, kind: str, content: str) -> None:
        self.outbox.put([NewEntry(kind=kind, content=content)], NOW)


class TestFakeOutbox(OutboxContract):
    @pytest.fixture
    def far(self) -> OutboxUnderTest:
        return FakeUnderTest(outbox=FakeOutbox())
