"""Reads come in: what is added, changed, missing and gone, and which rows are written for it."""

import re
from pathlib import Path

import pytest

from mdm_sync.core.completeness import DirectoryProof, FleetProof
from mdm_sync.core.model import Role, UserFields
from mdm_sync.ports import Changes, DirectoryRead, FleetRead
from state import Store
from tests.integration.state.given import (
    DISTRICT,
    MORNING,
    NOON,
    NORD,
    SITES,
    SUED,
    alter,
    ask,
    device,
    fleet_proof,
    names,
    person,
    read,
    refs,
    sources,
    sweep,
    without_refs,
)
from tests.replacing import replace

ONE, TWO, THREE = device(1), device(2), device(3)
ANNA, EMIL, TANJA = person("anna.gruen"), person("emil.koenig"), person("t.weiss", role=Role.TEACHER)
MARK = names("max.mueller@100002.example")
MAX_SUED = person("max.mueller", school=SUED)

WATCH = """
CREATE TABLE watched (told INTEGER PRIMARY KEY, what TEXT);
CREATE TRIGGER a AFTER INSERT ON devices BEGIN INSERT INTO watched (what) VALUES ('add ' || new.subject); END;
CREATE TRIGGER b AFTER UPDATE ON devices BEGIN INSERT INTO watched (what) VALUES ('change ' || new.subject); END;
CREATE TRIGGER c AFTER DELETE ON devices BEGIN INSERT INTO watched (what) VALUES ('remove ' || old.subject); END;
CREATE TRIGGER d AFTER INSERT ON persons BEGIN INSERT INTO watched (what) VALUES ('add ' || new.uuid); END;
CREATE TRIGGER e AFTER UPDATE ON persons BEGIN INSERT INTO watched (what) VALUES ('change ' || new.uuid); END;
CREATE TRIGGER f AFTER DELETE ON persons BEGIN INSERT INTO watched (what) VALUES ('remove ' || old.uuid); END;
CREATE TRIGGER g AFTER INSERT ON device_mails BEGIN INSERT INTO watched (what) VALUES ('add ' || new.mail); END;
CREATE TRIGGER h AFTER DELETE ON device_mails BEGIN INSERT INTO watched (what) VALUES ('remove ' || old.mail); END;
"""
"""SQLite itself notes each row that is written from here on."""


def written(folder: Path) -> list[object]:
    return [what for (what,) in ask(folder, "SELECT what FROM watched ORDER BY told")]


