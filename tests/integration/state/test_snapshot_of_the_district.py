"""What the state says beyond a single school: holders, twins, devices and findings outside of schools, sources."""

from datetime import datetime

from mdm_sync.core.lifecycle import StoredFinding
from mdm_sync.core.model import Assignment, AssignmentState, DeviceKind, Person
from mdm_sync.core.views import Source, Twins
from mdm_sync.ports import FleetChanges, FleetRead, Held
from state import Store
from tests.integration.state.given import (
    DISTRICT,
    EVENING,
    MORNING,
    NOON,
    NORD,
    SITES,
    SUED,
    UNPLACED,
    WEST,
    commit,
    device,
    finding,
    fleet_proof,
    names,
    opened,
    person,
    read,
    sweep,
)
from tests.replacing import replace

ANNA, EMIL = person("anna"), person("emil")
MAX = person("max.mueller", school=SUED)


def matched(somebody: Person) -> Assignment:
    return Assignment(state=AssignmentState.MATCHED, step="login", person=somebody)


NOBODY = Assignment(state=AssignmentState.NONE)


class TestWhoHoldsWhat:
    def test_staged_assignments_count_before_committed_ones(self, store: Store) -> None:
        sweep(store, device(1), device(2))
        store.staging.stage_assignments({"device:1": matched(ANNA), "device:2": matched(ANNA)})
        commit(store)
        store.staging.clear_assignments()
        store.staging.stage_assignments({"device:2": matched(EMIL)})
        both = {ANNA.uuid: 1, EMIL.uuid: 1}
        assert store.snapshot.held(NORD) == Held(anywhere=both, here=both)

    def test_a_device_that_names_nobody_any_more_is_held_by_nobody(self, store: Store) -> None:
        sweep(store, device(1))
        store.staging.stage_assignments({"device:1": matched(ANNA)})
        commit(store)
        store.staging.clear_assignments()
        store.staging.stage_assignments({"device:1": NOBODY})
        assert store.snapshot.held(NORD) == Held(anywhere={}, here={})

    def test_what_was_staged_and_never_committed_is_forgotten(self, store: Store) -> None:
        sweep(store, device(1))
        store.staging.stage_assignments({"device:1": matched(ANNA)})
        store.staging.clear_assignments()
        assert store.snapshot.held(NORD) == Held(anywhere={}, here={})

    def test_here_are_those_in_the_own_sites_that_are_in_no_lost_mode(self, store: Store) -> None:
        lost = replace(device(3), lost_mode=True)
        sweep(store, device(1), device(2, site=20), lost, device(4, site=None), replace(device(5), lost_mode=False))
        store.staging.stage_assignments({f"device:{number}": matched(ANNA) for number in range(1, 6)})
        assert store.snapshot.held(NORD) == Held(anywhere={ANNA.uuid: 5}, here={ANNA.uuid: 2})

    def test_who_holds_nothing_usable_here_is_held_anywhere_alone(self, store: Store) -> None:
        sweep(store, device(1, site=None))
        store.staging.stage_assignments({"device:1": matched(ANNA)})
        assert store.snapshot.held(NORD) == Held(anywhere={ANNA.uuid: 1}, here={})

    def test_only_ipads_count(self, store: Store) -> None:
        sweep(store, replace(device(1), kind=DeviceKind.APPLE_TV))
        store.staging.stage_assignments({"device:1": matched(ANNA)})
        assert store.snapshot.held(NORD) == Held(anywhere={}, here={})

    def test_persons_of_two_schools_with_one_uuid_are_two(self, store: Store) -> None:
        sweep(store, device(1))
        store.staging.stage_assignments({"device:1": matched(replace(ANNA, school=SUED.number))})
        assert store.snapshot.held(NORD) == Held(anywhere={}, here={})
        assert store.snapshot.held(SUED) == Held(anywhere={ANNA.uuid: 1}, here={})

    def test_of_a_device_that_is_missing_once_it_is_not_sure(self, store: Store) -> None:
        sweep(store, device(1), device(2))
        store.staging.stage_assignments({"device:1": matched(ANNA), "device:2": matched(EMIL)})
        sweep(store, device(2))
        both = {ANNA.uuid: 1, EMIL.uuid: 1}
        assert store.snapshot.held(NORD) == Held(anywhere=both, here=both, unsure=frozenset({ANNA.uuid}))

    def test_a_device_that_is_gone_is_held_by_nobody(self, store: Store) -> None:
        sweep(store, device(1))
        store.staging.stage_assignments({"device:1": matched(ANNA)})
        commit(store)
        store.staging.clear_assignments()
        sweep(store)
        sweep(store)
        assert store.snapshot.held(NORD) == Held(anywhere={}, here={})


