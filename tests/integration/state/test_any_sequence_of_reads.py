"""Whatever sequence of complete reads comes in: the store says what a naive account of them says."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from mdm_sync.core.model import Device, Person
from mdm_sync.ports import Changes, FleetChanges, FleetRead
from state import Store
from tests.integration.state.given import (
    MORNING,
    NORD,
    SITES,
    SUED,
    device,
    fleet_proof,
    person,
    read,
    sweep,
    without_refs,
)
from tests.replacing import replace

UNREADABLE = None
Records = Mapping[int, str | None]
"""What came in one read: by id a name, or that the record could not be read."""


@dataclass(frozen=True)
class Sweep:
    """One sweep, and what a query for single devices shows after it."""

    records: Records
    proves_absence: bool
    asked_for: frozenset[int]


ids = st.integers(1, 4)
records = st.dictionaries(ids, st.sampled_from(["a", "b", UNREADABLE]), max_size=4)
reads = st.lists(records, min_size=1, max_size=8)
sweeps = st.lists(st.builds(Sweep, records, st.booleans(), st.frozensets(ids)), min_size=1, max_size=8)


@dataclass
class Account:
    """The rows by id: what they say, and how many reads in a row came without them."""

    rows: dict[int, str] = field(default_factory=dict)
    missed: dict[int, int] = field(default_factory=dict)

    def overdue(self, read: Sweep) -> set[int]:
        absent = self.rows.keys() - read.records.keys()
        return {key for key in absent if self.missed[key] == 1} if read.proves_absence else set()

    def accept(self, records: Records, *, proves_absence: bool = True, there: Collection[int] = frozenset()) -> Changes:
        readable = {key: name for key, name in records.items() if name is not UNREADABLE}
        added = len(readable.keys() - self.rows.keys())
        changed = sum(self.rows.get(key, name) != name for key, name in readable.items())
        self.rows |= readable
        for key in self.rows:
            is_there = key in records or key in there
            self.missed[key] = 0 if is_there else self.missed.get(key, 0) + int(proves_absence)
        gone = [key for key, times in self.missed.items() if times == 2]
        for key in gone:
            del self.rows[key], self.missed[key]
        missing = sum(times > 0 for times in self.missed.values()) if proves_absence else 0
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


@settings(max_examples=100, deadline=None)
@given(sweeps)
def test_sweeps(sequence: list[Sweep]) -> None:
    with TemporaryDirectory() as folder:
        store, account = Store.open(Path(folder)), Account()
        for one in sequence:
            came = devices(one.records)
            proof = fleet_proof(came, unreadable(one.records, "{}"))
            read = FleetRead(proof=replace(proof, explained=None if one.proves_absence else 1), sites=SITES)
            store.staging.clear_fleet()
            store.staging.stage_devices(came)
            overdue = account.overdue(one)
            assert store.staging.overdue_devices(read) == {f"device:{key}" for key in overdue}
            there = overdue & one.asked_for
            told = store.staging.accept_fleet(read, MORNING, still_there={f"device:{key}" for key in there})
            assert told == account.accept(one.records, proves_absence=one.proves_absence, there=there)
            assert list(store.snapshot.devices_of(NORD)) == devices(account.rows)
        store.close()


@settings(max_examples=60, deadline=None)
@given(sweeps)
def test_reads_of_changes_between_sweeps_take_nothing_away(sequence: list[Sweep]) -> None:
    with TemporaryDirectory() as folder:
        store, account = Store.open(Path(folder)), Account()
        sweep(store)
        for one in sequence:
            came = devices(one.records)
            read = FleetChanges(
                received=len(came),
                unreadable=tuple((f"device:{key}", why) for key, why in unreadable(one.records, "{}")),
            )
            store.staging.clear_fleet()
            store.staging.stage_devices(came)
            told = store.staging.accept_changes(read, MORNING)
            assert told == account.accept(one.records, proves_absence=False)
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
            assert without_refs(store.snapshot.persons_of(NORD)) == [
                replace(one, missing=account.missed[int(one.uuid.removeprefix("uuid-"))] > 0)
                for one in persons(account.rows)
            ]
        assert without_refs(store.snapshot.persons_of(SUED)) == beside
        store.close()
