"""What is staged and accepted comes back equal, field by field."""

from collections.abc import Iterator
from datetime import UTC, date
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mdm_sync.core.completeness import DirectoryProof
from mdm_sync.core.model import NO_SITE, Device, Family, Person, School, SchoolClass, UserFields
from mdm_sync.core.views import Privileges
from mdm_sync.ports import Changes, DirectoryRead
from state import Store
from tests.integration.state.given import MORNING, NORD, SITES, SUED, device, person, read, sweep, without_refs
from tests.replacing import replace

text = st.text(max_size=20)
moments = st.none() | st.datetimes(timezones=st.just(UTC))
flags = st.none() | st.booleans()
names = st.lists(text, max_size=3).map(tuple)
users = st.none() | st.builds(UserFields, username=text, real_name=text, email=text)
devices = st.builds(
    Device,
    jamf_id=st.integers(1, 10**9),
    family=st.sampled_from(Family),
    site_id=st.sampled_from([None, NO_SITE, *SITES]),
    user=users,
    serial=text,
    name=text,
    asset_tag=text,
    model=text,
    management_id=text,
    building=text,
    room=text,
    prestage=text,
    shared=flags,
    managed=flags,
    supervised=flags,
    lost_mode=flags,
    lost_mode_since=moments,
    last_inventory=moments,
    last_contact=moments,
    last_enrolled=moments,
    profile_expires=moments,
    purchased=st.none() | st.dates(min_value=date(1, 1, 1)),
    groups=st.none() | names,
    attributes=st.none() | st.lists(st.tuples(text, text), max_size=3).map(tuple),
)
persons = st.builds(
    Person,
    school=st.just(NORD.number),
    uuid=text,
    login=text,
    mail=text,
    given_name=text,
    family_name=text,
    leaver=st.booleans(),
    classes=names,
    grade=st.none() | st.integers(1, 13),
    ref=st.just(""),
)


@pytest.fixture(scope="module")
def long_kept() -> Iterator[Store]:
    """One store for all examples: each read meets what the last one left."""
    with TemporaryDirectory() as folder:
        store = Store.open(Path(folder))
        yield store
        store.close()


def stored_devices(store: Store) -> dict[str, Device]:
    schools = [replace(NORD, sites=tuple(SITES.values()))]
    return {
        one.subject: one for one in (*store.snapshot.devices_of(schools[0]), *store.snapshot.devices_nowhere(schools))
    }


@settings(max_examples=150)
@given(st.lists(devices, max_size=4, unique_by=lambda one: one.subject))
def test_devices(long_kept: Store, came: list[Device]) -> None:
    sweep(long_kept, *came)
    expected = {one.subject: one for one in came}
    assert {key: one for key, one in stored_devices(long_kept).items() if key in expected} == expected
    assert sweep(long_kept, *came).changed == 0


@settings(max_examples=150)
@given(st.lists(persons, max_size=4, unique_by=lambda one: one.uuid))
def test_persons(long_kept: Store, came: list[Person]) -> None:
    read(long_kept, NORD, *came)
    expected = {one.uuid: one for one in came}
    stored = without_refs(long_kept.snapshot.persons_of(NORD))
    assert {one.uuid: one for one in stored if one.uuid in expected} == expected
    assert read(long_kept, NORD, *came).changed == 0


FULL = Device(
    jamf_id=1,
    family=Family.MOBILE,
    serial="S",
    name="N",
    asset_tag="A",
    kind=device(1).kind,
    model="M",
    site_id=10,
    shared=True,
    user=UserFields(username="u", real_name="r", email="e"),
    management_id="m",
    managed=True,
    supervised=True,
    lost_mode=True,
    lost_mode_since=MORNING,
    last_inventory=MORNING,
    last_contact=MORNING,
    last_enrolled=MORNING,
    profile_expires=MORNING,
    purchased=date(2024, 2, 29),
    building="b",
    room="r",
    prestage="p",
    groups=("g",),
    attributes=(("a", "v"),),
)
UNTOLD = device(1, site=20)


@pytest.mark.parametrize(
    "name",
    [name for name in Device.__struct_fields__ if name not in {"jamf_id", "family", "kind"}],
)
def test_each_field_of_a_device_that_differs_is_a_change(store: Store, name: str) -> None:
    changed = replace(FULL, **{name: getattr(UNTOLD, name)})
    assert changed != FULL
    sweep(store, FULL)
    assert sweep(store, changed) == Changes(changed=1)
    assert stored_devices(store)["device:1"] == changed


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("login", "x"),
        ("mail", "x@y.example"),
        ("role", person("t").role.TEACHER),
        ("given_name", "x"),
        ("family_name", "x"),
        ("leaver", True),
        ("classes", ("x",)),
        ("grade", 5),
    ],
)
def test_each_field_of_a_person_that_differs_is_a_change(store: Store, name: str, value: object) -> None:
    anna = person("anna")
    read(store, NORD, anna)
    assert read(store, NORD, replace(anna, **{name: value})) == Changes(changed=1)
    assert without_refs(store.snapshot.persons_of(NORD)) == [replace(anna, **{name: value})]


def test_no_groups_and_no_answer_about_groups_are_two_things(store: Store) -> None:
    sweep(store, replace(UNTOLD, groups=(), attributes=()))
    assert sweep(store, replace(UNTOLD, groups=None, attributes=())) == Changes(changed=1)
    assert sweep(store, replace(UNTOLD, groups=None, attributes=None)) == Changes(changed=1)


def test_a_computer_and_a_mobile_device_of_one_number_are_two(store: Store) -> None:
    mac = replace(device(1), family=Family.COMPUTER)
    assert sweep(store, device(1), mac) == Changes(added=2)
    assert store.snapshot.devices_of(NORD) == (mac, device(1))
    assert (store.staging.staged_devices(), store.staging.staged_devices(Family.COMPUTER)) == (1, 1)


def test_classes_are_those_of_the_last_read_of_their_school(store: Store) -> None:
    def came(school: School, *names: str) -> None:
        classes = tuple(SchoolClass(account=f"klasse.{name}", name=f"Klasse {name}") for name in names)
        store.staging.accept_directory(
            DirectoryRead(school=school, persons=(), proof=DirectoryProof(users=0, groups=0), classes=classes), MORNING
        )

    came(NORD, "5a", "5b")
    came(SUED, "7c")
    came(NORD, "5b", "6a")
    assert [one.name for one in store.snapshot.classes_of(NORD)] == ["Klasse 5b", "Klasse 6a"]
    assert [one.account for one in store.snapshot.classes_of(SUED)] == ["klasse.7c"]


def test_privileges(store: Store) -> None:
    assert store.snapshot.privileges() == Privileges()
    sweep(store)
    told = Privileges(missing=("Read Sites",), excessive=("Delete Mobile Devices",))
    store.staging.note_privileges(told)
    sweep(store)
    assert store.snapshot.privileges() == told
