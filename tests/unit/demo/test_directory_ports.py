from contextlib import ExitStack
from pathlib import Path
from socket import SO_REUSEADDR, SOL_SOCKET, socket

import pytest

from mdm_sync.demo.directory import ports
from mdm_sync.demo.directory.ports import LOOPBACK, answers, reserve
from mdm_sync.demo.errors import DemoError


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ports for one school alone."""
    monkeypatch.setattr(ports, "_shuffled", lambda: [30_001, 30_002])


def test_what_one_district_has_chosen_no_other_one_gets_until_it_is_given_back(tmp_path: Path) -> None:
    with ExitStack() as other:
        reserve(tmp_path / "other.json", ["100001"], other)
        with ExitStack() as held, pytest.raises(DemoError, match="fewer than 2 ports are free"):
            reserve(tmp_path / "ports.json", ["100001"], held)
    with ExitStack() as held:
        assert reserve(tmp_path / "ports.json", ["100001"], held)


def test_a_server_listens_on_what_is_held(tmp_path: Path) -> None:
    with ExitStack() as held, socket() as server:
        port = reserve(tmp_path / "ports.json", ["100001"], held)["100001"].public
        assert not answers(port)
        server.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)
        server.bind((LOOPBACK, port))
        server.listen()
        assert answers(port)
