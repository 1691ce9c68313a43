import base64
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from mdm_sync.demo.certificates import DemoAuthority
from mdm_sync.demo.directory import Directories
from mdm_sync.demo.directory.broken import BROKEN_GROUPS, BROKEN_PERSONS
from mdm_sync.demo.errors import DemoError
from tests.integration.demo.directory_world import NORD, PATIENCE, SUED, Outside, district, password

pytestmark = pytest.mark.demo

NO_CONNECTION = 255
PERSONS = 60


@pytest.fixture(scope="module")
def outside(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outside]:
    folder = tmp_path_factory.mktemp("directories")
    authority, content = DemoAuthority.create(), district(persons=PERSONS)
    with Directories(folder / "run", authority, content, password) as directories:
        yield Outside(directories=directories, district=content, authority=authority.ca_file(folder))


@contextmanager
def faulty(outside: Outside, name: str, value: str | None = None) -> Iterator[None]:
    """Switch a fault on for one school; the other one and, afterwards, both must be served."""
    outside.directories.fault(name, on=True, school_number=NORD, value=value)
    try:
        yield
        assert is_sound(outside, SUED)
    finally:
        outside.directories.fault(name, on=False, school_number=NORD)
    assert is_sound(outside, NORD)
    assert outside.directories.active() == {}


def is_sound(outside: Outside, number: str) -> bool:
    people, groups = outside.people(number), outside.groups(number)
    teachers = outside.groups(number, "(cn=lehrer)")
    return (
        (people.code, groups.code) == (0, 0)
        and len(people.names) == len(people.values("uuid")) == PERSONS
        and len(people.values("memberOf")) == 2 * PERSONS
        and len(groups.names) == 5
        and len(teachers.values("member")) == len(teachers.values("memberUid")) == PERSONS // 10
    )


def test_stopped_directory_refuses_connections(outside: Outside) -> None:
    with faulty(outside, "stopped"):
        answer = outside.people(NORD)
        assert answer.code == NO_CONNECTION
        with pytest.raises(ConnectionRefusedError):
            outside.shake_hands(NORD, PATIENCE)


def test_hanging_directory_accepts_and_says_nothing(outside: Outside) -> None:
    with faulty(outside, "hanging"), pytest.raises(TimeoutError):
        outside.shake_hands(NORD, 0.3)


def test_delayed_directory_answers_later_than_a_hasty_client_waits(outside: Outside) -> None:
    with faulty(outside, "delay", "400"):
        with pytest.raises(TimeoutError):
            outside.shake_hands(NORD, 0.2)
        assert outside.shake_hands(NORD, PATIENCE) == "TLSv1.3"
        assert len(outside.people(NORD, paged=False).names) == PERSONS


def test_cut_connection_ends_within_the_search(outside: Outside) -> None:
    with faulty(outside, "cut"):
        answer = outside.people(NORD)
        assert answer.code == NO_CONNECTION
        assert 0 < len(answer.names) < PERSONS


def test_stalling_directory_stops_talking_within_the_search(outside: Outside) -> None:
    with faulty(outside, "stalling"):
        with pytest.raises(subprocess.TimeoutExpired) as waited:
            outside.people(NORD, patience=1)
        assert waited.value.stdout is None or waited.value.stdout.count(b"dn: ") < PERSONS


@pytest.mark.parametrize(
    ("fault", "verdict"),
    [
        ("certificate-wrong-name", "hostname mismatch"),
        ("certificate-expired", "certificate has expired"),
        ("certificate-unknown", "unable to get local issuer certificate|unable to verify the first certificate"),
    ],
)
def test_faulty_certificate_is_refused_by_a_client_that_checks(outside: Outside, fault: str, verdict: str) -> None:
    with faulty(outside, fault):
        assert any(reason in outside.openssl(NORD) for reason in verdict.split("|"))
        assert outside.people(NORD).code == NO_CONNECTION
        assert "0 (ok)" in outside.openssl(SUED)
    assert "0 (ok)" in outside.openssl(NORD)


def test_size_limit_strikes_a_search_without_pages(outside: Outside) -> None:
    with faulty(outside, "size-limit", "25"):
        answer = outside.people(NORD, paged=False)
        assert (answer.code, len(answer.names)) == (4, 25)
        assert len(outside.people(NORD).names) == PERSONS


def test_size_limit_can_strike_a_paged_search_too(outside: Outside) -> None:
    with faulty(outside, "size-limit-paged", "25"):
        answer = outside.search(NORD, "-s", "one", "-E", "pr=10/noprompt", paged=False)
        assert (answer.code, len(answer.names)) == (4, 25)


def test_account_without_rights_finds_no_such_object(outside: Outside) -> None:
    with faulty(outside, "no-rights"):
        assert outside.search(NORD).code == 32
        assert outside.search(NORD, unit="").code == 32


@pytest.mark.parametrize("unit", ["", "ou=users,", "ou=groups,"])
def test_referral_is_result_10_for_every_search(outside: Outside, unit: str) -> None:
    with faulty(outside, "referral"):
        answer = outside.search(NORD, unit=unit)
        assert answer.code == 10
        assert f"ldap://localhost:9/{unit}{outside.school(NORD).base_dn}" in answer.errors


