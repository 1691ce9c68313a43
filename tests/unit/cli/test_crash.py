"""A mistake in the program ends as a place in it, without what it was about."""

import sys
from typing import NoReturn

import pytest

from mdm_sync import cli


def broken() -> NoReturn:
    raise KeyError("marked.name")


@pytest.fixture(autouse=True)
def with_a_mistake(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "app", broken)
    monkeypatch.setattr(sys, "argv", ["mdm-sync"])


def test_it_is_told_by_its_place_alone(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main()
    told = capsys.readouterr()
    assert (ended.value.code, told.out) == (1, "")
    assert told.err.startswith("mdm-sync: unexpected KeyError in broken (")
    assert "marked.name" not in told.err


def test_whoever_wants_to_see_all_of_it_sees_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MDM_SYNC_TRACEBACK", "1")
    with pytest.raises(KeyError, match=r"marked\.name"):
        cli.main()
