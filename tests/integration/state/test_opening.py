"""Opening the store: who may read it, who may work with it, and what is refused and left as it is."""

import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from resource import RLIMIT_FSIZE, getrlimit, setrlimit
from tempfile import TemporaryDirectory
from typing import IO

import pytest

from mdm_sync.errors import PermanentError, TemporaryError
from state import Store
from tests.integration.state.given import (
    FILE,
    NORD,
    alter,
    ask,
    commit,
    device,
    finding,
    opened,
    person,
    put_in,
    read,
    sweep,
)
from tests.integration.state.other_process import FLEET, NEWS

ROOT = Path(__file__).parents[3]
NOBODY = 65534
Open = Callable[[Path], Store]


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


@contextmanager
def another_process(folder: Path, job: str) -> Iterator[tuple[subprocess.Popen[str], IO[str]]]:
    """Another process at work; it is killed at the end, if not before."""
    command = [sys.executable, "-m", "tests.integration.state.other_process", str(folder), job]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process, process.stdout
        finally:
            process.kill()


def mode(path: Path) -> str:
    return f"{stat.S_IMODE(path.stat().st_mode):04o}"


def dump(folder: Path) -> list[str]:
    """Everything that the store holds."""
    connection = sqlite3.connect(folder / FILE)
    lines = list(connection.iterdump())
    connection.close()
    return lines


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

    def test_damage_that_shows_only_at_work_is_told_as_such(self, filled: Path) -> None:
        ((page,),) = ask(filled, "SELECT rootpage FROM sqlite_master WHERE name = 'devices'")
        ((size,),) = ask(filled, "PRAGMA page_size")
        assert isinstance(page, int)
        assert isinstance(size, int)
        with (filled / FILE).open("r+b") as file:
            file.seek((page - 1) * size)
            file.write(b"\xff" * size)
        store = Store.open(filled)
        with pytest.raises(PermanentError, match="is damaged"):
            sweep(store, device(1))
        store.close()

    def test_it_lets_go_of_the_lock(self, filled: Path) -> None:
        good = (filled / FILE).read_bytes()
        (filled / FILE).write_bytes(garbage(good))
        with pytest.raises(PermanentError):
            Store.open(filled)
        (filled / FILE).write_bytes(good)
        Store.open(filled).close()


class TestVersions:
    NEWER = "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('mdm-sync', 'm999_new', '2030');"

    @pytest.mark.parametrize("open_store", [Store.open, Store.look], ids=["to work", "to ask"])
    def test_a_newer_store_is_refused_and_left(self, filled: Path, open_store: Open) -> None:
        alter(filled, self.NEWER)
        before = dump(filled)
        with pytest.raises(PermanentError, match="written by a newer mdm-sync"):
            open_store(filled)
        assert dump(filled) == before

    def test_an_older_store_is_migrated(self, folder: Path) -> None:
        folder.mkdir(mode=0o700)
        alter(folder, "CREATE TABLE kept (word TEXT); INSERT INTO kept VALUES ('yes');")
        (folder / FILE).chmod(0o600)
        store = Store.open(folder)
        assert sweep(store, device(1)).added == 1
        assert ask(folder, "SELECT word FROM kept") == [("yes",)]
        store.close()

    def test_an_older_store_is_not_migrated_by_asking(self, folder: Path) -> None:
        folder.mkdir(mode=0o700)
        alter(folder, "CREATE TABLE kept (word TEXT);")
        (folder / FILE).chmod(0o600)
        with pytest.raises(PermanentError, match=r"is of an older version: run mdm-sync reconcile first\."):
            Store.look(folder)
        assert ask(folder, "SELECT name FROM sqlite_master") == [("kept",)]


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


