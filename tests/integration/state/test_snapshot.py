"""What the state says, school by school."""

from mdm_sync.core.lifecycle import StoredFinding, TransitionKind
from mdm_sync.core.model import Role
from mdm_sync.ports import Health, OutboxTotals
from state import Store
from tests.integration.state.given import (
    DISTRICT,
    EVENING,
    MORNING,
    NOON,
    NORD,
    SUED,
    UNPLACED,
    WEST,
    commit,
    device,
    finding,
    names,
    opened,
    person,
    put_in,
    read,
    refs,
    sources,
    steps,
    sweep,
    without_refs,
)
from tests.replacing import replace

ANNA = person("anna.gruen")
MAX_SUED, MAX_WEST = person("max.mueller", school=SUED), person("max.mueller", school=WEST)
TANJA = person("t.weiss", role=Role.TEACHER)
PORTER = person("p.tor", role=Role.STAFF)


def test_devices_of_a_school_stand_in_any_of_its_sites(store: Store) -> None:
    sweep(store, device(3, site=11), device(1, site=10), device(2, site=20), UNPLACED)
    assert store.snapshot.devices_of(NORD) == (device(1, site=10), device(3, site=11))


def test_a_school_without_sites_has_no_devices(store: Store) -> None:
    sweep(store, device(1))
    assert store.snapshot.devices_of(replace(NORD, sites=())) == ()


def test_a_site_that_jamf_does_not_have_holds_no_devices(store: Store) -> None:
    sweep(store, device(1), UNPLACED, device(4, site=None))
    assert store.snapshot.devices_of(WEST) == ()


def test_site_names_are_data_whatever_characters_they_hold(store: Store) -> None:
    odd = """Nord "A", O'Brien; --"""
    sweep(store, device(1), sites={10: odd})
    assert store.snapshot.devices_of(replace(NORD, sites=(odd,))) == (device(1),)


def test_persons_of_a_school_are_unknown_before_its_first_complete_read(store: Store) -> None:
    read(store, SUED, MAX_SUED)
    assert store.snapshot.persons_of(NORD) is None


def test_a_school_that_was_read_may_have_no_persons(store: Store) -> None:
    read(store, NORD)
    assert store.snapshot.persons_of(NORD) == ()


def test_schools_count_as_read_once_their_directory_was_complete(store: Store) -> None:
    sweep(store)
    read(store, NORD)
    store.staging.refuse(NORD.source, "no answer", NOON)
    store.staging.refuse(SUED.source, "no answer", NOON)
    assert store.snapshot.read_schools() == {NORD.number}


def test_persons_elsewhere_are_those_whose_full_address_a_device_here_names(store: Store) -> None:
    read(store, SUED, MAX_SUED, person("emil", school=SUED))
    sweep(store, device(1, user=names("Max.Mueller@100002.example")))
    elsewhere = store.snapshot.persons_elsewhere(NORD, DISTRICT).there
    assert {mail: without_refs(found) for mail, found in elsewhere.items()} == {MAX_SUED.mail: [MAX_SUED]}


def test_persons_elsewhere_carry_their_reference(store: Store) -> None:
    read(store, SUED, MAX_SUED)
    sweep(store, device(1, user=names(MAX_SUED.mail)))
    ref = refs(store, SUED)[MAX_SUED.uuid]
    assert store.snapshot.persons_elsewhere(NORD, DISTRICT).there == {MAX_SUED.mail: (replace(MAX_SUED, ref=ref),)}


def test_persons_elsewhere_are_not_those_of_the_school_itself(store: Store) -> None:
    read(store, NORD, ANNA)
    sweep(store, device(1, user=names(ANNA.mail)))
    assert store.snapshot.persons_elsewhere(NORD, DISTRICT).there == {}


def test_persons_elsewhere_are_asked_for_by_devices_of_this_school_alone(store: Store) -> None:
    read(store, NORD, ANNA)
    read(store, SUED, MAX_SUED)
    sweep(store, device(2, site=20, user=names(MAX_SUED.mail)), device(3, site=20, user=names(ANNA.mail)))
    assert store.snapshot.persons_elsewhere(NORD, DISTRICT).there == {}


