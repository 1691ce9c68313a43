"""What comes again as it was is not staged; and that it is not changes nothing, whatever comes in between."""

import re
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from mdm_sync.core.completeness import DirectoryProof
from mdm_sync.core.model import Device, Person, Role, SchoolClass
from mdm_sync.ports import Changes, DirectoryRead
from state import Store
from state.rows import DEVICE_COLUMNS, PERSON_COLUMNS
from tests.integration.state.given import (
    DISTRICT,
    MORNING,
    NORD,
    alter,
    ask,
    device,
    dump,
    names,
    person,
    read,
    sweep,
)
from tests.replacing import replace

MARK = names("max.mueller@100002.example")
ONE, TWO, THREE = device(1, user=MARK), device(2), device(3)
ANNA, EMIL = person("anna.gruen"), person("emil.koenig")
STAGED = "INSERT OR REPLACE INTO scratch."


class Watched:
    """A store whose statements are written down."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.statements: list[str] = []

    def staged(self, table: str) -> int:
        """How many rows were staged since it was last asked for."""
        rows = sum(one.count("), (") + 1 for one in self.statements if one.startswith(f"{STAGED}{table} "))
        self.statements.clear()
        return rows


@pytest.fixture
def watched(store: Store) -> Watched:
    one = Watched(store)
    store._database.conn.set_trace_callback(one.statements.append)  # noqa: SLF001 - what it says to SQLite shows nowhere else
    return one


class TestDevices:
    def test_are_staged_only_where_they_say_something_else(self, watched: Watched) -> None:
        sweep(watched.store, ONE, TWO)
        assert watched.staged("devices") == 2
        assert sweep(watched.store, ONE, replace(TWO, asset_tag="IT-2"), THREE) == Changes(added=1, changed=1)
        assert watched.staged("devices") == 2
        assert [one.asset_tag for one in watched.store.snapshot.devices_of(NORD)] == ["INV-1", "IT-2", "INV-3"]

    def test_count_as_having_come(self, store: Store) -> None:
        sweep(store, ONE, TWO)
        store.staging.clear_fleet()
        store.staging.stage_devices([ONE, replace(TWO, name="Wagen")])
        assert store.staging.staged_devices() == 2

    def test_that_are_there_again_are_not_missing_any_more(self, store: Store) -> None:
        sweep(store, ONE, TWO)
        assert sweep(store, TWO) == Changes(missing=1)
        assert sweep(store, ONE, TWO) == Changes()
        assert sweep(store, TWO) == Changes(missing=1)

    def test_that_were_removed_are_added_when_they_come_again(self, store: Store) -> None:
        sweep(store, ONE, TWO)
        for _ in range(2):
            sweep(store, TWO)
        assert sweep(store, ONE, TWO) == Changes(added=1)
        assert store.snapshot.devices_of(NORD) == (ONE, TWO)

    @pytest.mark.parametrize(("first", "last"), [("Wagen", "iPad 1"), ("iPad 1", "Wagen")])
    def test_that_come_twice_in_a_sweep_are_what_came_last(self, store: Store, first: str, last: str) -> None:
        sweep(store, ONE)
        store.staging.clear_fleet()
        for name in (first, last):
            store.staging.stage_devices([replace(ONE, name=name, user=MARK if name == ONE.name else None)])
        assert store.staging.staged_devices() == 1
        store.staging.accept_records(MORNING)
        assert [one.name for one in store.snapshot.devices_of(NORD)] == [last]
        assert len(ask_mails(store)) == (1 if last == ONE.name else 0)

    @pytest.mark.parametrize("column", DEVICE_COLUMNS)
    def test_whose_row_somebody_changed_are_written_anew(self, store: Store, folder: Path, column: str) -> None:
        sweep(store, ONE, TWO)
        before = rows(folder, "devices")
        alter(folder, f"UPDATE devices SET {column} = 7 WHERE subject = 'device:1'")  # noqa: S608 - a column of our own
        assert rows(folder, "devices") != before
        assert sweep(store, ONE, TWO) == Changes(changed=1)
        assert rows(folder, "devices") == before

    def test_whose_addresses_somebody_deleted_are_written_anew(self, store: Store, folder: Path) -> None:
        sweep(store, ONE)
        before = rows(folder, "device_mails")
        alter(folder, "DELETE FROM device_mails")
        sweep(store, ONE)
        assert rows(folder, "device_mails") == before


def ask_mails(store: Store) -> list[object]:
    return list(store._database.conn.execute("SELECT * FROM device_mails"))  # noqa: SLF001 - nothing else shows them all


def rows(folder: Path, table: str) -> list[tuple[object, ...]]:
    return ask(folder, f"SELECT * FROM {table}")  # noqa: S608 - a table of our own


class TestADirectory:
    def test_is_staged_only_where_it_says_something_else(self, watched: Watched) -> None:
        read(watched.store, NORD, ANNA, EMIL)
        assert watched.staged("persons") == 2
        assert read(watched.store, NORD, ANNA, EMIL) == Changes()
        assert watched.staged("persons") == 0
        assert read(watched.store, NORD, ANNA, replace(EMIL, given_name="Emil")) == Changes(changed=1)
        assert watched.staged("persons") == 2

    def test_is_noted_as_read_all_the_same(self, store: Store) -> None:
        read(store, NORD, ANNA)
        later = MORNING + timedelta(hours=1)
        read(store, NORD, ANNA, at=later)
        [source] = store.snapshot.sources()
        assert source.complete_at == later

    def test_that_shows_somebody_twice_no_more_lets_them_be_gone(self, store: Store) -> None:
        read(store, NORD, ANNA, EMIL)
        assert read(store, NORD, EMIL) == Changes(missing=1)
        assert read(store, NORD, EMIL) == Changes(removed=1)
        assert [one.login for one in store.snapshot.persons_gone(NORD)] == [ANNA.login]
        assert read(store, NORD, EMIL) == Changes()

    def test_whose_entry_cannot_be_read_any_more_is_another(self, watched: Watched) -> None:
        read(watched.store, NORD, EMIL)
        read(watched.store, NORD, EMIL, unreadable=((ANNA.uuid, "it has no uid"),))
        assert watched.staged("persons") == 2

    @pytest.mark.parametrize("column", PERSON_COLUMNS)
    def test_of_which_somebody_changed_a_row_is_written_anew(self, store: Store, folder: Path, column: str) -> None:
        read(store, NORD, ANNA, EMIL)
        before = rows(folder, "persons")
        alter(folder, f"UPDATE persons SET {column} = 7 WHERE login = '{ANNA.login}'")  # noqa: S608 - a column of our own
        assert read(store, NORD, ANNA, EMIL) == Changes(changed=1)
        assert rows(folder, "persons") == before

    def test_of_which_somebody_was_erased_brings_them_back(self, store: Store) -> None:
        read(store, NORD, ANNA, EMIL)
        [anna] = (one for one in store.snapshot.persons_of(NORD) or () if one.login == ANNA.login)
        store.care.erase([anna])
        assert read(store, NORD, ANNA, EMIL) == Changes(added=1)

    def test_whose_classes_somebody_deleted_is_written_anew(self, store: Store, folder: Path) -> None:
        whole = DirectoryRead(
            school=NORD,
            persons=(ANNA,),
            classes=(SchoolClass(account="klasse.5a", name="Klasse 5a"),),
            proof=DirectoryProof(users=1, groups=1),
        )
        store.staging.accept_directory(whole, MORNING)
        alter(folder, "DELETE FROM classes")
        store.staging.accept_directory(whole, MORNING)
        assert store.snapshot.classes_of(NORD) == whole.classes


def some_devices() -> some.SearchStrategy[list[Device]]:
    one = some.builds(
        lambda number, name, site, user: replace(device(number, site=site, user=user), name=name),
        some.integers(1, 4),
        some.sampled_from(["iPad", "Wagen"]),
        some.sampled_from([10, 20]),
        some.sampled_from([None, MARK]),
    )
    return some.lists(one, max_size=4, unique_by=lambda device: device.jamf_id)


def some_persons() -> some.SearchStrategy[list[Person]]:
    one = some.builds(
        lambda login, role, name: replace(person(login, role=role), given_name=name),
        some.sampled_from(["anna", "emil", "mia"]),
        some.sampled_from([Role.STUDENT, Role.UNKNOWN]),
        some.sampled_from(["", "Kim"]),
    )
    return some.lists(one, max_size=3, unique_by=lambda person: person.uuid)


Reads = Sequence[tuple[list[Device], list[Person]]]


@settings(max_examples=40, deadline=None)
@given(some.lists(some.tuples(some_devices(), some_persons()), min_size=2, max_size=6))
def test_any_reads_leave_the_same_as_if_all_were_staged(reads: Reads) -> None:
    with TemporaryDirectory() as folder:
        quick = after(Path(folder) / "quick", reads, forgetting=False)
        slow = after(Path(folder) / "slow", reads, forgetting=True)
    assert quick == slow


def after(folder: Path, reads: Reads, *, forgetting: bool) -> tuple[list[Changes], list[str]]:
    """What each read was said to change, and all that is stored then."""
    store = Store.open(folder)
    told: list[Changes] = []
    for number, (devices, persons) in enumerate(reads):
        at = MORNING + timedelta(hours=number)
        told.append(sweep(store, *devices, at=at))
        told.append(read(store, NORD, *persons, at=at))
        if forgetting:
            alter(folder, "DELETE FROM device_prints; DELETE FROM directory_prints")
    store.close()
    kept = [re.sub(r"P-[0-9A-F]{16}", "*", line) for line in dump(folder) if "_prints" not in line]
    return told, sorted(line for line in kept if "_sqlite_migrations" not in line)


def test_the_prints_of_schools_are_their_own(store: Store) -> None:
    for school in DISTRICT[:2]:
        read(store, school, person("anna", school=school, uuid="u-1"))
    assert read(store, NORD, person("anna", uuid="u-1")) == Changes()