class TestTheOneWriter:
    def test_working_is_refused_while_another_process_works_and_says_which(self, filled: Path) -> None:
        with another_process(filled, "hold") as (process, output):
            output.readline()
            with pytest.raises(TemporaryError) as refusal:
                Store.open(filled)
            assert str(refusal.value) == (
                f"Another mdm-sync (process {process.pid}) is at work on this store; try again later."
            )

    def test_the_lock_goes_with_a_process_that_is_killed(self, filled: Path) -> None:
        with another_process(filled, "hold") as (process, output):
            output.readline()
            process.kill()
            process.wait(timeout=30)
            Store.open(filled).close()

    def test_the_lock_goes_with_the_store_that_is_closed(self, folder: Path) -> None:
        Store.open(folder).close()
        Store.open(folder).close()

    def test_the_number_of_an_earlier_process_is_not_told(self, filled: Path) -> None:
        (filled / "writer.lock").write_text("99999999999999")
        with another_process(filled, "hold") as (process, output):
            output.readline()
            with pytest.raises(TemporaryError, match=rf"\(process {process.pid}\)"):
                Store.open(filled)


class TestKilledInTheMiddle:
    """A process that is killed at any moment leaves a whole store: each transaction is in it, or none of it."""

    def test_in_a_commit(self, filled: Path) -> None:
        before = dump(filled)
        with another_process(filled, "in-commit") as (process, output):
            assert output.readline() == "inside\n"
            process.kill()
            process.wait(timeout=30)
        Store.open(filled).close()
        assert ask(filled, "PRAGMA integrity_check") == [("ok",)]
        assert dump(filled) == before

    def test_while_a_sweep_is_accepted_that_is_too_large_for_memory(self, filled: Path) -> None:
        before = dump(filled)
        with another_process(filled, "in-accept") as (process, output):
            assert output.readline() == "inside\n"
            assert (filled / f"{FILE}-wal").stat().st_size > 100_000
            process.kill()
            process.wait(timeout=30)
        Store.open(filled).close()
        assert ask(filled, "PRAGMA integrity_check") == [("ok",)]
        assert dump(filled) == before

    @pytest.mark.parametrize("generations", range(1, 9))
    def test_at_any_moment_of_many_cycles(self, folder: Path, generations: int) -> None:
        with another_process(folder, "loop") as (process, output):
            for _ in range(generations):
                output.readline()
            process.kill()
            process.wait(timeout=30)
        Store.open(folder).close()
        ((cycles,),) = ask(folder, "SELECT count(*) FROM cycles")
        assert isinstance(cycles, int)
        assert cycles >= generations
        assert ask(folder, "PRAGMA integrity_check") == [("ok",)]
        assert ask(folder, "SELECT count(*), count(DISTINCT name) FROM devices") == [(FLEET - 1, 1)]
        assert ask(folder, "SELECT count(*), count(DISTINCT mail) FROM persons") == [(FLEET, 1)]
        assert ask(folder, "SELECT count(*), count(DISTINCT subject) FROM findings") == [(NEWS * cycles,) * 2]
        assert ask(folder, "SELECT content FROM outbox") == [(str(number),) for number in range(1, cycles + 1)]


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
        assert str(refusal.value) == f"The state store {folder / FILE} cannot be used: Not a directory."

    def test_a_folder_that_may_not_be_written_is_told_plainly(self, public: Path) -> None:
        public.chmod(0o500)
        with as_a_common_user(public), pytest.raises(PermanentError) as refusal:
            Store.open(public)
        assert str(refusal.value) == f"The state store {public / FILE} cannot be used: Permission denied."

    @pytest.mark.parametrize("open_store", [Store.open, Store.look], ids=["to work", "to ask"])
    def test_a_store_that_may_not_be_read_is_told_plainly(self, public: Path, open_store: Open) -> None:
        Store.open(public).close()
        (public / FILE).chmod(0)
        with as_a_common_user(public), pytest.raises(PermanentError) as refusal:
            open_store(public)
        assert str(refusal.value).startswith(f"The state store {public / FILE} cannot be ")


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
        with files_no_larger_than(10**6), pytest.raises(TemporaryError, match=r"\(.*\); it is as it was before\."):
            put_in(store, *("x" * 4000 for _ in range(1000)))
        put_in(store)
        store.close()
        assert [line for line in dump(filled) if "cycles" not in line] == [
            line for line in before if "cycles" not in line
        ]