def test_an_address_that_two_other_schools_have_finds_both(store: Store) -> None:
    shared = "max.mueller@schulen.example"
    read(store, SUED, replace(MAX_SUED, mail=shared))
    read(store, WEST, replace(MAX_WEST, mail=shared.upper()))
    sweep(store, device(1, user=names(shared)))
    found = store.snapshot.persons_elsewhere(NORD, DISTRICT).there
    assert {mail: [one.school for one in persons] for mail, persons in found.items()} == {
        shared: [SUED.number, WEST.number]
    }


def test_a_device_without_an_address_names_nobody_who_has_none(store: Store) -> None:
    read(store, SUED, replace(MAX_SUED, mail=""))
    sweep(store, device(1, user=names("")))
    assert store.snapshot.persons_elsewhere(NORD, DISTRICT).there == {}


def test_findings_of_a_school_are_those_about_its_devices(store: Store) -> None:
    sweep(store, device(1), device(2, site=20))
    here, there = finding(about=1), finding(about=2, school=SUED)
    commit(store, opened(here, there))
    assert store.snapshot.findings_of_devices(NORD) == {here.key: StoredFinding(finding=here, open=True)}


def test_a_finding_follows_its_device_to_another_school(store: Store) -> None:
    sweep(store, device(1))
    moved = finding(about=1)
    commit(store, opened(moved))
    sweep(store, device(1, site=20))
    assert store.snapshot.findings_of_devices(NORD) == {}
    assert store.snapshot.findings_of_devices(SUED) == {moved.key: StoredFinding(finding=moved, open=True)}


def test_findings_of_a_school_hold_resolved_ones_too(store: Store) -> None:
    sweep(store, device(1))
    commit(store, opened(finding()))
    commit(store, steps(TransitionKind.RESOLVED, finding()))
    assert store.snapshot.findings_of_devices(NORD) == {finding().key: StoredFinding(finding=finding(), open=False)}


def test_open_findings_about_devices_that_are_gone_have_no_subject(store: Store) -> None:
    sweep(store, device(1))
    gone, resolved = finding(about=2), finding(about=3)
    commit(store, opened(finding(about=1), gone, resolved))
    commit(store, steps(TransitionKind.RESOLVED, resolved))
    assert store.snapshot.findings_without_subject() == (StoredFinding(finding=gone, open=True),)


def test_a_device_that_is_missing_once_still_holds_its_findings(store: Store) -> None:
    sweep(store, device(1))
    commit(store, opened(finding(about=1)))
    sweep(store)
    assert store.snapshot.findings_without_subject() == ()
    sweep(store)
    assert store.snapshot.findings_without_subject() == (StoredFinding(finding=finding(about=1), open=True),)


def test_open_findings_are_counted_by_school_and_rule(store: Store) -> None:
    commit(
        store,
        opened(
            finding(about=1),
            finding(about=2),
            finding("wrong-school", about=1),
            finding(about=3, school=SUED),
            finding("wrong-school", about=3, school=SUED),
        ),
    )
    commit(store, steps(TransitionKind.RESOLVED, finding("wrong-school", about=3, school=SUED)))
    assert store.snapshot.open_counts() == {
        NORD.number: {"unknown-user": 2, "wrong-school": 1},
        SUED.number: {"unknown-user": 1},
    }


def test_sources_are_told_in_the_order_of_their_names(store: Store) -> None:
    sweep(store, at=NOON)
    read(store, SUED, at=EVENING)
    read(store, NORD, at=MORNING)
    assert sources(store) == (
        ("iserv-100001", MORNING, None),
        ("iserv-100002", EVENING, None),
        ("jamf", NOON, None),
    )


def test_the_health_of_a_new_store_is_empty(store: Store) -> None:
    assert store.inquiry.health() == Health(last_cycle=None, sources=(), devices=0, persons=0)


def test_health_tells_the_store_at_a_glance(store: Store) -> None:
    sweep(store, device(1), device(2))
    read(store, NORD, ANNA)
    commit(store, opened(finding(about=1), finding(about=2, school=SUED), finding("wrong-school")), at=MORNING)
    put_in(store, "{}", at=NOON)
    assert store.inquiry.health() == Health(
        last_cycle=NOON,
        sources=store.snapshot.sources(),
        devices=2,
        persons=1,
        open_by_rule={"unknown-user": 2, "wrong-school": 1},
        outbox=OutboxTotals(waiting=1),
    )
