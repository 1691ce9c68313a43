"""Each source is read, then accepted or refused; an incomplete read never becomes a conclusion."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from mdm_sync.core.completeness import ComputersProof, DirectoryProof
from mdm_sync.core.model import Device, Family
from mdm_sync.core.views import Privileges, Source
from mdm_sync.equipment import SourceOutcome
from mdm_sync.errors import PermanentError, TemporaryError
from mdm_sync.ports import Changes
from mdm_sync.reading import FleetReading, read_sources, swept_within
from state import Store
from tests.replacing import replace
from tests.unit.cycle_given import (
    DISTRICT,
    MONDAY,
    NORD,
    SUED,
    FakeDirectories,
    FakeFleet,
    World,
    device,
    person,
    subjects,
)

ANNA, EMIL = person("anna"), person("emil", SUED)
SWEEP, CHANGES, NOTHING = FleetReading.SWEEP, FleetReading.CHANGES, FleetReading.NOTHING


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Two schools, four devices, nothing read yet."""
    store = Store.open(tmp_path)
    fleet = FakeFleet(*(device(number) for number in range(1, 5)))
    yield World(store, fleet, FakeDirectories({NORD: [ANNA], SUED: [EMIL]}))
    store.close()


def read(world: World, fleet: FleetReading = SWEEP) -> dict[str, SourceOutcome]:
    return {outcome.name: outcome for outcome in read_sources(world.equipment, DISTRICT, fleet)}


def source(world: World, name: str = "jamf") -> Source:
    return next(one for one in world.state.snapshot.sources() if one.name == name)


def logins(world: World) -> list[list[str] | None]:
    stored = [world.state.snapshot.persons_of(school) for school in DISTRICT]
    return [None if persons is None else [one.login for one in persons] for persons in stored]


def test_everything_that_is_complete_becomes_the_state(world: World) -> None:
    outcomes = read(world)
    assert outcomes["jamf"] == SourceOutcome(name="jamf", rows=4, changes=Changes(added=4))
    assert outcomes[NORD.source] == SourceOutcome(
        name=NORD.source, school=NORD.number, rows=1, changes=Changes(added=1)
    )
    assert world.subjects() == subjects(1, 2, 3, 4)
    assert logins(world) == [["anna"], ["emil"]]


