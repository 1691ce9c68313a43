"""What a cycle spares itself, and that sparing it changes nothing: a look at everything finds nothing more to do."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from mdm_sync.core.brakes import HoldState
from mdm_sync.core.exceptions import StandingException
from mdm_sync.core.model import NO_SITE, Device, School, UserFields
from mdm_sync.core.rules import Mode, RuleChoice
from mdm_sync.core.rules.book import RuleBook
from mdm_sync.cycle import Scope
from mdm_sync.judging import Judging
from mdm_sync.reading import FleetReading, read_sources
from mdm_sync.sparing import spared
from mdm_sync.watching import watch_losses
from state.rows import DEVICE_COLUMNS, PERSON_COLUMNS
from state.snapshot import Snapshot
from tests.integration.cycles import NORD, PUPILS, SCHOOLS, SUED, World, pupil
from tests.replacing import replace

EVERYTHING = {NORD.number, SUED.number}
LOOK_AT_ALL = Scope(offline=True, full=True)
FIRST_OF_NORD, FIRST_OF_SUED = 1, 1 + PUPILS
HOUR = timedelta(hours=1)
OF_LOSSES_ALONE = {"management_id", "lost_mode_since", "last_contact", "last_enrolled"}


@pytest.fixture
def world(folder: Path) -> Iterator[World]:
    """Two schools that were looked at twice; nothing is held back."""
    one = World(folder)
    one.run()
    one.run()
    yield one
    one.store.close()


def looked_at(world: World) -> set[str]:
    """At which schools a cycle would look at the devices if it began now."""
    equipment = world.equipment(world.store)
    return set(spared(Judging.of(equipment, world.schools, world.schools)).devices)


def judged_by(world: World) -> set[str]:
    """The schools at which the next cycle says anything new; and it leaves nothing that a look at all would find."""
    steps = world.run().transitions
    assert world.run(LOOK_AT_ALL).transitions == ()
    return {step.finding.school for step in steps}


def names(world: World, device: int, **user: str) -> None:
    world.change(device, user=UserFields(**user))
    world.run()


def read_sources_only(world: World) -> None:
    """What the sources say now is taken over, and nobody looks at it."""
    list(read_sources(world.equipment(world.store), world.schools, FleetReading.SWEEP))


def rename(world: World, number: int, **changes: object) -> None:
    """Something else of a pupil at the Nord."""
    people, uuid = world.directories.persons[NORD.number], pupil(NORD, number).uuid
    world.directories.persons[NORD.number] = [replace(one, **changes) if one.uuid == uuid else one for one in people]


class TestNothingIsLookedAtAgain:
    def test_where_nothing_changed(self, world: World) -> None:
        assert looked_at(world) == set()
        assert world.run().transitions == ()

    def test_where_a_device_reports_as_it_should(self, world: World) -> None:
        world.change(FIRST_OF_NORD, last_inventory=world.now)
        world.run()
        world.now += HOUR
        world.change(FIRST_OF_NORD, last_inventory=world.now, last_contact=world.now)
        world.run(Scope(offline=True))
        assert looked_at(world) == set()

    def test_and_idle_exceptions_are_told_as_before(self, folder: Path) -> None:
        used, idle = (
            StandingException(rule="device-unassigned", reason="meant", until=World.now.date(), device=f"DMPX{number}")
            for number in (1, 2)
        )
        world = World(folder, exceptions=(used, idle))
        names(world, FIRST_OF_NORD, username="")
        assert looked_at(world) == set()
        assert world.run().exceptions_over == (idle.title,)
        world.store.close()

    def test_nor_is_one_told_as_idle_whose_rule_could_not_decide(self, folder: Path) -> None:
        exception = StandingException(rule="unknown-user", reason="meant", until=World.now.date(), school=SUED.number)
        world = World(folder, exceptions=(exception,))
        world.directories.failures = {SUED.number: "no answer"}
        assert [world.run().exceptions_over for _ in range(2)] == [(), ()]
        world.store.close()


class TestASchoolIsLookedAtWhere:
    def test_a_device_that_named_nobody_names_a_person(self, world: World) -> None:
        names(world, FIRST_OF_NORD, username="")
        world.change(FIRST_OF_NORD, user=UserFields(username=pupil(NORD, 0).login))
        assert judged_by(world) == {NORD.number}

    def test_a_device_comes_from_another_one(self, world: World) -> None:
        names(world, FIRST_OF_NORD, username="nobody.knows")
        world.change(FIRST_OF_NORD, site_id=world.site_of(SUED.number))
        assert judged_by(world) == {SUED.number}

    def test_a_device_goes_nowhere(self, world: World) -> None:
        world.change(FIRST_OF_NORD, site_id=NO_SITE)
        assert judged_by(world) == {NORD.number, ""}

    def test_a_silent_device_reports(self, world: World) -> None:
        world.change(FIRST_OF_NORD, last_inventory=world.now - timedelta(days=90))
        world.run()
        assert world.of("device-silent")
        world.change(FIRST_OF_NORD, last_inventory=world.now)
        assert judged_by(world) == {NORD.number}

    def test_a_device_that_reported_is_said_to_be_silent(self, world: World) -> None:
        world.change(FIRST_OF_NORD, last_inventory=world.now)
        world.run()
        world.change(FIRST_OF_NORD, last_inventory=world.now - timedelta(days=90))
        assert judged_by(world) == {NORD.number}

    def test_its_site_has_another_name(self, world: World) -> None:
        world.fleet.sites[world.site_of(NORD.number)] = "Nordwest"
        read_sources_only(world)
        assert looked_at(world) == {NORD.number}

    def test_its_accounts_change(self, world: World) -> None:
        rename(world, 0, login="pupil.anew")
        assert judged_by(world) == {NORD.number}

    def test_its_classes_change(self, world: World) -> None:
        rename(world, 0, classes=("klasse.5a",))
        world.run()
        assert looked_at(world) == set()
        world.directories.class_names = {"klasse.5a": "5A"}
        read_sources_only(world)
        assert looked_at(world) == {NORD.number}

    def test_a_profile_comes_near_its_end_during_the_day(self, world: World) -> None:
        world.change(FIRST_OF_NORD, profile_expires=world.now + timedelta(days=30, minutes=30))
        world.run()
        assert looked_at(world) == set()
        world.now += HOUR
        assert judged_by(world) == {NORD.number}

    def test_somebody_who_left_is_over_the_grace_period_during_the_day(self, world: World) -> None:
        world.leaves(NORD, 0)
        world.run()
        world.run()
        world.pass_days(14)
        world.run()
        assert looked_at(world) == set()
        world.now += HOUR
        assert NORD.number in judged_by(world)
        assert world.of("user-left")


class TestWhatIsElsewhereCounts:
    def test_a_device_that_names_somebody_of_another_school_is_lost_to_them(self, world: World) -> None:
        names(world, FIRST_OF_NORD, username="")
        names(world, FIRST_OF_SUED, email=pupil(NORD, 0).mail)
        assert not world.of("student-without-device") & {pupil(NORD, 0).subject}
        names(world, FIRST_OF_SUED, username="")
        assert pupil(NORD, 0).subject in world.of("student-without-device")
        assert world.run(LOOK_AT_ALL).transitions == ()

    def test_such_a_device_that_is_removed_is_lost_to_them(self, world: World) -> None:
        names(world, FIRST_OF_NORD, username="")
        names(world, FIRST_OF_SUED, email=pupil(NORD, 0).mail)
        world.fleet.devices = [one for one in world.fleet.devices if one.jamf_id != FIRST_OF_SUED]
        world.run()
        assert NORD.number in judged_by(world)

    def test_whom_a_device_elsewhere_names_leaves(self, world: World) -> None:
        names(world, FIRST_OF_SUED, email=pupil(NORD, 0).mail)
        assert f"device:{FIRST_OF_SUED}" in world.of("wrong-school")
        world.leaves(NORD, 0)
        world.run()
        assert SUED.number in judged_by(world)

    def test_an_account_comes_whose_address_a_device_elsewhere_names(self, world: World) -> None:
        newcomer = pupil(NORD, 90, mail="neu.hier@verein.example")
        names(world, FIRST_OF_SUED, email=newcomer.mail)
        assert f"device:{FIRST_OF_SUED}" in world.of("unknown-user")
        world.directories.persons[NORD.number].append(newcomer)
        assert SUED.number in judged_by(world)

    def test_an_account_gets_another_address_than_a_device_elsewhere_names(self, world: World) -> None:
        names(world, FIRST_OF_SUED, email=pupil(NORD, 0).mail)
        rename(world, 0, mail="anders@verein.example")
        assert SUED.number in judged_by(world)

    def test_a_login_becomes_the_one_that_a_device_elsewhere_names_at_the_domain(self, folder: Path) -> None:
        nord = replace(NORD, mail_domains=("nord.example",))
        world = World(folder, schools=(nord, SUED))
        world.run()
        names(world, FIRST_OF_SUED, email="pupil.anew@nord.example")
        assert f"device:{FIRST_OF_SUED}" in world.of("unknown-user")
        rename(world, 0, login="pupil.anew")
        assert SUED.number in judged_by(world)
        world.store.close()

    def test_whom_a_device_elsewhere_names_has_a_namesake_at_its_own_school(self, world: World) -> None:
        names(world, FIRST_OF_NORD, username="")
        names(world, FIRST_OF_SUED, email=pupil(NORD, 0).mail)
        world.directories.persons[SUED.number].append(pupil(SUED, 90, mail=pupil(NORD, 0).mail))
        assert NORD.number in judged_by(world)

    def test_somebody_who_left_turns_up_there(self, world: World) -> None:
        world.leaves(NORD, 0)
        world.run()
        world.run()
        world.pass_days(15)
        world.run()
        assert not world.of("user-moved")
        moved = replace(pupil(SUED, 90), uuid=pupil(NORD, 0).uuid)
        world.directories.persons[SUED.number].append(moved)
        judged_by(world)
        assert world.of("user-moved") == {f"device:{FIRST_OF_NORD}"}

    def test_a_school_whose_domains_nobody_knows_is_read_for_the_first_time(self, folder: Path) -> None:
        world = World(folder)
        world.directories.failures = {SUED.number: "no answer"}
        names(world, FIRST_OF_NORD, email="nobody.knows@somewhere.example")
        world.run()
        assert not world.of("unknown-user")
        world.directories.failures = {}
        assert NORD.number in judged_by(world)
        assert world.of("unknown-user") == {f"device:{FIRST_OF_NORD}"}
        world.store.close()


class TestEverythingIsLookedAt:
    def test_on_a_new_day(self, world: World) -> None:
        world.pass_days(1)
        assert looked_at(world) == EVERYTHING

    def test_when_the_clock_was_set_back(self, world: World) -> None:
        world.now -= HOUR
        assert looked_at(world) == EVERYTHING

    def test_when_a_rule_is_switched_off(self, world: World) -> None:
        names(world, FIRST_OF_NORD, username="")
        world.rules = RuleBook(for_all={"device-unassigned": RuleChoice(mode=Mode.OFF)})
        assert judged_by(world) == {NORD.number}

    def test_when_there_is_another_exception(self, world: World) -> None:
        names(world, FIRST_OF_NORD, username="")
        until = world.now.date()
        world.exceptions = (StandingException(rule="device-unassigned", reason="meant", until=until, school="100001"),)
        assert judged_by(world) == {NORD.number}

    def test_when_the_register_changes(self, world: World) -> None:
        world.schools = (NORD, replace(SUED, login_suffixes=("-sd",)))
        assert looked_at(world) == EVERYTHING

    def test_when_a_source_becomes_too_old(self, world: World) -> None:
        after_midnight = 18.5 * HOUR
        world.now += after_midnight
        world.run(Scope(offline=True))
        assert looked_at(world) == set()
        world.now += 6 * HOUR
        assert looked_at(world) == EVERYTHING

    def test_when_an_account_is_deleted(self, world: World) -> None:
        world.leaves(NORD, 0)
        world.run()
        world.run()
        assert looked_at(world) == set()
        [gone] = world.store.snapshot.persons_gone(NORD)
        world.store.care.erase([gone])
        assert looked_at(world) == EVERYTHING

    def test_while_a_rule_is_held_back_anywhere(self, world: World) -> None:
        for device in range(1, 2 * PUPILS, 4):
            world.change(device, user=UserFields())
        world.run()
        assert {hold.ring for hold in world.store.decisions.holds() if hold.state is HoldState.OPEN} == {"rule"}
        assert looked_at(world) == EVERYTHING

    def test_on_request(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        asked: list[str] = []
        devices_of = Snapshot.devices_of

        def noted(self: Snapshot, school: School) -> tuple[Device, ...]:
            asked.append(school.number)
            return devices_of(self, school)

        monkeypatch.setattr(Snapshot, "devices_of", noted)
        world.run()
        assert asked == []
        world.run(LOOK_AT_ALL)
        assert set(asked) == EVERYTHING


def test_a_school_where_something_is_held_back_is_looked_at_again(world: World) -> None:
    for device in range(1, 7):
        world.change(device, user=UserFields())
    held = world.run().held
    assert {step.finding.school for step in held} == {NORD.number}
    assert looked_at(world) == {NORD.number}
    assert len(world.run().held) == len(held)


def test_a_cycle_of_one_school_leaves_the_others_to_be_looked_at(world: World) -> None:
    names(world, FIRST_OF_NORD, username="")
    world.change(FIRST_OF_SUED, user=UserFields(email=pupil(NORD, 0).mail))
    world.run(Scope(only=(SUED.number,), full=True))
    assert NORD.number in judged_by(world)


def test_what_a_loss_watch_sees_is_looked_at_by_the_next_cycle(world: World) -> None:
    world.change(FIRST_OF_NORD, lost_mode=True)
    watch_losses(world.equipment(world.store), SCHOOLS)
    assert looked_at(world) == {NORD.number}


class TestEveryColumnThatARuleMayLookAtIsNoticed:
    """A column that is added later belongs to a trigger, or to those that only rules about losses look at."""

    @pytest.mark.parametrize("column", DEVICE_COLUMNS)
    def test_of_devices(self, world: World, folder: Path, column: str) -> None:
        change(folder, "devices", column)
        assert looked_at(world) == (set() if column in OF_LOSSES_ALONE else EVERYTHING)

    @pytest.mark.parametrize("column", [*PERSON_COLUMNS, "missed", "gone_since", "left_since", "role_before"])
    def test_of_persons(self, world: World, folder: Path, column: str) -> None:
        change(folder, "persons", column)
        assert looked_at(world) == EVERYTHING


def change(folder: Path, table: str, column: str) -> None:
    """Let each row say something else there, whatever wrote it."""
    with closing(sqlite3.connect(folder / "state.db")) as store:
        store.execute(f"UPDATE {table} SET {column} = '1' || coalesce({column}, '')")  # noqa: S608 - names of our own
        store.commit()