class TestTheFleet:
    def test_the_first_read_adds_every_device(self, store: Store) -> None:
        assert sweep(store, ONE, TWO) == Changes(added=2)
        assert store.snapshot.devices_of(NORD) == (ONE, TWO)

    def test_the_same_read_again_changes_nothing(self, store: Store) -> None:
        sweep(store, ONE, TWO)
        assert sweep(store, ONE, TWO) == Changes()
        assert store.snapshot.devices_of(NORD) == (ONE, TWO)

    def test_the_same_read_again_writes_no_row(self, store: Store, folder: Path) -> None:
        sweep(store, replace(ONE, user=MARK), replace(TWO, shared=None, site_id=None))
        alter(folder, WATCH)
        sweep(store, replace(ONE, user=MARK), replace(TWO, shared=None, site_id=None))
        assert written(folder) == []

    def test_only_a_changed_device_is_counted(self, store: Store) -> None:
        sweep(store, ONE, TWO)
        assert sweep(store, ONE, replace(TWO, name="iPad von Nord")) == Changes(changed=1)
        assert store.snapshot.devices_of(NORD) == (ONE, replace(TWO, name="iPad von Nord"))

    def test_only_a_changed_device_is_written(self, store: Store, folder: Path) -> None:
        sweep(store, ONE, TWO)
        alter(folder, WATCH)
        sweep(store, ONE, replace(TWO, name="iPad von Nord"), THREE)
        assert written(folder) == ["change device:2", "add device:3"]

    def test_a_device_that_is_missing_once_stays_and_is_told(self, store: Store) -> None:
        sweep(store, ONE, TWO)
        assert sweep(store, ONE) == Changes(missing=1)
        assert store.snapshot.devices_of(NORD) == (ONE, TWO)

    def test_a_device_that_is_missing_twice_in_a_row_goes(self, store: Store) -> None:
        sweep(store, ONE, TWO)
        sweep(store, ONE)
        assert sweep(store, ONE) == Changes(removed=1)
        assert store.snapshot.devices_of(NORD) == (ONE,)

    def test_a_device_that_comes_back_in_between_is_missed_anew(self, store: Store) -> None:
        sweep(store, ONE, TWO)
        sweep(store, ONE)
        assert sweep(store, ONE, TWO) == Changes()
        assert sweep(store, ONE) == Changes(missing=1)
        assert store.snapshot.devices_of(NORD) == (ONE, TWO)

    def test_a_device_that_went_may_come_again(self, store: Store) -> None:
        sweep(store, ONE, TWO)
        sweep(store, ONE)
        sweep(store, ONE)
        assert sweep(store, ONE, TWO) == Changes(added=1)

    def test_a_refused_sweep_between_two_does_not_count_as_one_without_the_device(self, store: Store) -> None:
        sweep(store, ONE, TWO)
        sweep(store, ONE)
        store.staging.refuse("jamf", "The read is not complete.", NOON)
        assert store.snapshot.devices_of(NORD) == (ONE, TWO)

    def test_a_device_whose_record_cannot_be_read_is_there(self, store: Store) -> None:
        sweep(store, ONE, TWO)
        for _ in range(3):
            assert sweep(store, ONE, unreadable=(("2", "its serial is no text"),)) == Changes()
        assert store.snapshot.devices_of(NORD) == (ONE, TWO)

    def test_a_device_whose_record_came_unreadable_in_between_is_missed_anew(self, store: Store) -> None:
        sweep(store, ONE, TWO)
        sweep(store, ONE)
        assert sweep(store, ONE, unreadable=(("2", "its serial is no text"),)) == Changes()
        assert sweep(store, ONE) == Changes(missing=1)
        assert store.snapshot.devices_of(NORD) == (ONE, TWO)

    def test_a_device_whose_record_could_not_be_read_last_time_is_missed_when_it_is_missing(self, store: Store) -> None:
        sweep(store, ONE, TWO)
        sweep(store, ONE, unreadable=(("2", "its serial is no text"),))
        assert sweep(store, ONE) == Changes(missing=1)

    def test_a_device_that_was_read_twice_is_staged_once_as_it_came_last(self, store: Store) -> None:
        store.staging.stage_devices([ONE, replace(TWO, name="alt")])
        store.staging.stage_devices([TWO])
        assert store.staging.staged_devices() == 2
        store.staging.accept_fleet(FleetRead(proof=fleet_proof([ONE, TWO]), sites=SITES), MORNING)
        assert store.snapshot.devices_of(NORD) == (ONE, TWO)

    def test_an_earlier_sweep_that_was_cleared_leaves_nothing(self, store: Store) -> None:
        store.staging.stage_devices([ONE, replace(TWO, user=MARK)])
        store.staging.clear_fleet()
        assert store.staging.staged_devices() == 0
        read(store, SUED, MAX_SUED)
        assert sweep(store, TWO) == Changes(added=1)
        assert store.snapshot.persons_elsewhere(NORD, DISTRICT).there == {}

    def test_what_is_staged_is_not_the_state(self, store: Store) -> None:
        sweep(store, ONE)
        store.staging.clear_fleet()
        store.staging.stage_devices([replace(ONE, name="neu"), TWO])
        assert store.snapshot.devices_of(NORD) == (ONE,)

    def test_sites_are_those_of_the_last_sweep(self, store: Store) -> None:
        sweep(store, ONE)
        sweep(store, ONE, sites={10: "Süd", 20: "Nord"})
        assert store.snapshot.devices_of(NORD) == ()
        assert store.snapshot.devices_of(SUED) == (ONE,)

    @pytest.mark.parametrize(
        "user", [None, UserFields(), UserFields(username=" "), UserFields(username="a", real_name="Ä B", email="c")]
    )
    def test_user_fields_that_did_not_come_differ_from_empty_ones(self, store: Store, user: UserFields | None) -> None:
        sweep(store, replace(ONE, user=user))
        assert store.snapshot.devices_of(NORD) == (replace(ONE, user=user),)

    def test_empty_user_fields_where_there_were_none_are_a_change(self, store: Store) -> None:
        sweep(store, ONE)
        assert sweep(store, replace(ONE, user=UserFields())) == Changes(changed=1)

    @pytest.mark.parametrize("shared", [None, True, False])
    def test_whether_a_device_is_shared_may_be_unknown(self, store: Store, *, shared: bool | None) -> None:
        sweep(store, replace(ONE, shared=shared))
        assert store.snapshot.devices_of(NORD) == (replace(ONE, shared=shared),)

    @pytest.mark.parametrize(("before", "after"), [(None, False), (False, True), (True, None), (False, None)])
    def test_knowing_more_or_less_about_sharing_is_a_change(
        self, store: Store, *, before: bool | None, after: bool | None
    ) -> None:
        sweep(store, replace(ONE, shared=before))
        assert sweep(store, replace(ONE, shared=after)) == Changes(changed=1)

    def test_the_state_outlives_the_process(self, folder: Path) -> None:
        before = Store.open(folder)
        sweep(before, ONE, TWO)
        before.close()
        after = Store.open(folder)
        assert after.snapshot.devices_of(NORD) == (ONE, TWO)
        assert after.staging.staged_devices() == 0
        after.close()


