"""The watched folder: what waits in it, and where a file goes."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from connectors.incidents import WatchedFolder
from mdm_sync.errors import PermanentError, SettingsError

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


def put(folder: Path, name: str, *, seconds_ago: float = 60, text: str = "x") -> Path:
    path = folder / name
    path.write_text(text)
    written = (NOW - timedelta(seconds=seconds_ago)).timestamp()
    os.utime(path, (written, written))
    return path


def test_complete_files_wait_in_the_order_of_their_names(tmp_path: Path) -> None:
    second, first = put(tmp_path, "b.csv"), put(tmp_path, "a.csv")
    (tmp_path / "done").mkdir()
    assert WatchedFolder(tmp_path).waiting(NOW) == (first, second)


@pytest.mark.parametrize("name", ["a.csv.part", "a.csv.PART", ".a.csv", "~a.csv", "a.tmp"])
def test_what_is_named_as_unfinished_is_left_alone(tmp_path: Path, name: str) -> None:
    put(tmp_path, name)
    assert WatchedFolder(tmp_path).waiting(NOW) == ()


@pytest.mark.parametrize("seconds_ago", [0, 4, -3600])
def test_what_was_written_a_moment_ago_is_left_alone(tmp_path: Path, seconds_ago: float) -> None:
    put(tmp_path, "a.csv", seconds_ago=seconds_ago)
    assert WatchedFolder(tmp_path).waiting(NOW) == ()


def test_a_file_goes_to_done_without_reasons_where_there_are_none(tmp_path: Path) -> None:
    file = put(tmp_path, "a.csv")
    assert WatchedFolder(tmp_path).done(file, ()) == tmp_path / "done" / "a.csv"
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["a.csv", "done"]


def test_reasons_lie_beside_the_file(tmp_path: Path) -> None:
    WatchedFolder(tmp_path).reject(put(tmp_path, "a.csv"), ("line 2: empty", "line 4: empty"))
    assert (tmp_path / "rejected" / "a.csv.reasons.txt").read_text() == "line 2: empty\nline 4: empty\n"


def test_a_second_file_of_the_same_name_replaces_none(tmp_path: Path) -> None:
    folder = WatchedFolder(tmp_path)
    folder.done(put(tmp_path, "a.csv", text="first"), ())
    assert folder.done(put(tmp_path, "a.csv", text="second"), ()).name == "a-2.csv"
    assert (tmp_path / "done" / "a.csv").read_text() == "first"


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="nowhere"):
        WatchedFolder(tmp_path / "nowhere").waiting(NOW)


def test_a_file_that_cannot_be_moved_is_named(tmp_path: Path) -> None:
    file = put(tmp_path, "a.csv")
    (tmp_path / "done").write_text("no folder")
    with pytest.raises(PermanentError, match="cannot be moved"):
        WatchedFolder(tmp_path).done(file, ())
