import pytest

from mdm_sync.bootstrap import utc_now
from tests.integration.commands.district import Installation, fill, install


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """A district whose store two cycles have filled; no server is up."""
    installation = install(tmp_path_factory.mktemp("installation"))
    fill(installation.state, utc_now())
    return installation
