from collections.abc import Iterator
from pathlib import Path

import pytest

from state import Store


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the store is kept; it is not there yet."""
    return tmp_path / "state"


@pytest.fixture
def store(folder: Path) -> Iterator[Store]:
    """A new store, open for work."""
    store = Store.open(folder)
    yield store
    store.close()
