"""Copies of the store: whole or not there, refused where they are damaged, and without who was erased since."""

import shutil
import stat
import subprocess
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from mdm_sync.errors import PermanentError, TemporaryError
from state import Backups, Store
from state.connection import open_for_work
from tests.integration.state.given import EVENING, FILE, MORNING, NORD, SUED, alter, ask, commit, dump, person, read
from tests.integration.state.planted import MIA, plant, traces
from tests.integration.state.processes import another_process
from tests.integration.state.test_migration import BACKUP, LATER, NEWER, plan_with, rename


@pytest.fixture
def copies(tmp_path: Path) -> Path:
    return tmp_path / "copies"


@pytest.fixture
def backups(folder: Path, copies: Path) -> Backups:
    return Backups(folder, copies)


@dataclass(frozen=True, slots=True)
class Key:
    """A pair of keys of age."""

    public: str
    file: Path


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> Key:
    file = tmp_path_factory.mktemp("key") / "age.key"
    made = subprocess.run(["age-keygen", "-o", str(file)], capture_output=True, text=True, check=True)  # noqa: S607 - found as a user's shell finds it
    return Key(public=made.stderr.split()[-1], file=file)


def planted(folder: Path) -> None:
    with closing(Store.open(folder)) as store:
        plant(store)


def erase(folder: Path, backups: Backups) -> list[str]:
    """Erase her from copies and store; names of the copies that still hold her."""
    with closing(Store.look(folder)) as store:
        persons = store.care.persons(MIA.uuid)
    with closing(Store.open(folder)) as store, backups.erasing(persons, EVENING) as copies:
        store.care.erase(persons)
    return [one.file.name for one in copies.encrypted]


