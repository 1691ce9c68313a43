"""What a cycle concludes, and what it leaves as it was because it cannot be known now."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from mdm_sync.core.lifecycle import TransitionKind
from mdm_sync.core.model import Role, Severity, Stage
from mdm_sync.core.rules import Mode, RuleChoice
from mdm_sync.core.rules.book import RuleBook
from mdm_sync.cycle import EVERYTHING, CycleResult, Scope, run_cycle
from mdm_sync.errors import TemporaryError
from state import Store
from tests.replacing import replace
from tests.unit.cycle_given import (
    DISTRICT,
    NORD,
    SUED,
    FakeDirectories,
    FakeFleet,
    World,
    device,
    person,
)

ANNA, EMIL = person("anna"), person("emil", SUED)
OFFLINE = Scope(offline=True)
OFF, OBSERVE = RuleChoice(mode=Mode.OFF), RuleChoice(mode=Mode.OBSERVE)
UNKNOWN_1 = ("unknown-user", "device:1")
UNASSIGNED_2 = ("device-unassigned", "device:2")
Keys = set[tuple[str, str]]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Device 1 names nobody known, 2 names nobody, 3 is Anna's, 4 is Emil's at the other school."""
    store = Store.open(tmp_path)
    fleet = FakeFleet(device(1, "nobody"), device(2), device(3, "anna"), device(4, "emil", site=20))
    yield World(store, fleet, FakeDirectories({NORD: [ANNA], SUED: [EMIL]}))
    store.close()


def cycle(world: World, scope: Scope = EVERYTHING) -> CycleResult:
    return run_cycle(world.equipment, DISTRICT, scope)


def found(world: World, scope: Scope = EVERYTHING) -> Keys:
    """What is wrong after one more cycle, beside the sources themselves."""
    findings = [one.place.finding for one in cycle(world, scope).findings]
    return {one.key for one in findings if one.rule != "source-stale"}


def schools_of(world: World) -> dict[tuple[str, str], str]:
    findings = world.state.inquiry.open_findings(DISTRICT)
    return {one.place.finding.key: one.place.finding.school for one in findings}


def test_what_is_wrong_is_found_once_and_stays(world: World) -> None:
    assert found(world) == {UNKNOWN_1, UNASSIGNED_2}
    assert cycle(world).transitions == ()


def test_what_is_mended_is_resolved(world: World) -> None:
    found(world)
    world.fleet.devices[0] = device(1, "anna")
    assert found(world) == {UNASSIGNED_2, ("several-devices", ANNA.subject)}


class TestASourceThatIsTooOld:
    """It supports no new conclusion; what was concluded from it stays."""

    def test_an_old_sweep_opens_nothing(self, world: World) -> None:
        cycle(world)
        world.later(hours=25)
        world.fleet.error = TemporaryError("no answer")
        world.directories.persons[NORD.number] = [replace(ANNA, login="anna.neu", mail="anna.neu@100001.example")]
        assert found(world) == {UNKNOWN_1, UNASSIGNED_2}

    def test_an_old_sweep_resolves_nothing(self, world: World) -> None:
        cycle(world)
        world.later(hours=25)
        world.fleet.error = TemporaryError("no answer")
        world.directories.persons[NORD.number] = [ANNA, person("nobody")]
        assert found(world) == {UNKNOWN_1, UNASSIGNED_2}

    def test_a_young_one_supports_both(self, world: World) -> None:
        cycle(world)
        world.later(hours=23)
        world.fleet.error = TemporaryError("no answer")
        world.directories.persons[NORD.number] = [ANNA, person("nobody")]
        assert found(world) == {UNASSIGNED_2}

    def test_an_old_directory_holds_back_what_needs_it_and_nothing_else(self, world: World) -> None:
        cycle(world)
        world.later(days=4)
        world.directories.failures[NORD.number] = "no answer"
        now = world.now
        world.fleet.devices = [
            replace(one, last_inventory=now)
            for one in (device(1, "anna"), device(2), device(3), device(4, "stranger", site=20))
        ]
        assert found(world) == {
            UNKNOWN_1,  # needs the directory: stays
            UNASSIGNED_2,
            ("device-unassigned", "device:3"),  # needs Jamf Pro alone
            ("unknown-user", "device:4"),  # at a school that was read
        }

    def test_its_age_is_itself_a_finding(self, world: World) -> None:
        cycle(world)
        world.later(hours=49)
        world.fleet.error = TemporaryError("no answer")
        cycle(world)
        (stale,) = [
            one.place.finding
            for one in world.state.inquiry.open_findings(DISTRICT)
            if "stale" in one.place.finding.rule
        ]
        assert (stale.subject, stale.severity) == ("source:jamf", Severity.CRITICAL)

    def test_when_it_is_read_again_everything_is_judged(self, world: World) -> None:
        cycle(world)
        world.later(hours=25)
        world.fleet.error = TemporaryError("no answer")
        cycle(world)
        world.fleet.error = None
        world.fleet.devices[0] = device(1, "anna")
        assert UNKNOWN_1 not in found(world)


