"""The copy that a dry run works with: gone at its end, and when it was killed, with the next care of the copies."""

from datetime import UTC, datetime
from pathlib import Path

from state import Backups, private_copy
from state.private_copy import remove_left_copies
from tests.integration.state.given import dump
from tests.integration.state.processes import another_process


def test_it_is_equal_to_the_store_and_gone_at_the_end(filled: Path) -> None:
    before = sorted(filled.iterdir())
    with private_copy(filled) as copy:
        assert dump(copy) == dump(filled)
        assert copy.stat().st_mode & 0o777 == 0o700
    assert sorted(filled.iterdir()) == before


def test_before_there_is_a_store_none_is_made(folder: Path) -> None:
    with private_copy(folder) as copy:
        assert copy.is_dir()
    assert not folder.exists()


def test_one_that_is_in_use_is_left_alone(filled: Path) -> None:
    with private_copy(filled) as copy:
        remove_left_copies(filled)
        assert dump(copy) == dump(filled)


def test_what_a_kill_left_of_it_goes_with_a_purge_and_with_an_erasure(filled: Path, tmp_path: Path) -> None:
    backups = Backups(filled, tmp_path / "copies")

    def left() -> list[Path]:
        return list(filled.glob("dry-run-*"))

    def care() -> None:
        backups.remove(())

    def erase() -> None:
        with backups.erasing((), datetime(2026, 11, 25, tzinfo=UTC)):
            assert left() == []

    for done in (care, erase):
        with another_process(filled, "dry-run") as (process, output):
            assert output.readline() == "inside\n"
            care()
            assert len(left()) == 1
            process.kill()
            process.wait()
        done()
        assert left() == []