class TestPersonsElsewhere:
    """A device names somebody by the login at one of the domains of the person's school."""

    ALIAS = replace(SUED, mail_domains=("Sued-Schule.example", "appleid.sued.example"))

    def test_an_alias_leads_to_the_login_whatever_its_spelling(self, store: Store) -> None:
        read(store, SUED, MAX)
        sweep(store, device(1, user=names("Max.Mueller@sued-schule.EXAMPLE")))
        found = store.snapshot.persons_elsewhere(NORD, (NORD, self.ALIAS, WEST)).there
        assert {mail: [one.uuid for one in some] for mail, some in found.items()} == {
            "max.mueller@sued-schule.example": [MAX.uuid]
        }

    def test_a_domain_that_two_schools_share_finds_the_persons_of_both(self, store: Store) -> None:
        read(store, SUED, MAX)
        read(store, WEST, replace(MAX, school=WEST.number, mail=""))
        sweep(store, device(1, user=names("max.mueller@city.example")))
        shared = [replace(one, mail_domains=("city.example",)) for one in (NORD, SUED, WEST)]
        (found,) = store.snapshot.persons_elsewhere(NORD, shared).there.values()
        assert {one.school for one in found} == {SUED.number, WEST.number}

    def test_a_person_who_is_found_both_ways_is_found_once(self, store: Store) -> None:
        read(store, SUED, replace(MAX, mail="max.mueller@sued-schule.example"))
        sweep(store, device(1, user=names("max.mueller@sued-schule.example")))
        (found,) = store.snapshot.persons_elsewhere(NORD, (NORD, self.ALIAS)).there.values()
        assert len(found) == 1

    def test_a_school_that_was_never_read_has_nobody(self, store: Store) -> None:
        sweep(store, device(1, user=names("max.mueller@sued-schule.example")))
        assert store.snapshot.persons_elsewhere(NORD, (NORD, self.ALIAS)).there == {}


class TestTwins:
    def test_records_of_one_serial_number_are_told_with_their_schools(self, store: Store) -> None:
        sweep(
            store,
            device(1, serial="DMPX"),
            device(2, serial="DMPX", site=20),
            device(3, serial="DMPX", site=30),
            device(4, serial="DMPX", site=None),
            device(5),
        )
        assert store.snapshot.twins(DISTRICT) == (
            Twins(
                serial="DMPX",
                subjects=("device:1", "device:2", "device:3", "device:4"),
                schools=(NORD.number, SUED.number, "", ""),
            ),
        )

    def test_a_record_that_is_missing_once_makes_them_unsure(self, store: Store) -> None:
        sweep(store, device(1, serial="DMPX"), device(2, serial="DMPX"))
        sweep(store, device(2, serial="DMPX"))
        (twins,) = store.snapshot.twins(DISTRICT)
        assert twins.missing
        sweep(store, device(2, serial="DMPX"))
        assert store.snapshot.twins(DISTRICT) == ()

    def test_records_without_a_serial_number_are_none(self, store: Store) -> None:
        sweep(store, replace(device(1), serial=""), replace(device(2), serial=""))
        assert store.snapshot.twins(DISTRICT) == ()


class TestOutsideOfAllSchools:
    def test_devices_nowhere_stand_in_no_site_of_any_school(self, store: Store) -> None:
        outside = (device(3, site=30), device(4, site=None), UNPLACED)
        sweep(store, device(1), device(2, site=20), *outside)
        assert store.snapshot.devices_nowhere(DISTRICT) == outside

    def test_their_findings_are_theirs_wherever_they_stood_before(self, store: Store) -> None:
        sweep(store, device(1), device(2, site=None))
        commit(store, opened(finding(about=1), finding(about=2)))
        assert store.snapshot.findings_nowhere(DISTRICT) == {
            finding(about=2).key: StoredFinding(finding=finding(about=2), open=True)
        }

    def test_sites_are_unknown_before_the_first_sweep(self, store: Store) -> None:
        assert store.snapshot.sites() is None
        store.staging.refuse("jamf", "no answer", MORNING)
        assert store.snapshot.sites() is None
        sweep(store, sites={})
        assert store.snapshot.sites() == {}
        sweep(store)
        assert store.snapshot.sites() == SITES


def test_findings_are_asked_for_by_rule_of_one_school_or_of_all(store: Store) -> None:
    here, there, other = finding("a", 1), finding("a", 2, school=SUED), finding("b", 3)
    commit(store, opened(here, there, other))
    assert set(store.snapshot.findings_by(["a"])) == {here.key, there.key}
    assert set(store.snapshot.findings_by(["a"], NORD)) == {here.key}
    assert set(store.snapshot.findings_by(["a", "b"], NORD)) == {here.key, other.key}
    assert store.snapshot.findings_by([]) == {}


