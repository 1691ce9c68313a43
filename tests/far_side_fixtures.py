"""Fixtures of the far side, for the conftest.py of each kind of test that needs it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from mdm_sync.demo.certificates import DemoAuthority
from mdm_sync.demo.model import District
from tests.far_side import (
    IServSide,
    JamfSide,
    MailSide,
    Trust,
    UpstreamSide,
    iserv_side,
    jamf_side,
    mail_side,
    small_district,
    upstream_side,
)
from tests.integration.demo.background_loop import BackgroundLoop, background_loop

__all__ = [
    "background",
    "demo_authority",
    "demo_district",
    "iserv",
    "iserv_servers",
    "jamf",
    "mail_server",
    "trust",
    "upstream_server",
]


@pytest.fixture(scope="session")
def background() -> Iterator[BackgroundLoop]:
    with background_loop() as loop:
        yield loop


@pytest.fixture(scope="session")
def demo_authority() -> DemoAuthority:
    return DemoAuthority.create()


@pytest.fixture(scope="session")
def demo_district() -> District:
    return small_district()


@pytest.fixture(scope="session")
def trust(tmp_path_factory: pytest.TempPathFactory, demo_authority: DemoAuthority) -> Trust:
    return Trust.create(tmp_path_factory.mktemp("certificates"), demo_authority)


@pytest.fixture
def jamf(background: BackgroundLoop, demo_district: District, trust: Trust) -> Iterator[JamfSide]:
    with jamf_side(background, demo_district, trust) as side:
        yield side


@pytest.fixture(scope="session")
def iserv_servers(
    tmp_path_factory: pytest.TempPathFactory, demo_authority: DemoAuthority, demo_district: District
) -> Iterator[IServSide]:
    with iserv_side(tmp_path_factory.mktemp("iserv"), demo_authority, demo_district) as side:
        yield side


@pytest.fixture
def iserv(iserv_servers: IServSide) -> Iterator[IServSide]:
    yield iserv_servers
    assert iserv_servers.directories.active() == {}


@pytest.fixture
def mail_server(background: BackgroundLoop, tmp_path: Path, demo_authority: DemoAuthority) -> Iterator[MailSide]:
    folder = tmp_path / "mail"
    with mail_side(background, folder, demo_authority) as side:
        yield side


@pytest.fixture
def upstream_server(background: BackgroundLoop, tmp_path: Path, trust: Trust) -> Iterator[UpstreamSide]:
    with upstream_side(background, tmp_path / "summaries", trust) as side:
        yield side