class TestWhatWasNeverRead:
    def test_a_school_that_was_never_read_has_no_unknown_users(self, world: World) -> None:
        world.directories.failures[NORD.number] = "no answer"
        assert found(world) == {UNASSIGNED_2}

    def test_an_address_that_an_unread_school_could_hold_is_undecided(self, world: World) -> None:
        world.directories.failures[SUED.number] = "no answer"
        world.fleet.devices[0] = device(1, "emil@100002.example")
        assert UNKNOWN_1 not in found(world)
        del world.directories.failures[SUED.number]
        assert ("wrong-school", "device:1") in found(world)

    def test_without_any_sweep_nobody_is_without_device(self, world: World) -> None:
        world.fleet.error = TemporaryError("no answer")
        pupil = replace(ANNA, role=Role.STUDENT, grade=7)
        world.directories.persons[NORD.number] = [pupil]
        assert found(world) == set()
        world.fleet.error = None
        world.fleet.devices = [device(4, "emil", site=20)]
        assert ("student-without-device", pupil.subject) in found(world)

    def test_without_any_read_nothing_is_concluded(self, world: World) -> None:
        assert found(world, OFFLINE) == set()


class TestRulesAsSettingsChooseThem:
    def test_a_rule_that_is_switched_off_lets_its_findings_be_solved(self, world: World) -> None:
        cycle(world)
        world.rules = RuleBook(for_all={"unknown-user": OFF})
        assert found(world) == {UNASSIGNED_2}

    def test_so_does_one_about_people(self, world: World) -> None:
        pupil = replace(person("paula"), role=Role.STUDENT, grade=7)
        world.directories.persons[NORD.number].append(pupil)
        assert ("student-without-device", pupil.subject) in found(world)
        world.rules = RuleBook(for_all={"student-without-device": OFF})
        assert found(world) == {UNKNOWN_1, UNASSIGNED_2}

    def test_a_rule_is_off_at_one_school_and_on_at_the_other(self, world: World) -> None:
        world.fleet.devices.append(device(5, site=20))
        world.rules = RuleBook(by_school={NORD.number: {"device-unassigned": OFF}})
        assert found(world) == {UNKNOWN_1, ("device-unassigned", "device:5")}

    def test_what_is_observed_is_found_and_leaves_the_house_on_no_way(self, world: World) -> None:
        world.rules = RuleBook(for_all={"unknown-user": OBSERVE, "device-unassigned": OBSERVE})
        result = cycle(world)
        assert {one.place.finding.key for one in result.findings} == {UNKNOWN_1, UNASSIGNED_2}
        assert result.entries == ()

    def test_observed_at_one_school_it_is_told_of_the_other(self, world: World) -> None:
        world.fleet.devices.append(device(5, site=20))
        world.rules = RuleBook(
            for_all={"unknown-user": OBSERVE}, by_school={NORD.number: {"device-unassigned": OBSERVE}}
        )
        assert [entry.content for entry in cycle(world).entries] == ["1 new"]


class TestADeviceThatMoves:
    def test_its_finding_goes_with_it_and_is_the_same_one(self, world: World) -> None:
        cycle(world)
        (before,) = [
            one.finding_id
            for one in world.state.inquiry.open_findings(DISTRICT)
            if one.place.finding.key == UNASSIGNED_2
        ]
        world.fleet.devices[1] = device(2, site=20)
        assert found(world) == {UNKNOWN_1, UNASSIGNED_2}
        assert schools_of(world)[UNASSIGNED_2] == SUED.number
        (after,) = [
            one.finding_id
            for one in world.state.inquiry.open_findings(DISTRICT)
            if one.place.finding.key == UNASSIGNED_2
        ]
        assert after == before

    def test_out_of_all_sites_it_is_without_site_and_nothing_else(self, world: World) -> None:
        cycle(world)
        world.fleet.devices[1] = device(2, site=-1)
        assert found(world) == {UNKNOWN_1, ("device-without-site", "device:2")}

    def test_and_back_again(self, world: World) -> None:
        world.fleet.devices[1] = device(2, site=-1)
        cycle(world)
        world.fleet.devices[1] = device(2)
        assert found(world) == {UNKNOWN_1, UNASSIGNED_2}

    def test_gone_for_good_its_findings_are_resolved(self, world: World) -> None:
        cycle(world)
        del world.fleet.devices[1]
        assert UNASSIGNED_2 in found(world)
        assert found(world) == {UNKNOWN_1}

    def test_a_person_who_holds_a_device_anywhere_is_not_without_one(self, world: World) -> None:
        pupil = replace(EMIL, role=Role.STUDENT, grade=7)
        world.directories.persons[SUED.number] = [pupil]
        world.fleet.devices[3] = device(4, EMIL.mail, site=10)
        assert ("student-without-device", pupil.subject) not in found(world)