class TestSources:
    def jamf(self, store: Store) -> Source:
        return next(one for one in store.snapshot.sources() if one.name == "jamf")

    def accept(self, store: Store, at: datetime, server_time: datetime | None) -> None:
        store.staging.clear_fleet()
        store.staging.accept_fleet(FleetRead(proof=fleet_proof([]), sites={}, server_time=server_time), at)

    def test_one_is_known_since_its_first_attempt(self, store: Store) -> None:
        store.staging.refuse("jamf", "no answer", MORNING)
        sweep(store, at=NOON)
        store.staging.refuse("jamf", "no answer", EVENING)
        known = self.jamf(store)
        assert (known.known_since, known.complete_at, known.error) == (MORNING, NOON, "no answer")

    def test_its_own_clock_is_that_of_the_last_read_that_told_it(self, store: Store) -> None:
        self.accept(store, MORNING, MORNING)
        store.staging.accept_changes(FleetChanges(received=0, server_time=NOON), EVENING)
        assert self.jamf(store).server_time == NOON
        store.staging.accept_changes(FleetChanges(received=0), EVENING)
        assert self.jamf(store).server_time == NOON
        store.staging.refuse("jamf", "no answer", EVENING)
        assert self.jamf(store).server_time == NOON

    def test_after_a_sweep_that_did_not_tell_it_changes_cannot_be_read(self, store: Store) -> None:
        self.accept(store, MORNING, MORNING)
        self.accept(store, NOON, None)
        assert self.jamf(store).server_time is None

    def test_a_read_of_changes_makes_the_last_complete_one_no_younger(self, store: Store) -> None:
        self.accept(store, MORNING, MORNING)
        store.staging.refuse("jamf", "no answer", NOON)
        store.staging.accept_changes(FleetChanges(received=0, server_time=NOON), EVENING)
        known = self.jamf(store)
        assert (known.complete_at, known.error) == (MORNING, None)

    def test_records_that_could_not_be_read_are_told_with_the_reason(self, store: Store) -> None:
        sweep(store, unreadable=(("7", "its serial is no text"),))
        read(store, SUED, unreadable=(("uuid-x", "it has no uid"),))
        assert [(one.school, one.unreadable) for one in store.snapshot.sources()] == [
            (SUED.number, (("uuid-x", "it has no uid"),)),
            ("", (("device:7", "its serial is no text"),)),
        ]


class TestWhoMoved:
    """Anna left the first school; her account there says so."""

    LEFT = replace(ANNA, leaver=True, given_name="Anna", family_name="Ahrens")

    def moved(self, store: Store, *elsewhere: Person, by_name: bool = False) -> dict[str, tuple[str, str]]:
        read(store, NORD, self.LEFT, EMIL)
        read(store, SUED, *elsewhere)
        found = store.snapshot.moved(by_name=by_name)
        return {subject: (one.school, one.by) for subject, one in found.items()}

    def test_the_same_uuid_says_where_a_person_is_now(self, store: Store) -> None:
        there = person("a.ahrens", school=SUED, uuid=ANNA.uuid)
        assert self.moved(store, there, MAX) == {ANNA.subject: (SUED.number, "uuid")}

    def test_so_does_the_same_full_address(self, store: Store) -> None:
        there = replace(person("a.ahrens", school=SUED), mail=ANNA.mail.upper())
        assert self.moved(store, there, MAX) == {ANNA.subject: (SUED.number, "mail")}

    def test_the_same_uuid_is_the_surer_sign(self, store: Store) -> None:
        read(store, WEST, replace(person("anna", school=WEST), mail=ANNA.mail))
        there = person("a.ahrens", school=SUED, uuid=ANNA.uuid)
        assert self.moved(store, there) == {ANNA.subject: (SUED.number, "uuid")}

    def test_a_name_says_so_only_where_it_is_asked(self, store: Store) -> None:
        there = replace(person("a.ahrens", school=SUED), given_name="Anna", family_name="Ahrens")
        assert self.moved(store, there) == {}
        assert self.moved(store, there, by_name=True) == {ANNA.subject: (SUED.number, "name")}

    def test_accounts_without_name_or_address_have_nothing_in_common(self, store: Store) -> None:
        nobody = replace(self.LEFT, mail="", given_name="", family_name="")
        read(store, NORD, nobody, EMIL)
        read(store, SUED, replace(nobody, school=SUED.number, uuid="uuid-other", leaver=False))
        assert store.snapshot.moved(by_name=True) == {}

    def test_who_left_the_other_school_too_is_not_there(self, store: Store) -> None:
        there = replace(person("a.ahrens", school=SUED, uuid=ANNA.uuid), leaver=True)
        assert self.moved(store, there) == {}

    def test_who_is_still_there_did_not_move(self, store: Store) -> None:
        assert self.moved(store, person("emil", school=SUED, uuid=EMIL.uuid)) == {}