class TestTheAddressesOfDevices:
    """They are seen by the persons elsewhere whom they name."""

    def test_a_changed_address_takes_the_place_of_the_old_one(self, store: Store) -> None:
        read(store, SUED, MAX_SUED, person("emil", school=SUED))
        sweep(store, replace(ONE, user=MARK))
        sweep(store, replace(ONE, user=names("Emil@100002.example")))
        assert list(store.snapshot.persons_elsewhere(NORD, DISTRICT).there) == ["emil@100002.example"]

    def test_an_address_goes_with_the_user_fields(self, store: Store) -> None:
        read(store, SUED, MAX_SUED)
        sweep(store, replace(ONE, user=MARK))
        sweep(store, ONE)
        assert store.snapshot.persons_elsewhere(NORD, DISTRICT).there == {}

    def test_an_address_stays_while_its_device_is_missing_once(self, store: Store) -> None:
        read(store, SUED, MAX_SUED)
        sweep(store, replace(ONE, user=MARK))
        sweep(store)
        assert list(store.snapshot.persons_elsewhere(NORD, DISTRICT).there) == [MAX_SUED.mail]

    def test_an_address_goes_with_its_device(self, store: Store, folder: Path) -> None:
        sweep(store, replace(ONE, user=MARK))
        sweep(store)
        sweep(store)
        assert ask(folder, "SELECT * FROM device_mails") == []

    def test_a_device_that_was_read_twice_names_only_whom_it_named_last(self, store: Store) -> None:
        read(store, SUED, MAX_SUED, person("emil", school=SUED))
        store.staging.stage_devices([replace(ONE, user=MARK)])
        store.staging.stage_devices([replace(ONE, user=names("emil@100002.example"))])
        store.staging.accept_fleet(FleetRead(proof=fleet_proof([ONE]), sites=SITES), MORNING)
        assert list(store.snapshot.persons_elsewhere(NORD, DISTRICT).there) == ["emil@100002.example"]

    def test_a_device_that_came_twice_in_one_page_names_only_whom_it_named_last(self, store: Store) -> None:
        read(store, SUED, MAX_SUED, person("emil", school=SUED))
        sweep(store, replace(ONE, user=MARK), replace(ONE, user=names("emil@100002.example")))
        assert list(store.snapshot.persons_elsewhere(NORD, DISTRICT).there) == ["emil@100002.example"]


