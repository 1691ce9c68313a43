from collections.abc import Iterator
from pathlib import Path

import pytest

from state import Store
from tests.far_side import Trust
from tests.far_side_fixtures import (
    background,
    demo_authority,
    demo_district,
    iserv,
    iserv_servers,
    jamf,
    mail_server,
    trust,
    upstream_server,
)
from tests.integration.demo.background_loop import BackgroundLoop
from tests.integration.scripted_jamf import Scripted, scripted_jamf

__all__ = [
    "background",
    "demo_authority",
    "demo_district",
    "iserv",
    "iserv_servers",
    "jamf",
    "mail_server",
    "scripted",
    "trust",
    "upstream_server",
]


@pytest.fixture
def scripted(background: BackgroundLoop, trust: Trust) -> Iterator[Scripted]:
    with scripted_jamf(background, trust) as side:
        yield side


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
