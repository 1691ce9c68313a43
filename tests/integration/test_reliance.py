"""What people can rely on: absence, holds, exceptions, baselines, history, dry runs; whole cycles over a real store."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from mdm_sync.core.brakes import IN_SCHOOL_YEAR_WINDOW, HoldState, Ring
from mdm_sync.core.exceptions import StandingException
from mdm_sync.core.lifecycle import TransitionKind
from mdm_sync.core.model import Person, UserFields
from mdm_sync.cycle import CycleResult, Scope
from mdm_sync.ports import Acknowledgement
from state import Store
from tests.integration.cycles import NORD, START, SUED, World, pupil
from tests.replacing import replace

GRACE = 14
OFFLINE = Scope(offline=True)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path / "state")
    assert world.run().findings == ()
    yield world
    world.store.close()


def days(world: World, number: int) -> CycleResult:
    """A cycle on each of the next days; the last one's result."""
    for _ in range(number):
        world.pass_days(1)
        result = world.run()
    return result


def moved(world: World, *numbers: int, uuid: str = "", mail: str = "") -> None:
    """These pupils leave the first school and stand at the second from now on."""
    for number in numbers:
        person = pupil(NORD, number)
        login = f"new.{person.login}"
        there = replace(person, school=SUED.number, login=login, mail=mail, uuid=uuid or f"new-{number}")
        world.directories.persons[SUED.number].append(there)
    world.leaves(NORD, *numbers)


class TestAbsence:
    def test_who_is_missing_is_a_finding_only_after_the_grace_period(self, world: World) -> None:
        world.leaves(NORD, 0)
        days(world, GRACE + 1)
        assert world.open_findings() == set()
        days(world, 1)
        assert world.open_findings() == {("user-left", "device:1")}

    def test_who_comes_back_within_the_grace_period_is_none_and_counts_anew(self, world: World) -> None:
        world.leaves(NORD, 0)
        days(world, GRACE)
        world.directories.persons[NORD.number].append(pupil(NORD, 0))
        days(world, GRACE)
        assert world.open_findings() == set()

    def test_who_is_missing_once_lacks_no_device_that_somebody_else_has_by_now(self, world: World) -> None:
        heir = pupil(NORD, 1)
        world.leaves(NORD, 0)
        world.change(1, user=UserFields(username=heir.login))
        for _ in range(2):
            world.run()
            assert world.open_findings() == {("several-devices", heir.subject)}

    def test_what_is_missing_once_is_no_second_record_of_a_device(self, world: World) -> None:
        world.fleet.devices[0] = replace(world.fleet.devices[0], jamf_id=99)
        for _ in range(2):
            world.run()
            assert world.open_findings() == set()

    def test_a_role_that_was_lost_counts_like_leaving(self, world: World) -> None:
        people = world.directories.persons[NORD.number]
        people[0] = replace(people[0], role=type(people[0].role)("unknown"))
        days(world, GRACE + 2)
        assert world.of("user-left") == {"device:1"}

    def test_a_group_of_leavers_counts_like_leaving(self, world: World) -> None:
        people = world.directories.persons[NORD.number]
        people[0] = replace(people[0], role=type(people[0].role)("unknown"), leaver=True)
        days(world, GRACE + 2)
        assert world.of("user-left") == {"device:1"}

    def test_a_login_that_was_given_out_again_names_its_new_owner(self, world: World) -> None:
        world.leaves(NORD, 0)
        days(world, 3)
        heir = replace(pupil(NORD, 0), uuid="uuid-heir")
        world.directories.persons[NORD.number].append(heir)
        days(world, GRACE + 2)
        assert world.open_findings() == set()

    @pytest.mark.parametrize("same", [{"uuid": pupil(NORD, 0).uuid}, {"mail": pupil(NORD, 0).mail}], ids=str)
    def test_the_same_uuid_or_address_at_another_school_is_a_hint_beside_it(
        self, world: World, same: dict[str, str]
    ) -> None:
        moved(world, 0, **same)
        days(world, GRACE + 2)
        assert world.of("user-left") == world.of("user-moved") == {"device:1"}

    def test_it_is_one_where_the_device_stands_there_already_under_the_old_address(self, world: World) -> None:
        moved(world, 0, uuid=pupil(NORD, 0).uuid, mail="new@100002.example")
        world.change(1, user=UserFields(email=pupil(NORD, 0).mail), site_id=world.site_of(SUED.number))
        days(world, GRACE + 2)
        assert world.of("user-left") == world.of("user-moved") == {"device:1"}

    def test_another_account_elsewhere_is_none(self, world: World) -> None:
        moved(world, 0)
        days(world, GRACE + 2)
        assert world.of("user-moved") == set()