class TestADirectory:
    def test_the_first_read_adds_every_person(self, store: Store) -> None:
        assert read(store, NORD, ANNA, EMIL) == Changes(added=2)
        assert without_refs(store.snapshot.persons_of(NORD)) == [ANNA, EMIL]

    def test_the_same_read_again_changes_nothing(self, store: Store) -> None:
        read(store, NORD, ANNA, EMIL)
        before = store.snapshot.persons_of(NORD)
        assert read(store, NORD, ANNA, EMIL) == Changes()
        assert store.snapshot.persons_of(NORD) == before

    def test_the_same_read_again_writes_no_row(self, store: Store, folder: Path) -> None:
        read(store, NORD, ANNA, replace(EMIL, mail=""))
        alter(folder, WATCH)
        read(store, NORD, ANNA, replace(EMIL, mail=""))
        assert written(folder) == []

    def test_only_changed_persons_are_counted_and_written(self, store: Store, folder: Path) -> None:
        read(store, NORD, ANNA, EMIL)
        alter(folder, WATCH)
        assert read(store, NORD, ANNA, replace(EMIL, role=Role.STAFF), TANJA) == Changes(added=1, changed=1)
        assert written(folder) == [f"change {EMIL.uuid}", f"add {TANJA.uuid}"]

    def test_a_person_who_is_missing_once_stays_and_is_told(self, store: Store) -> None:
        read(store, NORD, ANNA, EMIL)
        assert read(store, NORD, ANNA) == Changes(missing=1)
        assert without_refs(store.snapshot.persons_of(NORD)) == [ANNA, replace(EMIL, missing=True)]

    def test_a_person_who_is_missing_twice_in_a_row_goes(self, store: Store) -> None:
        read(store, NORD, ANNA, EMIL)
        read(store, NORD, ANNA)
        assert read(store, NORD, ANNA) == Changes(removed=1)
        assert without_refs(store.snapshot.persons_of(NORD)) == [ANNA]

    def test_a_person_who_comes_back_in_between_is_missed_anew(self, store: Store) -> None:
        read(store, NORD, ANNA, EMIL)
        read(store, NORD, ANNA)
        assert read(store, NORD, ANNA, EMIL) == Changes()
        assert read(store, NORD, ANNA) == Changes(missing=1)
        assert without_refs(store.snapshot.persons_of(NORD)) == [ANNA, replace(EMIL, missing=True)]

    def test_a_person_whose_entry_cannot_be_read_is_there(self, store: Store) -> None:
        read(store, NORD, ANNA, EMIL)
        for _ in range(3):
            assert read(store, NORD, ANNA, unreadable=((EMIL.uuid, "its mail is no UTF-8"),)) == Changes()
        assert without_refs(store.snapshot.persons_of(NORD)) == [ANNA, EMIL]

    def test_a_person_whose_entry_came_unreadable_in_between_is_missed_anew(self, store: Store) -> None:
        read(store, NORD, ANNA, EMIL)
        read(store, NORD, ANNA)
        assert read(store, NORD, ANNA, unreadable=((EMIL.uuid, "its mail is no UTF-8"),)) == Changes()
        assert read(store, NORD, ANNA) == Changes(missing=1)
        assert without_refs(store.snapshot.persons_of(NORD)) == [ANNA, replace(EMIL, missing=True)]

    def test_what_is_missing_is_counted_for_its_own_school(self, store: Store) -> None:
        read(store, NORD, ANNA, EMIL)
        read(store, NORD, ANNA)
        assert read(store, SUED, MAX_SUED) == Changes(added=1)

    def test_reads_of_one_school_leave_the_persons_of_another_alone(self, store: Store) -> None:
        read(store, NORD, ANNA)
        read(store, SUED, MAX_SUED)
        read(store, NORD, EMIL)
        read(store, NORD, EMIL)
        assert read(store, SUED) == Changes(missing=1)
        assert without_refs(store.snapshot.persons_of(SUED)) == [replace(MAX_SUED, missing=True)]

    def test_an_entry_that_cannot_be_read_at_one_school_is_not_there_at_another(self, store: Store) -> None:
        twin = replace(ANNA, school=SUED.number)
        read(store, NORD, ANNA)
        read(store, SUED, twin)
        read(store, SUED, unreadable=((ANNA.uuid, "its mail is no UTF-8"),))
        assert read(store, NORD) == Changes(missing=1)

    def test_two_schools_with_the_same_uuid_and_login_stay_apart(self, store: Store) -> None:
        twin = replace(ANNA, school=SUED.number)
        read(store, NORD, ANNA)
        assert read(store, SUED, twin) == Changes(added=1)
        assert without_refs(store.snapshot.persons_of(NORD)) == [ANNA]
        assert without_refs(store.snapshot.persons_of(SUED)) == [twin]
        assert refs(store, NORD) != refs(store, SUED)