class TestMaking:
    def test_a_copy_is_equal_private_and_one_file(self, filled: Path, backups: Backups, copies: Path) -> None:
        made = backups.make_next(MORNING)
        assert made.file == copies / "state-20251103T060000Z.backup"
        assert [path.name for path in copies.iterdir()] == [made.file.name]
        assert stat.S_IMODE(made.file.stat().st_mode) == 0o600
        shutil.copy(made.file, copies / FILE)
        assert dump(copies) == dump(filled)

    def test_it_holds_the_state_before_a_transaction_that_is_under_way(
        self, filled: Path, backups: Backups, copies: Path
    ) -> None:
        before = dump(filled)
        with another_process(filled, "in-accept") as (_, output):
            assert output.readline() == "inside\n"
            made = backups.make_next(MORNING)
        shutil.copy(made.file, copies / FILE)
        assert dump(copies) == before

    def test_what_is_damaged_is_not_copied_over_an_earlier_copy(
        self, filled: Path, backups: Backups, tmp_path: Path
    ) -> None:
        target = tmp_path / "mine"
        backups.make(target, MORNING)
        before = target.read_bytes()
        with (filled / FILE).open("r+b") as file:
            file.seek(4096 * 3)
            file.write(b"\xff" * 4096 * 20)
        with pytest.raises(PermanentError, match="damaged"):
            backups.make(target, EVENING)
        assert target.read_bytes() == before
        assert not list(tmp_path.rglob("*unfinished*"))

    @pytest.mark.usefixtures("filled")
    def test_in_a_folder_it_gets_a_name_of_its_own(self, backups: Backups, tmp_path: Path) -> None:
        (tmp_path / "safe").mkdir()
        made = backups.make(tmp_path / "safe", MORNING)
        assert made.file == tmp_path / "safe" / "state-20251103T060000Z.backup"
        assert made.file.exists()

    @pytest.mark.parametrize("name", [FILE, f"{FILE}-wal", "audit.db", "writer.lock", "mine", "mine.age"])
    def test_no_file_of_the_store_is_written_over(self, filled: Path, backups: Backups, name: str) -> None:
        before = dump(filled)
        with pytest.raises(PermanentError, match=r"a copy must end with \.backup"):
            backups.make(filled / ".." / filled.name / name, MORNING)
        assert dump(filled) == before

    @pytest.mark.usefixtures("filled")
    def test_a_place_where_nothing_can_be_written_is_told(self, backups: Backups, tmp_path: Path) -> None:
        with pytest.raises(PermanentError) as refused:
            backups.make(tmp_path / "none" / "mine", MORNING)
        told = f"The copy {tmp_path / 'none' / 'mine'} cannot be written: No such file or directory."
        assert str(refused.value) == told

    def test_without_a_store_there_is_nothing_to_copy(self, backups: Backups) -> None:
        with pytest.raises(PermanentError, match="nothing to copy"):
            backups.make_next(MORNING)

    def test_a_lock_that_cannot_be_taken_is_told_plainly(self, filled: Path, backups: Backups) -> None:
        """As when root made it, and the service may not open it."""
        (filled / "backup.lock").mkdir()
        with pytest.raises(PermanentError, match=r"backup\.lock cannot be used"):
            backups.make_next(MORNING)

    def test_it_is_encrypted_to_a_public_key(self, folder: Path, copies: Path, key: Key) -> None:
        planted(folder)
        made = Backups(folder, copies, recipient=key.public).make_next(MORNING)
        assert (made.encrypted, made.file.suffix) == (True, ".age")
        assert traces(copies) == []
        assert made.file.read_bytes().startswith(b"age-encryption.org/")
        assert not list(folder.glob("*unfinished*"))

    def test_a_wrong_public_key_leaves_nothing(self, filled: Path, copies: Path) -> None:
        with pytest.raises(PermanentError, match="age could not do its work"):
            Backups(filled, copies, recipient="age1wrong").make_next(MORNING)
        assert list(copies.iterdir()) == []
        assert not list(filled.glob("*unfinished*"))

    def test_without_the_program_it_is_told_how_to_get_it(
        self, filled: Path, copies: Path, key: Key, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("PATH", str(copies))
        with pytest.raises(PermanentError, match="apt-get install age"):
            Backups(filled, copies, recipient=key.public).make_next(MORNING)


class TestKeeping:
    def test_regular_ones_are_told_with_those_before_a_migration(self, filled: Path, backups: Backups) -> None:
        regular = backups.make_next(MORNING)
        open_for_work(filled, plan=plan_with(rename)).conn.close()
        assert {one.file.name for one in backups.kept()} == {regular.file.name, BACKUP}
        assert next(one.made_at for one in backups.kept() if one.file == regular.file) == MORNING

    def test_they_are_removed_with_what_a_broken_off_one_left(self, filled: Path, backups: Backups) -> None:
        backups.make_next(MORNING)
        (filled / "copy.unfinished").write_bytes(b"half of it")
        backups.remove(backups.kept())
        assert (backups.kept(), list(filled.glob("*unfinished*"))) == ((), [])


class TestRestoring:
    @pytest.fixture
    def later(self, filled: Path, backups: Backups) -> Path:
        """A copy, after which something else came into the store."""
        made = backups.make_next(MORNING)
        with closing(Store.open(filled)) as store:
            read(store, SUED, person("new.here", school=SUED))
        return made.file

    def test_the_copy_is_the_store_and_the_present_one_is_kept_beside(
        self, filled: Path, backups: Backups, later: Path, tmp_path: Path
    ) -> None:
        present = dump(filled)
        restored = backups.restore(later, None, EVENING)
        with closing(Store.open(filled)) as store:
            assert store.snapshot.persons_of(SUED) is None
        assert restored.kept == filled / "state-before-restore-20251103T180000Z.backup"
        (tmp_path / "before").mkdir()
        shutil.copy(restored.kept, tmp_path / "before" / FILE)
        assert dump(tmp_path / "before") == present
        assert restored.kept in {one.file for one in backups.kept()}

    def test_where_there_is_no_store_it_is_made(self, later: Path, tmp_path: Path) -> None:
        restored = Backups(tmp_path / "new", tmp_path / "elsewhere").restore(later, None, EVENING)
        assert (restored.kept, restored.erased) == (None, 0)
        assert ask(tmp_path / "new", "PRAGMA integrity_check") == [("ok",)]

    def test_a_damaged_store_is_replaced_and_kept_as_it_is(self, filled: Path, backups: Backups, later: Path) -> None:
        (filled / FILE).write_bytes(b"no database any more" * 300)
        restored = backups.restore(later, None, EVENING)
        assert restored.kept is not None
        assert restored.kept.read_bytes() == b"no database any more" * 300
        assert ask(filled, "PRAGMA integrity_check") == [("ok",)]

    @pytest.mark.parametrize("damage", ["cut", "overwritten", "something else", "empty"])
    def test_a_damaged_copy_is_refused_and_nothing_is_changed(
        self, filled: Path, backups: Backups, later: Path, damage: str
    ) -> None:
        whole = later.read_bytes()
        middle = len(whole) // 2
        later.write_bytes(
            {
                "cut": whole[:middle],
                "overwritten": whole[:middle] + b"\xff" * 40_000 + whole[middle + 40_000 :],
                "something else": b"a letter" * 9,
                "empty": b"",
            }[damage]
        )
        before = dump(filled)
        with pytest.raises(PermanentError, match=f"{later.name} is damaged, or no copy of a state store"):
            backups.restore(later, None, EVENING)
        assert dump(filled) == before
        assert not list(filled.glob("*unfinished*"))

    def test_so_is_one_of_a_newer_version(self, filled: Path, backups: Backups, later: Path, tmp_path: Path) -> None:
        (tmp_path / "newer").mkdir()
        shutil.copy(later, tmp_path / "newer" / FILE)
        alter(tmp_path / "newer", NEWER)
        before = dump(filled)
        with pytest.raises(PermanentError, match="written by a newer mdm-sync"):
            backups.restore(tmp_path / "newer" / FILE, None, EVENING)
        assert dump(filled) == before

    def test_it_waits_for_no_process_that_works_with_the_store(
        self, filled: Path, backups: Backups, later: Path
    ) -> None:
        with another_process(filled, "hold") as (_, output):
            assert output.readline() == "open 1\n"
            with pytest.raises(TemporaryError, match="is at work on this store"):
                backups.restore(later, None, EVENING)

    def test_an_encrypted_one_needs_the_file_of_its_private_key(self, filled: Path, copies: Path, key: Key) -> None:
        backups = Backups(filled, copies, recipient=key.public)
        before = dump(filled)
        made = backups.make_next(MORNING)
        with pytest.raises(PermanentError, match="name the file of its private key with --identity"):
            backups.restore(made.file, None, EVENING)
        backups.restore(made.file, key.file, EVENING)
        assert dump(filled) == before

    @pytest.mark.parametrize("name", ["mine.backup", "mine.backup.age"])
    def test_what_is_encrypted_is_known_whatever_it_is_called(
        self, filled: Path, tmp_path: Path, key: Key, name: str
    ) -> None:
        (tmp_path / "safe").mkdir()
        made = Backups(filled, tmp_path / "elsewhere", recipient=key.public).make(tmp_path / "safe" / name, MORNING)
        there = Backups(filled, tmp_path / "safe")
        assert [one.encrypted for one in there.kept()] == [True]
        with pytest.raises(PermanentError, match="--identity"):
            there.restore(made.file, None, EVENING)

    def test_it_is_told_how_old_the_copy_is(self, backups: Backups, later: Path) -> None:
        assert backups.restore(later, None, EVENING).as_of == MORNING

    def test_where_the_list_of_the_erased_is_damaged_nothing_is_restored(
        self, filled: Path, backups: Backups, later: Path, copies: Path
    ) -> None:
        before = dump(filled)
        for damaged in ("{", '[{"at": "2026-11-25T00:00:00+00:00", "salt": "no", "key": ""}]', '["x"]', "4"):
            (copies / "erased.json").write_text(damaged)
            with pytest.raises(PermanentError, match=r"erased\.json is damaged"):
                backups.restore(later, None, EVENING)
        assert dump(filled) == before


class TestErasing:
    def test_a_person_is_in_no_byte_of_store_and_copies(self, folder: Path, backups: Backups, copies: Path) -> None:
        planted(folder)
        backups.make_next(MORNING)
        open_for_work(folder, plan=plan_with(rename)).conn.close()
        back = f"DELETE FROM _sqlite_migrations WHERE name GLOB '{LATER}*'"  # noqa: S608 - a name of our own
        alter(folder, f"ALTER TABLE classes RENAME COLUMN title TO name; {back}")
        assert traces(copies)
        assert erase(folder, backups) == []
        assert traces(folder, copies) == []
        assert next(one.made_at for one in backups.kept() if one.file.parent == copies) == MORNING

    def test_a_copy_that_knows_them_by_an_earlier_name_loses_both(
        self, folder: Path, backups: Backups, copies: Path
    ) -> None:
        planted(folder)
        backups.make_next(MORNING)
        alter(folder, "UPDATE persons SET login = 'm.neu' WHERE login GLOB 'mia*'")
        erase(folder, backups)
        assert traces(copies) == []

    def test_one_that_is_damaged_goes_since_nobody_can_rewrite_it(
        self, folder: Path, backups: Backups, copies: Path
    ) -> None:
        planted(folder)
        whole = backups.make_next(MORNING)
        damaged = copies / "state-before-restore-1.backup"
        damaged.write_bytes(whole.file.read_bytes()[:20_000])
        damaged.with_name(f"{damaged.name}-wal").write_bytes(b"m.muesterchen")
        with closing(Store.open(folder)) as store, backups.erasing(store.care.persons(MIA.uuid), EVENING) as told:
            assert [one.file for one in told.removed] == [damaged]
        assert traces(copies) == []
        assert [one.file for one in backups.kept()] == [whole.file]

    def test_meanwhile_nobody_makes_a_copy_that_holds_them(self, folder: Path, backups: Backups, copies: Path) -> None:
        planted(folder)
        with closing(Store.look(folder)) as store:
            persons = store.care.persons(MIA.uuid)
        with backups.erasing(persons, EVENING), pytest.raises(TemporaryError, match="is at work"):
            Backups(folder, copies).make_next(EVENING)
        assert backups.make_next(EVENING).file.exists()

    def test_one_that_is_encrypted_is_told_and_loses_them_when_it_is_restored(
        self, folder: Path, copies: Path, key: Key
    ) -> None:
        planted(folder)
        backups = Backups(folder, copies, recipient=key.public)
        made = backups.make_next(MORNING)
        assert erase(folder, backups) == [made.file.name]
        assert backups.restore(made.file, key.file, EVENING).erased == 1
        assert traces(folder) == []
        assert ask(folder, "SELECT login FROM persons") == [("ole.beispiel",)]

    def test_who_came_back_after_the_erasure_stays_in_a_copy_that_was_made_later(
        self, folder: Path, backups: Backups
    ) -> None:
        planted(folder)
        erase(folder, backups)
        later = EVENING + timedelta(hours=1)
        with closing(Store.open(folder)) as store:
            read(store, NORD, MIA, at=later)
            commit(store, at=later)
        made = backups.make_next(later)
        assert backups.restore(made.file, None, later).erased == 0
        assert ask(folder, "SELECT login FROM persons WHERE gone_since IS NULL AND missed = 0") == [(MIA.login,)]

    def test_what_is_remembered_for_it_says_nothing_of_the_person(
        self, folder: Path, backups: Backups, copies: Path
    ) -> None:
        planted(folder)
        erase(folder, backups)
        assert [path.name for path in copies.iterdir()] == ["erased.json"]
        assert traces(copies) == []
        told = (copies / "erased.json").read_text(encoding="utf-8")
        assert NORD.number not in told
        backups.forget(EVENING + timedelta(seconds=1))
        assert (copies / "erased.json").read_text(encoding="utf-8") == "[]"