class TestHolds:
    def test_a_mass_change_is_held_told_and_goes_through_when_it_is_accepted(self, world: World) -> None:
        for number in range(1, 9):
            world.change(number, user=UserFields(username="nobody.knows"))
        held = world.run()
        assert (held.waits, world.of("unknown-user")) == (True, set())
        assert held.entries[0].content.startswith('{"holds"')
        assert not any(entry.content.startswith('{"holds"') for entry in world.run().entries)
        for hold in world.store.decisions.holds():
            accepted = replace(hold, state=HoldState.ACCEPTED, who="eva", why="true")
            world.store.decisions.decide(accepted, world.now)
        through = world.run()
        assert (through.waits, through.holds, len(world.of("unknown-user"))) == (False, (), 8)
        assert {(one.who, one.state) for one in world.store.decisions.holds(closed=True)} == {("eva", HoldState.CLOSED)}

    def test_a_hold_closes_by_itself_when_the_cause_is_gone(self, world: World) -> None:
        before = list(world.fleet.devices)
        for number in range(1, 9):
            world.change(number, user=UserFields(username="nobody.knows"))
        assert world.run().waits
        world.fleet.devices = before
        after = world.run()
        assert (after.holds, after.transitions, world.open_findings()) == ((), (), set())

    def test_a_read_that_shrank_is_believed_when_a_person_says_so(self, world: World) -> None:
        people = world.directories.persons
        people[NORD.number] = people[NORD.number][:4]
        (hold,) = world.run().holds
        assert (hold.ring, hold.school, hold.number) == (Ring.SOURCE, NORD.number, 12)
        world.store.decisions.decide(replace(hold, state=HoldState.ACCEPTED), world.now)
        believed = world.run()
        assert (believed.incomplete, believed.holds) == (False, ())
        days(world, GRACE + 2)
        assert [hold.rule for hold in world.store.decisions.holds()] == ["user-left"]


class TestChangeOfTheSchoolYear:
    LEAVERS = range(8)

    def test_inside_the_window_nothing_is_held(self, world: World) -> None:
        world.limits = IN_SCHOOL_YEAR_WINDOW
        for number in self.LEAVERS:
            moved(world, number, uuid=pupil(NORD, number).uuid)
        assert not days(world, GRACE + 1).holds
        assert world.of("user-left") == set()
        assert not days(world, 1).holds
        assert world.of("user-left") == world.of("user-moved") == {f"device:{1 + number}" for number in self.LEAVERS}

    def test_outside_of_it_they_are(self, world: World) -> None:
        for number in self.LEAVERS:
            moved(world, number, uuid=pupil(NORD, number).uuid)
        assert days(world, GRACE + 2).waits
        assert world.of("user-left") == world.of("user-moved") == set()


class TestExceptions:
    def test_it_withdraws_quietly_and_is_reported_when_it_is_over(self, world: World) -> None:
        world.change(1, user=UserFields(username="nobody.knows"))
        world.run()
        exception = StandingException(
            rule="unknown-user", device="DMPX1", reason="meant so", until=START.date() + timedelta(days=2)
        )
        world.exceptions = (exception,)
        result = world.run()
        kinds = {step.finding.rule: step.kind for step in result.transitions}
        assert kinds == {"unknown-user": TransitionKind.WITHDRAWN}
        assert (result.entries, result.exceptions_over) == ((), ())
        over = days(world, 3)
        assert over.exceptions_over == (exception.title,)
        assert world.store.inquiry.health().idle_exceptions == (exception.title,)
        assert "device:1" in world.of("unknown-user")