class TestDirectoriesThatComeWhileJamfProIsRead:
    @pytest.mark.parametrize("fleet", [SWEEP, CHANGES])
    def test_are_taken_between_its_pages(
        self, world: World, fleet: FleetReading, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        read(world)
        world.directories.persons[NORD.number] = [ANNA, person("berta")]
        seen: list[list[list[str] | None]] = []
        stage = world.state.staging.stage_devices

        def staged(devices: Sequence[Device]) -> None:
            seen.append(logins(world))
            stage(devices)

        monkeypatch.setattr(world.state.staging, "stage_devices", staged)
        read(world, fleet)
        assert seen[0] == [["anna"], ["emil"]]
        assert seen[1] == [["anna", "berta"], ["emil"]]

    def test_count_where_jamf_pro_breaks_off_later(self, world: World) -> None:
        world.fleet.error = TemporaryError("page 2 could not be had")
        outcomes = read(world)
        assert outcomes["jamf"].error == "page 2 could not be had"
        assert outcomes[NORD.source].changes == outcomes[SUED.source].changes == Changes(added=1)
        assert logins(world) == [["anna"], ["emil"]]

    @pytest.mark.parametrize("fleet", [SWEEP, CHANGES])
    def test_that_the_store_cannot_take_end_the_cycle_and_are_not_laid_to_jamf_pro(
        self, world: World, fleet: FleetReading, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        read(world)

        def full(*_: object) -> Changes:
            raise TemporaryError("The disk is full.")

        monkeypatch.setattr(world.state.staging, "accept_directory", full)
        with pytest.raises(TemporaryError, match="The disk is full"):
            read(world, fleet)
        assert source(world).error is None


class TestASweepThatIsRefused:
    def test_a_broken_one_leaves_the_state(self, world: World) -> None:
        read(world)
        world.fleet.devices = [device(9)]
        world.fleet.error = TemporaryError("page 2 could not be had")
        assert read(world)["jamf"].error == "page 2 could not be had"
        assert world.subjects() == subjects(1, 2, 3, 4)
        assert source(world).error == "page 2 could not be had"

    def test_it_keeps_no_directory_from_being_read(self, world: World) -> None:
        world.fleet.error = TemporaryError("no answer")
        outcomes = read(world)
        assert outcomes["jamf"].error
        assert logins(world) == [["anna"], ["emil"]]

    def test_an_incomplete_one_is_told_as_such(self, world: World) -> None:
        read(world)
        world.fleet.proof = {"total_first": 5, "total_last": 5}
        error = read(world)["jamf"].error
        assert error == "The read is not complete: Jamf Pro said 5 devices, 4 different ones came."
        assert world.subjects() == subjects(1, 2, 3, 4)

    def test_one_that_shrank_too_much_is_told_as_such(self, world: World) -> None:
        world.fleet.devices = [device(number) for number in range(1, 41)]
        read(world)
        world.fleet.devices = [device(1)]
        assert read(world)["jamf"].error == "Too little to be true: 1 devices came, 40 before."
        assert len(world.subjects()) == 40
        assert source(world).shrunk

    def test_that_it_shrank_stays_said_until_a_sweep_is_believed(self, world: World) -> None:
        world.fleet.devices = [device(number) for number in range(1, 41)]
        read(world)
        world.fleet.devices = [device(1)]
        read(world)
        read(world, CHANGES)
        assert source(world).shrunk
        world.fleet.error = TemporaryError("no answer")
        read(world)
        assert source(world).shrunk
        world.fleet.error = None
        world.fleet.devices = [device(number) for number in range(1, 41)]
        read(world)
        assert not source(world).shrunk


class TestADeviceThatDoesNotCome:
    def test_it_stays_after_one_sweep_and_nobody_asks_for_it(self, world: World) -> None:
        read(world)
        del world.fleet.devices[3]
        assert read(world)["jamf"].changes == Changes(missing=1)
        assert world.subjects() == subjects(1, 2, 3, 4)
        assert world.fleet.asked == ["sweep", "sweep"]

    def test_it_goes_after_two_when_a_query_of_its_own_does_not_show_it(self, world: World) -> None:
        read(world)
        del world.fleet.devices[3]
        read(world)
        assert read(world)["jamf"].changes == Changes(removed=1)
        assert world.subjects() == subjects(1, 2, 3)
        assert world.fleet.asked[-1] == ("present", subjects(4))

    def test_it_stays_for_as_long_as_a_query_of_its_own_shows_it(self, world: World) -> None:
        read(world)
        world.fleet.unlisted = {"device:4"}
        for _ in range(5):
            read(world)
            assert world.subjects() == subjects(1, 2, 3, 4)

    def test_it_stays_where_it_cannot_be_asked_for(self, world: World) -> None:
        read(world)
        del world.fleet.devices[3]
        world.fleet.present_error = TemporaryError("no answer")
        for _ in range(5):
            assert read(world)["jamf"].error is None
            assert world.subjects() == subjects(1, 2, 3, 4)

    def test_a_sweep_that_only_proves_presence_takes_nothing_away_and_asks_for_nothing(self, world: World) -> None:
        read(world)
        gone = world.fleet.devices.pop()
        read(world)
        world.fleet.proof = {"explained": 1}
        for _ in range(3):
            assert read(world)["jamf"].changes == Changes()
        assert gone.subject in world.subjects()
        assert world.fleet.asked == ["sweep"] * 5

    def test_computers_that_were_not_read_are_not_gone(self, world: World) -> None:
        world.fleet.devices.append(device(7, family=Family.COMPUTER))
        world.fleet.proof = {"computers": ComputersProof(total_first=1, total_last=1, received=1, pages=1)}
        assert read(world)["jamf"].rows == 5
        world.fleet.devices.pop()
        world.fleet.proof = {}
        for _ in range(3):
            assert read(world)["jamf"].changes == Changes()
        assert "computer:7" in world.subjects()


class TestReadingWhatChanged:
    def test_it_begins_where_the_last_read_of_the_servers_clock_was(self, world: World) -> None:
        read(world)
        read(world, CHANGES)
        read(world, CHANGES)
        assert world.fleet.asked == ["sweep", ("changes", MONDAY), ("changes", MONDAY + timedelta(hours=1))]

    def test_it_adds_and_changes_and_removes_nothing(self, world: World) -> None:
        read(world)
        world.fleet.devices = [replace(device(1), name="neu"), device(5)]
        for _ in range(3):
            outcome = read(world, CHANGES)["jamf"]
        assert (outcome.rows, outcome.changes) == (2, Changes())
        assert world.subjects() == subjects(1, 2, 3, 4, 5)
        assert replace(device(1), name="neu") in world.state.snapshot.devices_of(NORD)

    def test_without_a_sweep_before_it_everything_is_read(self, world: World) -> None:
        read(world, CHANGES)
        assert world.fleet.asked == ["sweep"]

    def test_a_broken_one_is_told_and_the_next_begins_at_the_same_moment(self, world: World) -> None:
        read(world)
        world.fleet.error = TemporaryError("no answer")
        assert read(world, CHANGES)["jamf"].error == "no answer"
        world.fleet.error = None
        read(world, CHANGES)
        assert world.fleet.asked[1:] == [("changes", MONDAY), ("changes", MONDAY)]

    def test_it_makes_the_last_complete_read_no_younger(self, world: World) -> None:
        read(world)
        world.later(hours=5)
        read(world, CHANGES)
        assert source(world).complete_at == MONDAY
        assert swept_within(world.equipment, timedelta(hours=6))
        assert not swept_within(world.equipment, timedelta(hours=5))

    def test_jamf_need_not_be_asked_at_all(self, world: World) -> None:
        assert set(read(world, NOTHING)) == {NORD.source, SUED.source}
        assert world.fleet.asked == []


class TestPrivileges:
    MISSING = Privileges(missing=("Read Sites",), excessive=("Update Mobile Devices",))

    def test_they_are_noted(self, world: World) -> None:
        world.fleet.told_privileges = self.MISSING
        read(world)
        assert world.state.snapshot.privileges() == self.MISSING

    def test_they_are_noted_where_the_sweep_failed_because_they_may_be_why(self, world: World) -> None:
        world.fleet.told_privileges = self.MISSING
        world.fleet.error = PermanentError("not allowed")
        read(world)
        assert world.state.snapshot.privileges() == self.MISSING

    def test_what_was_told_stays_where_they_cannot_be_read(self, world: World) -> None:
        world.fleet.told_privileges = self.MISSING
        read(world)
        world.fleet.error = world.fleet.told_privileges = TemporaryError("no answer")
        assert read(world)["jamf"].error
        assert world.state.snapshot.privileges() == self.MISSING


class TestADirectoryThatIsNotBelieved:
    def test_its_trouble_is_its_own(self, world: World) -> None:
        read(world)
        world.directories.failures[NORD.number] = "no answer"
        world.directories.persons = {NORD.number: [], SUED.number: [EMIL, person("nina", SUED)]}
        outcomes = read(world)
        assert {name: outcome.error for name, outcome in outcomes.items()} == {
            "jamf": None,
            NORD.source: "no answer",
            SUED.source: None,
        }
        assert logins(world) == [["anna"], ["emil", "nina"]]

    def test_an_incomplete_read_leaves_the_last_one_in_force(self, world: World) -> None:
        read(world)
        world.directories.persons[NORD.number] = []
        world.directories.proofs[NORD.number] = DirectoryProof(users=0, groups=0, missing=("ou=users",))
        assert "not seen: ou=users" in (read(world)[NORD.source].error or "")
        assert logins(world)[0] == ["anna"]
        assert not source(world, NORD.source).shrunk

    def test_an_empty_one_after_a_full_one_is_too_little_to_be_true(self, world: World) -> None:
        read(world)
        world.directories.persons[NORD.number] = []
        assert "Too little to be true" in (read(world)[NORD.source].error or "")
        assert logins(world)[0] == ["anna"]
        assert source(world, NORD.source).shrunk

    def test_never_read_it_stays_unknown(self, world: World) -> None:
        world.directories.failures[NORD.number] = "no answer"
        read(world)
        assert logins(world) == [None, ["emil"]]
