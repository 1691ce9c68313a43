from pathlib import Path

import pytest

from state import Store
from tests.integration.state.given import NORD, commit, device, finding, opened, person, put_in, read, sweep


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
