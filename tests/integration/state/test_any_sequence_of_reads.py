"""Whatever sequence of complete reads comes in: the store says what a naive account of them says."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from mdm_sync.core.model import Device, Person
from mdm_sync.ports import Changes
from state import Store
from tests.integration.state.given import NORD, SITES, SUED, device, person, read, sweep, without_refs

UNREADABLE = None
Records = Mapping[int, str | None]
"""What came in one read: by id a name, or that the record could not be read."""

reads = st.lists(
    st.dictionaries(st.integers(1, 4), st.sampled_from(["a", "b", UNREADABLE]), max_size=4), min_size=1, max_size=8
)


@dataclass
class Account:
    """The rows by id: what they say, and how many reads in a row came without them."""

    rows: dict[int, str] = field(default_factory=dict)
    missed: dict[int, int] = field(default_factory=dict)

    def accept(self, records: Records) -> Changes:
        readable = {key: name for key, name in records.items() if name is not UNREADABLE}
        added = len(readable.keys() - self.rows.keys())
        changed = sum(self.rows.get(key, name) != name for key, name in readable.items())
        self.rows |= readable
        self.missed = {key: 0 if key in records else self.missed.get(key, 0) + 1 for key in self.rows}
        gone = [key for key, times in self.missed.items() if times == 2]
        for key in gone:
            del self.rows[key], self.missed[key]
        missing = sum(times > 0 for times in self.missed.values())
        return Changes(added=added, changed=changed, missing=missing, removed=len(gone))


def unreadable(records: Records, key: str) -> tuple[tuple[str, str], ...]:
    return tuple((key.format(number), "cannot be read") for number, name in records.items() if name is UNREADABLE)


def devices(records: Records) -> list[Device]:
    return [replace(device(number), name=name) for number, name in sorted(records.items()) if name is not UNREADABLE]


def persons(records: Records) -> list[Person]:
    return [
        replace(person(name), uuid=f"uuid-{number}")
        for number, name in sorted(records.items())
        if name is not UNREADABLE
    ]


@settings(max_examples=60, deadline=None)
@given(reads)
def test_sweeps(sequence: list[Records]) -> None:
    with TemporaryDirectory() as folder:
        store, account = Store.open(Path(folder)), Account()
        for records in sequence:
            told = sweep(store, *devices(records), unreadable=unreadable(records, "{}"), sites=SITES)
            assert told == account.accept(records)
            assert list(store.snapshot.devices_of(NORD)) == devices(account.rows)
        store.close()


@settings(max_examples=60, deadline=None)
@given(reads)
def test_reads_of_a_directory_beside_another_one(sequence: list[Records]) -> None:
    with TemporaryDirectory() as folder:
        store, account = Store.open(Path(folder)), Account()
        beside = [replace(one, school=SUED.number) for one in persons({1: "a", 2: "b", 3: "c"})]
        read(store, SUED, *beside)
        for records in sequence:
            told = read(store, NORD, *persons(records), unreadable=unreadable(records, "uuid-{}"))
            assert told == account.accept(records)
            assert without_refs(store.snapshot.persons_of(NORD)) == persons(account.rows)
        assert without_refs(store.snapshot.persons_of(SUED)) == beside
        store.close()