class TestSomeSchoolsOnly:
    def test_the_others_stay_as_they_are(self, world: World) -> None:
        cycle(world)
        world.fleet.devices[1] = device(2, "anna")
        world.fleet.devices[3] = device(4, "stranger", site=20)
        scope = Scope(only=(SUED.number,), full=True)
        assert found(world, scope) == {UNKNOWN_1, UNASSIGNED_2, ("unknown-user", "device:4")}

    def test_holders_at_other_schools_are_known_from_earlier_cycles(self, world: World) -> None:
        pupil = replace(EMIL, role=Role.STUDENT, grade=7)
        world.directories.persons[SUED.number] = [pupil]
        world.fleet.devices[3] = device(4, EMIL.mail, site=10)
        cycle(world)
        assert ("student-without-device", pupil.subject) not in found(world, Scope(only=(SUED.number,)))

    def test_of_a_school_that_is_not_connected_nothing_is_said(self, world: World) -> None:
        closed = replace(NORD, stage=Stage.NOT_CONNECTED)
        findings = run_cycle(world.equipment, (closed, SUED)).findings
        assert {one.place.finding.rule for one in findings} == set()


class TestASchoolThatIsNotConnectedAnyMore:
    """Nobody reads it, so nothing could ever end what was found there."""

    LEFT = (replace(NORD, stage=Stage.NOT_CONNECTED), SUED)
    LOCKED_3 = ("locked-without-report", "device:3")
    PUPIL = replace(person("paula"), role=Role.STUDENT, grade=7)
    WITHOUT_DEVICE = ("student-without-device", PUPIL.subject)

    @pytest.fixture(autouse=True)
    def with_all_kinds_of_findings(self, world: World) -> None:
        world.directories.persons[NORD.number].append(self.PUPIL)
        world.fleet.devices[2] = replace(device(3, "anna"), lost_mode=True)
        world.fleet.devices.append(device(5, site=20))
        assert found(world) == {
            UNKNOWN_1,
            UNASSIGNED_2,
            self.LOCKED_3,
            self.WITHOUT_DEVICE,
            ("device-unassigned", "device:5"),
        }

    def test_keeps_no_findings_and_the_others_keep_theirs(self, world: World) -> None:
        run_cycle(world.equipment, self.LEFT)
        assert schools_of(world) == {("device-unassigned", "device:5"): SUED.number}

    def test_is_no_news(self, world: World) -> None:
        result = run_cycle(world.equipment, self.LEFT)
        assert {step.kind for step in result.transitions} == {TransitionKind.WITHDRAWN}
        assert result.entries == ()
        assert run_cycle(world.equipment, self.LEFT).transitions == ()

    def test_keeps_them_where_a_cycle_looks_at_some_schools_only(self, world: World) -> None:
        before = schools_of(world)
        run_cycle(world.equipment, self.LEFT, Scope(only=(SUED.number,)))
        assert schools_of(world) == before

    def test_connected_again_is_told_as_a_whole(self, world: World) -> None:
        run_cycle(world.equipment, self.LEFT)
        again = {step.finding.key: step.baseline for step in cycle(world).transitions}
        assert again == {
            UNKNOWN_1: True,
            UNASSIGNED_2: True,
            self.WITHOUT_DEVICE: True,
            self.LOCKED_3: False,
        }


def test_a_sweep_within_the_limit_is_not_repeated_for_some_schools_only(world: World) -> None:
    cycle(world)
    cycle(world, Scope(only=(NORD.number,)))
    assert world.fleet.asked == ["sweep"]
    world.later(hours=24)
    cycle(world, Scope(only=(NORD.number,)))
    assert world.fleet.asked == ["sweep", "sweep"]


def test_a_young_sweep_is_followed_by_a_read_of_changes(world: World) -> None:
    scope = Scope(changes_within=timedelta(hours=1))
    cycle(world, scope)
    cycle(world, scope)
    cycle(world, replace(scope, full=True))
    world.later(hours=1)
    cycle(world, scope)
    assert [one if isinstance(one, str) else "changes" for one in world.fleet.asked] == [
        "sweep",
        "changes",
        "sweep",
        "sweep",
    ]