class TestReferences:
    def test_a_reference_is_p_and_twelve_hexadecimal_digits(self, store: Store) -> None:
        read(store, NORD, ANNA)
        assert re.fullmatch(r"P-[0-9A-F]{16}", refs(store, NORD)[ANNA.uuid])

    def test_a_reference_stays_while_everything_else_changes(self, store: Store) -> None:
        read(store, NORD, ANNA)
        before = refs(store, NORD)
        read(store, NORD, replace(ANNA, login="anna.blau", mail="anna.blau@100001.example", role=Role.STAFF))
        read(store, NORD)
        read(store, NORD, ANNA)
        assert refs(store, NORD) == before

    def test_no_two_persons_share_a_reference(self, store: Store) -> None:
        read(store, NORD, *(person(f"schueler{number}") for number in range(500)))
        read(store, SUED, *(person(f"schueler{number}", school=SUED) for number in range(500)))
        assert len({*refs(store, NORD).values(), *refs(store, SUED).values()}) == 1000

    def test_a_reference_leads_to_its_person(self, store: Store) -> None:
        read(store, NORD, ANNA, EMIL)
        ref = refs(store, NORD)[ANNA.uuid]
        assert store.inquiry.person(ref) == replace(ANNA, ref=ref)
        assert store.inquiry.person(f" {ref.lower()} ") == replace(ANNA, ref=ref)
        assert store.inquiry.person("P-000000000000") is None


class TestProofs:
    def test_before_the_first_read_there_is_none(self, store: Store) -> None:
        assert store.staging.fleet_proof() is None
        assert store.staging.directory_proof(NORD) is None

    def test_the_proof_of_a_sweep_comes_back_whole(self, store: Store) -> None:
        proof = FleetProof(
            total_first=5, total_last=6, received=7, pages=3, sites=4, unreadable=(("8", "käputt"), ("9", ""))
        )
        store.staging.accept_fleet(FleetRead(proof=proof, sites={}), MORNING)
        assert store.staging.fleet_proof() == proof

    def test_the_proof_of_a_directory_comes_back_whole(self, store: Store) -> None:
        proof = DirectoryProof(
            users=5,
            groups=6,
            missing=("ou=groups",),
            missing_groups=("schüler",),
            members=7,
            members_found=8,
            unreadable=(("u", "it has no uid"),),
        )
        store.staging.accept_directory(DirectoryRead(school=NORD, persons=(), proof=proof), MORNING)
        assert store.staging.directory_proof(NORD) == proof
        assert store.staging.directory_proof(SUED) is None

    def test_the_proof_is_that_of_the_last_read_that_was_accepted(self, store: Store) -> None:
        sweep(store, ONE)
        sweep(store, ONE, TWO)
        read(store, NORD, ANNA)
        read(store, NORD, ANNA, EMIL)
        assert store.staging.fleet_proof() == fleet_proof([ONE, TWO])
        assert store.staging.directory_proof(NORD) == DirectoryProof(users=2, groups=2)


class TestARefusedRead:
    def test_it_leaves_every_row_and_the_last_proof(self, store: Store) -> None:
        sweep(store, ONE)
        read(store, NORD, ANNA)
        persons, proof = store.snapshot.persons_of(NORD), store.staging.directory_proof(NORD)
        store.staging.refuse("jamf", "no device came", NOON)
        store.staging.refuse(NORD.source, "no user came", NOON)
        assert store.snapshot.devices_of(NORD) == (ONE,)
        assert store.staging.fleet_proof() == fleet_proof([ONE])
        assert store.snapshot.persons_of(NORD) == persons
        assert store.staging.directory_proof(NORD) == proof

    def test_it_is_told_beside_the_moment_of_the_last_complete_one(self, store: Store) -> None:
        sweep(store, ONE, at=MORNING)
        store.staging.refuse("jamf", "no device came", NOON)
        assert sources(store) == (("jamf", MORNING, "no device came"),)

    def test_a_complete_read_ends_the_trouble(self, store: Store) -> None:
        store.staging.refuse(NORD.source, "no answer", MORNING)
        read(store, NORD, at=NOON)
        assert sources(store) == ((NORD.source, NOON, None),)

    def test_refused_from_the_start_a_source_has_neither_proof_nor_moment(self, store: Store) -> None:
        store.staging.refuse(NORD.source, "no answer", MORNING)
        assert store.staging.directory_proof(NORD) is None
        assert store.snapshot.persons_of(NORD) is None
        assert sources(store) == ((NORD.source, None, "no answer"),)

    def test_what_a_broken_sweep_left_staged_does_not_reach_the_next(self, store: Store) -> None:
        sweep(store, ONE)
        store.staging.clear_fleet()
        store.staging.stage_devices([TWO])
        store.staging.refuse("jamf", "page 2 could not be had", NOON)
        assert sweep(store, ONE) == Changes()