def test_changed_password_is_invalid_credentials(outside: Outside) -> None:
    with faulty(outside, "wrong-password"):
        assert outside.people(NORD).code == 49


def test_empty_tree_has_users_branch_and_nobody_in_it(outside: Outside) -> None:
    with faulty(outside, "empty-tree"):
        answer = outside.search(NORD)
        assert answer.code == 0
        assert answer.names == [f"ou=users,{outside.school(NORD).base_dn}"]


def test_teachers_only_shows_a_tenth_of_the_people_and_all_groups(outside: Outside) -> None:
    with faulty(outside, "teachers-only"):
        assert len(outside.people(NORD).names) == PERSONS // 10
        assert len(outside.groups(NORD, "(cn=schueler)").values("member")) == PERSONS * 9 // 10


@pytest.mark.parametrize(("fault", "kept", "gone"), [
    ("member-only", "member", "memberUid"),
    ("member-uid-only", "memberUid", "member"),
])  # fmt: skip
def test_groups_can_name_members_in_one_way_only(outside: Outside, fault: str, kept: str, gone: str) -> None:
    with faulty(outside, fault):
        groups = outside.groups(NORD)
        assert len(groups.values(kept)) == 2 * PERSONS
        assert groups.values(gone) == []


def test_persons_can_lack_their_groups(outside: Outside) -> None:
    with faulty(outside, "no-member-of"):
        assert outside.people(NORD).values("memberOf") == []


def test_broken_entries_come_beside_the_sound_ones(outside: Outside) -> None:
    with faulty(outside, "broken-entries"):
        people = outside.people(NORD)
        assert people.code == 0
        assert len(people.names) == PERSONS + len(BROKEN_PERSONS)
        assert outside.groups(NORD, "(cn=broken.*)", "dn").names == [
            f"cn={name},ou=groups,{outside.school(NORD).base_dn}" for name in BROKEN_GROUPS
        ]


@pytest.mark.parametrize(
    ("name", "attribute", "expected"),
    [
        ("broken.no-key", "uuid", None),
        ("broken.no-login", "uid", None),
        ("broken.no-names", "sn", None),
        ("broken.latin1", "sn", "Müller".encode("latin-1")),
        ("broken.binary-name", "sn", bytes(range(256))),
        ("broken.binary-key", "uuid", b"\x00\xff\xfe\x80"),
        ("broken.long", "givenName", b"Langername" * 10_000),
    ],
)
def test_broken_entry_arrives_as_broken_as_it_is(
    outside: Outside, name: str, attribute: str, expected: bytes | None
) -> None:
    with faulty(outside, "broken-entries"):
        lines = outside.people(NORD, f"(cn={name})", attribute).text.splitlines()

    values = [line.removeprefix(f"{attribute}:") for line in lines if line.startswith(f"{attribute}:")]
    assert [decoded(value) for value in values] == ([] if expected is None else [expected])


def decoded(value: str) -> bytes:
    return base64.b64decode(value[2:]) if value.startswith(":") else value.strip().encode()


def test_several_faults_of_one_school_hold_together(outside: Outside) -> None:
    with faulty(outside, "delay", "50"), faulty_too(outside, "certificate-expired"), faulty_too(outside, "no-rights"):
        assert "certificate has expired" in outside.openssl(NORD)
        assert outside.directories.active() == {
            "delay": {NORD: "50"},
            "certificate-expired": {NORD: None},
            "no-rights": {NORD: None},
        }


@contextmanager
def faulty_too(outside: Outside, name: str) -> Iterator[None]:
    outside.directories.fault(name, on=True, school_number=NORD)
    yield
    outside.directories.fault(name, on=False, school_number=NORD)


def test_fault_without_a_school_strikes_all_until_it_is_off_for_all(outside: Outside) -> None:
    outside.directories.fault("no-rights", on=True, school_number=None)
    assert [outside.search(number).code for number in (NORD, SUED)] == [32, 32]

    outside.directories.fault("no-rights", on=False, school_number=SUED)
    assert [outside.search(number).code for number in (NORD, SUED)] == [32, 0]

    outside.directories.fault("no-rights", on=False, school_number=None)
    assert [outside.search(number).code for number in (NORD, SUED)] == [0, 0]


@pytest.mark.parametrize(
    ("name", "school", "value", "message"),
    [
        ("sleepy", NORD, None, "no directory fault is called 'sleepy'"),
        ("stopped", "999999", None, "no school '999999'"),
        ("delay", NORD, "soon", "whole number"),
    ],
)
def test_fault_that_does_not_exist_is_refused_and_changes_nothing(
    outside: Outside, name: str, school: str, value: str | None, message: str
) -> None:
    with pytest.raises(DemoError, match=message):
        outside.directories.fault(name, on=True, school_number=school, value=value)

    assert outside.directories.active() == {}
    assert is_sound(outside, NORD)
