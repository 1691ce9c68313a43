"""Opening the store: who may read it, who may work with it, and what is refused and left as it is."""

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from mdm_sync.errors import PermanentError
from state import Store
from tests.integration.state.given import FILE, device, dump, put_in, sweep
from tests.integration.state.processes import another_process

ROOT = Path(__file__).parents[3]
NOBODY = 65534
Open = Callable[[Path], Store]


def mode(path: Path) -> str:
    return f"{stat.S_IMODE(path.stat().st_mode):04o}"


class TestWhoMayReadIt:
    def test_the_store_and_its_folder_are_their_owners_alone(self, folder: Path) -> None:
        before = os.umask(0)
        try:
            store = Store.open(folder)
            sweep(store, device(1))
        finally:
            os.umask(before)
        assert mode(folder) == "0700"
        assert {path.name: mode(path) for path in folder.iterdir()} == dict.fromkeys(
            (FILE, f"{FILE}-shm", f"{FILE}-wal", "scratch.db", "writer.lock"), "0600"
        )
        store.close()

    @pytest.mark.parametrize("open_store", [Store.open, Store.look], ids=["to work", "to ask"])
    @pytest.mark.parametrize("open_to", [0o640, 0o604, 0o620])
    def test_a_store_that_others_may_read_is_refused_with_the_way_out(
        self, filled: Path, open_to: int, open_store: Open
    ) -> None:
        path = filled / FILE
        path.chmod(open_to)
        with pytest.raises(PermanentError) as refusal:
            open_store(filled)
        assert str(refusal.value) == f"{path} may be read by others (mode {open_to:04o}). Mend it: chmod 600 {path}"

    def test_when_it_is_mended_the_store_opens(self, filled: Path) -> None:
        (filled / FILE).chmod(0o644)
        with pytest.raises(PermanentError):
            Store.open(filled)
        (filled / FILE).chmod(0o600)
        Store.open(filled).close()


class TestAsking:
    def test_asking_a_store_that_is_not_there_says_how_to_get_one(self, folder: Path) -> None:
        with pytest.raises(PermanentError) as refusal:
            Store.look(folder)
        assert str(refusal.value) == f"There is no state store at {folder / FILE} yet: run mdm-sync reconcile first."
        assert not folder.exists()

    def test_asking_is_possible_while_another_process_works(self, filled: Path) -> None:
        with another_process(filled, "hold") as (_, output):
            assert output.readline() == "open 1\n"
            asking = Store.look(filled)
            assert asking.inquiry.health().devices == 199
            asking.close()

    def test_asking_in_the_middle_of_a_commit_shows_the_state_before_it(self, filled: Path) -> None:
        with another_process(filled, "in-accept") as (_, output):
            assert output.readline() == "inside\n"
            asking = Store.look(filled)
            assert asking.inquiry.health().devices == 199
            asking.close()


class TestACopy:
    def test_it_is_equal_and_private_while_a_writer_is_open(self, filled: Path, tmp_path: Path) -> None:
        writer = Store.open(filled)
        sweep(writer, device(1), device(4711))
        target = tmp_path / "copy"
        Store.copy(filled, target)
        assert dump(target) == dump(filled)
        assert (mode(target), mode(target / FILE)) == ("0700", "0600")
        writer.close()

    def test_it_is_taken_while_another_process_is_in_the_middle_of_a_transaction(
        self, filled: Path, tmp_path: Path
    ) -> None:
        before = dump(filled)
        with another_process(filled, "in-commit") as (_, output):
            assert output.readline() == "inside\n"
            Store.copy(filled, tmp_path / "copy")
        assert dump(tmp_path / "copy") == before

    def test_work_on_it_leaves_the_original_alone(self, filled: Path, tmp_path: Path) -> None:
        before = dump(filled)
        Store.copy(filled, tmp_path / "copy")
        copy = Store.open(tmp_path / "copy")
        sweep(copy, device(4711))
        put_in(copy, "another mail")
        copy.close()
        assert dump(filled) == before

    def test_where_there_is_no_store_there_is_no_copy(self, folder: Path, tmp_path: Path) -> None:
        Store.copy(folder, tmp_path / "copy")
        assert not (tmp_path / "copy").exists()