class TestAcknowledgements:
    def test_it_is_quiet_until_its_day_is_over(self, world: World) -> None:
        world.change(1, user=UserFields(username="nobody.knows"))
        world.run()
        (finding,) = (
            one for one in world.store.inquiry.open_findings(world.schools) if "device" in one.place.finding.subject
        )
        until = START.date() + timedelta(days=1)
        ack = Acknowledgement(until=until, who="eva", why="ordered", at=world.now)
        world.store.decisions.acknowledge([finding.finding_id], ack)
        assert days(world, 1).transitions == ()
        assert [step.kind for step in days(world, 1).transitions] == [TransitionKind.DUE]
        again = world.store.inquiry.finding(finding.finding_id, world.schools)
        assert again is not None
        assert again.acknowledged is None
        history = [step.kind for step in world.store.inquiry.steps(finding.finding_id)]
        assert history == [TransitionKind.OPENED, TransitionKind.DUE]


class TestHistory:
    def test_how_many_ipads_stood_at_each_school_on_a_day(self, world: World) -> None:
        evening = START + timedelta(hours=12)
        world.pass_days(10)
        world.change(1, site_id=world.site_of(SUED.number))
        world.run()
        assert world.store.history.ipads_at(evening, world.schools) == {NORD.number: 16, SUED.number: 16}
        assert world.store.history.ipads_at(world.now, world.schools) == {NORD.number: 15, SUED.number: 17}

    def test_who_had_a_device_on_a_day(self, world: World) -> None:
        world.pass_days(10)
        world.change(1, user=UserFields(username=pupil(NORD, 5).login))
        world.run()
        persons: list[Person | None] = [
            world.store.inquiry.person(span.person)
            for when in (START, world.now)
            for span in world.store.history.holders("DMPX1", when)
        ]
        assert [person.uuid for person in persons if person] == [pupil(NORD, 0).uuid, pupil(NORD, 5).uuid]

    def test_a_device_that_vanished_leaves_its_last_contact(self, world: World) -> None:
        world.fleet.devices = world.fleet.devices[1:]
        days(world, 2)
        (span,) = world.store.history.spans("DMPX1")
        assert (span.until, span.last_contact) == (world.now, START)

    def test_what_does_not_change_is_not_written(self, world: World) -> None:
        before = (world.store.history.spans("DMPX1"), world.store.history.holders("DMPX1"))
        days(world, 3)
        assert (world.store.history.spans("DMPX1"), world.store.history.holders("DMPX1")) == before


def test_the_first_look_at_a_school_is_told_as_a_whole(tmp_path: Path) -> None:
    world = World(tmp_path / "state")
    for number in range(1, 13):
        world.change(number, user=UserFields(username="nobody.knows"))
    first = world.run()
    assert ('"unknown-user": 12' in first.entries[0].content, '"opened": []' in first.entries[0].content) == (
        True,
        True,
    )
    assert not first.holds
    world.store.close()


def _files(folder: Path) -> dict[str, bytes]:
    """The store and its log; which readers are there (-shm) is no content."""
    return {path.name: path.read_bytes() for path in folder.glob("state.db*") if not path.name.endswith("-shm")}


def test_a_dry_run_has_the_hash_of_the_real_run_and_leaves_nothing(world: World, tmp_path: Path) -> None:
    world.change(1, user=UserFields(username="nobody.knows"))
    world.leaves(SUED, 3)
    before = _files(world.folder)
    copy = tmp_path / "copy"
    copy.mkdir()
    Store.copy(world.folder, copy)
    private = Store.open(copy)
    dry = world.run(store=private)
    private.close()
    assert _files(world.folder) == before
    assert world.run().fingerprint == dry.fingerprint
    assert world.run(OFFLINE).fingerprint != dry.fingerprint
