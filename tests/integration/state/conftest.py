from collections.abc import Iterator
from pathlib import Path

import pytest

from state import Store
from tests.integration.state.given import NORD, commit, device, finding, opened, person, put_in, read, sweep


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


@pytest.fixture
def filled(folder: Path) -> Path:
    """A store with something of everything in it, closed."""
    store = Store.open(folder)
    sweep(store, *(device(number) for number in range(1, 200)))
    read(store, NORD, *(person(f"s{number}") for number in range(200)))
    commit(store, opened(*(finding(about=number) for number in range(50))))
    put_in(store, "a mail")
    store.close()
    return folder
