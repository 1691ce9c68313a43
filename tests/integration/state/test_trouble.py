"""A damaged file, a full disk, a folder that may not be written, another program: told plainly, and nothing is lost."""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from resource import RLIMIT_FSIZE, getrlimit, setrlimit
from tempfile import TemporaryDirectory

import pytest

from mdm_sync.errors import PermanentError, TemporaryError
from state import Store
from tests.integration.state.given import FILE, NORD, ask, device, dump, put_in, sweep

NOBODY = 65534
Open = Callable[[Path], Store]


def garbage(content: bytes) -> bytes:
    return b"This is no database. " * (len(content) // 21)


def without_its_header(content: bytes) -> bytes:
    return bytes(100) + content[100:]


def without_its_second_half(content: bytes) -> bytes:
    return content[: len(content) // 2]


def without_its_schema(content: bytes) -> bytes:
    return content[:100] + b"\xff" * 3996 + content[4096:]


class TestADamagedStore:
    @pytest.mark.parametrize("open_store", [Store.open, Store.look], ids=["to work", "to ask"])
    @pytest.mark.parametrize("damage", [garbage, without_its_header, without_its_second_half, without_its_schema])
    def test_it_is_refused_and_left_byte_for_byte(
        self, filled: Path, damage: Callable[[bytes], bytes], open_store: Open
    ) -> None:
        path = filled / FILE
        damaged = damage(path.read_bytes())
        path.write_bytes(damaged)
        with pytest.raises(
            PermanentError, match=r"is damaged \(.*\)\. It was left as it is: put a backup in its place"
        ):
            open_store(filled)
        assert path.read_bytes() == damaged

    def test_it_lets_go_of_the_lock(self, filled: Path) -> None:
        good = (filled / FILE).read_bytes()
        (filled / FILE).write_bytes(garbage(good))
        with pytest.raises(PermanentError):
            Store.open(filled)
        (filled / FILE).write_bytes(good)
        Store.open(filled).close()


def spoil(folder: Path, table: str) -> None:
    """Overwrite the first page of a table; the rest of the file stays whole."""
    ((page,),) = ask(folder, f"SELECT rootpage FROM sqlite_master WHERE name = '{table}'")  # noqa: S608 - names of our own tables
    ((size,),) = ask(folder, "PRAGMA page_size")
    assert isinstance(page, int)
    assert isinstance(size, int)
    with (folder / FILE).open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xff" * size)


QUESTIONS: dict[str, tuple[str, Callable[[Store], object]]] = {
    "devices": ("devices", lambda store: store.snapshot.devices_of(NORD)),
    "persons": ("persons", lambda store: store.snapshot.persons_of(NORD)),
    "findings": ("findings", lambda store: store.inquiry.open_findings([NORD])),
    "one finding": ("findings", lambda store: store.inquiry.finding(1, [NORD])),
    "counts": ("findings", lambda store: store.snapshot.open_counts()),
    "health": ("cycles", lambda store: store.inquiry.health()),
    "sources": ("sources", lambda store: store.snapshot.sources()),
    "outbox": ("outbox_due", lambda store: store.outbox.totals()),
    "last content": ("outbox", lambda store: store.outbox.last_content("mail")),
}


class TestDamageThatShowsOnlyAtWork:
    def test_a_read_that_comes_in_says_so(self, filled: Path) -> None:
        spoil(filled, "devices")
        store = Store.open(filled)
        with pytest.raises(PermanentError, match="is damaged"):
            sweep(store, device(1))
        store.close()

    @pytest.mark.parametrize("question", QUESTIONS)
    @pytest.mark.parametrize("open_store", [Store.open, Store.look], ids=["to work", "to ask"])
    def test_whatever_is_asked_says_so(self, filled: Path, question: str, open_store: Open) -> None:
        table, ask_for = QUESTIONS[question]
        spoil(filled, table)
        store = open_store(filled)
        with pytest.raises(
            PermanentError, match=r"is damaged \(.*\)\. It was left as it is: put a backup in its place"
        ):
            ask_for(store)
        store.close()

    def test_a_copy_is_not_called_whole(self, filled: Path, tmp_path: Path) -> None:
        (filled / FILE).write_bytes(garbage((filled / FILE).read_bytes()))
        with pytest.raises(PermanentError, match="is damaged"):
            Store.copy(filled, tmp_path / "copy")


@contextmanager
def held_by_another_program(folder: Path) -> Iterator[None]:
    """Somebody's SQL shell is in the middle of writing to the store."""
    with closing(sqlite3.connect(folder / FILE, isolation_level=None)) as shell:
        shell.execute("BEGIN IMMEDIATE")
        yield


class TestAStoreThatAnotherProgramHolds:
    def test_work_is_refused_and_nothing_is_lost(self, filled: Path) -> None:
        before = dump(filled)
        store = Store.open(filled)
        with held_by_another_program(filled), pytest.raises(TemporaryError) as refusal:
            put_in(store, "another mail")
        assert str(refusal.value) == (
            f"Another program holds the state store {filled / FILE} (database is locked). Nothing was lost, it is as "
            "it was before. Close it, or try again later."
        )
        store.close()
        assert dump(filled) == before

    def test_asking_goes_on(self, filled: Path) -> None:
        with held_by_another_program(filled):
            store = Store.look(filled)
            assert store.inquiry.health().devices == 199
            store.close()


@contextmanager
def as_a_common_user(folder: Path) -> Iterator[None]:
    """Root may read and write anywhere, so it steps down for a while."""
    if os.geteuid() != 0:
        yield
        return
    for path in (folder, *folder.iterdir()):
        os.chown(path, NOBODY, NOBODY)
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


class TestAFolderThatCannotBeUsed:
    @pytest.fixture
    def public(self) -> Iterator[Path]:
        """A folder that every user of the machine can reach, unlike pytest's own."""
        with TemporaryDirectory() as public:
            yield Path(public)

    def test_a_path_below_a_file_is_told_plainly(self, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        folder = tmp_path / "file" / "state"
        with pytest.raises(PermanentError) as refusal:
            Store.open(folder)
        assert str(refusal.value) == (
            f"The state store {folder / FILE} cannot be used: Not a directory. Check the folder that the settings name "
            "for the state."
        )

    def test_a_folder_that_may_not_be_written_is_told_plainly(self, public: Path) -> None:
        public.chmod(0o500)
        with as_a_common_user(public), pytest.raises(PermanentError) as refusal:
            Store.open(public)
        assert str(refusal.value) == (
            f"The state store {public / FILE} cannot be used: Permission denied. Give the folder and the files in it "
            "to the user that mdm-sync runs as."
        )

    def test_a_folder_that_became_read_only_leaves_the_store_as_it_was(self, public: Path) -> None:
        folder = public / "state"
        store = Store.open(folder)
        sweep(store, device(1))
        store.close()
        before = dump(folder)
        folder.chmod(0o500)
        (folder / FILE).chmod(0o400)
        with as_a_common_user(folder), pytest.raises(PermanentError, match="to the user that mdm-sync runs as"):
            Store.open(folder)
        assert dump(folder) == before

    @pytest.mark.parametrize("open_store", [Store.open, Store.look], ids=["to work", "to ask"])
    def test_a_store_that_may_not_be_read_is_told_plainly(self, public: Path, open_store: Open) -> None:
        Store.open(public).close()
        (public / FILE).chmod(0)
        with as_a_common_user(public), pytest.raises(PermanentError) as refusal:
            open_store(public)
        assert str(refusal.value).startswith(f"The state store {public / FILE} cannot be ")


@contextmanager
def files_no_larger_than(size: int) -> Iterator[None]:
    """No file of this process grows beyond this, as on a disk that is full."""
    soft, hard = getrlimit(RLIMIT_FSIZE)
    setrlimit(RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        setrlimit(RLIMIT_FSIZE, (soft, hard))


class TestAFullDisk:
    def test_a_conclusion_that_finds_no_room_leaves_the_store_as_it_was(self, filled: Path) -> None:
        before = dump(filled)
        store = Store.open(filled)
        with files_no_larger_than(10**6), pytest.raises(TemporaryError) as refusal:
            put_in(store, *("x" * 4000 for _ in range(1000)))
        assert str(refusal.value) == (
            f"The disk failed at the state store {filled / FILE} (disk I/O error). Nothing was lost, it is as it was "
            "before. Is the disk full, or broken?"
        )
        put_in(store)
        store.close()
        assert without_cycles(filled) == [line for line in before if "cycles" not in line]

    def test_a_sweep_that_finds_no_room_while_it_is_staged_leaves_the_store_as_it_was(self, filled: Path) -> None:
        before = dump(filled)
        store = Store.open(filled)
        with files_no_larger_than(10**6), pytest.raises(TemporaryError, match="Nothing was lost"):
            sweep(store, *(device(number) for number in range(100_000)))
        assert sweep(store, device(4711)).added == 1
        store.close()
        assert len(dump(filled)) > len(before)

    def test_a_new_store_that_finds_no_room_is_told_plainly(self, folder: Path) -> None:
        with files_no_larger_than(1000), pytest.raises(TemporaryError, match="Nothing was lost"):
            Store.open(folder)
        Store.open(folder).close()


def without_cycles(folder: Path) -> list[str]:
    return [line for line in dump(folder) if "cycles" not in line]
