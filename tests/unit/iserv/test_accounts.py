"""What the entries of a directory mean."""

from collections.abc import Mapping, Sequence

import pytest

from connectors.iserv.accounts import accounts_of, persons_of, proof_of
from connectors.iserv.classes import GroupNames
from connectors.iserv.groups import Group, Members, classes_of, groups_of, not_among, roles_of
from connectors.iserv.messages import Entry
from connectors.iserv.values import comparable, first_value, parent
from mdm_sync.core.model import Person, Role, School, SchoolClass
from tests.replacing import replace

BASE = "dc=gs-nord,dc=test"
SCHOOL = School(
    number="100001",
    name="GS Nord",
    student_groups=("schueler",),
    teacher_groups=("lehrer",),
    staff_groups=("sekretariat",),
    leaver_groups=("ehemalige",),
)


def user(login: str, *member_of: str) -> Entry:
    return {"uid": [login.encode()], "uuid": [f"u-{login}".encode()], "memberof": [name.encode() for name in member_of]}


def group(account: str, *logins: str, name: str = "", by: str = "memberuid") -> Entry:
    members = logins if by == "memberuid" else [f"cn={login},ou=users,{BASE}" for login in logins]
    return {"cn": [account.encode()], by: [member.encode() for member in members], "description": [name.encode()]}


def groups(*entries: Entry) -> Mapping[str, Group]:
    return groups_of(entries, GroupNames())


def person(login: str, entries: Sequence[Entry], roles: Members | None = None) -> Person:
    accounts, _ = accounts_of([user(login)])
    [found] = persons_of(SCHOOL, accounts, groups(*entries), roles or {})
    return found


class TestRole:
    @pytest.mark.parametrize(
        ("accounts", "role"),
        [
            (["schueler"], Role.STUDENT),
            (["lehrer"], Role.TEACHER),
            (["sekretariat"], Role.STAFF),
            (["schueler", "lehrer", "klasse.5a"], Role.TEACHER),
            (["schueler", "sekretariat"], Role.STAFF),
            (["eltern", "klasse.5a"], Role.UNKNOWN),
            ([], Role.UNKNOWN),
            (["schueler", "ehemalige"], Role.UNKNOWN),
            (["lehrer", "EHEMALIGE"], Role.UNKNOWN),
        ],
    )
    def test_is_that_of_the_groups(self, accounts: list[str], role: Role) -> None:
        assert person("a", [group(account, "a") for account in accounts]).role is role

    def test_of_one_who_has_left_is_told_as_leaving(self) -> None:
        assert person("a", [group("ehemalige", "a")]).leaver
        assert not person("a", [group("schueler", "a")]).leaver

    @pytest.mark.parametrize("by", ["memberuid", "member"])
    def test_is_found_by_either_way_to_name_members(self, by: str) -> None:
        assert person("a.b", [group("lehrer", "A.B", by=by)]).role is Role.TEACHER


class TestRoleNamedByPersonsAlone:
    WANTED = frozenset({"role_teacher"})

    @pytest.mark.parametrize("name", [f"cn=ROLE_TEACHER,ou=roles,{BASE}", f"CN=role_teacher, OU=roles, {BASE.upper()}"])
    def test_is_seen(self, name: str) -> None:
        assert roles_of([user("a", name), user("b")], self.WANTED, BASE) == {"role_teacher": {"a"}}

    @pytest.mark.parametrize(
        "name",
        [
            f"cn=ROLE_TEACHER,ou=groups,{BASE}",
            "cn=ROLE_TEACHER,ou=roles,dc=elsewhere,dc=test",
            f"cn=ROLE_TEACHER,ou=roles,dc=not-{BASE}",
            f"cn=ROLE_STUDENT,ou=roles,{BASE}",
            "ROLE_TEACHER",
            "",
        ],
    )
    def test_is_not_taken_from_elsewhere(self, name: str) -> None:
        assert roles_of([user("a", name)], self.WANTED, BASE) == {}

    def test_counts_as_any_group_does(self) -> None:
        school = replace(SCHOOL, student_groups=("schueler",), teacher_groups=("ROLE_TEACHER",), staff_groups=())
        users = [user("a", f"cn=ROLE_TEACHER,ou=roles,{BASE}"), user("b")]
        told = groups(group("schueler", "a", "b"), group("ehemalige"))
        roles = roles_of(users, not_among(told, school), BASE)
        persons = persons_of(school, accounts_of(users)[0], told, roles)

        assert [one.role for one in persons] == [Role.TEACHER, Role.STUDENT]
        assert proof_of(school, users, told, roles=roles).missing_groups == ()

    def test_is_looked_for_only_where_a_group_is_missing(self) -> None:
        everything = [group(name) for name in ("Schueler", "lehrer", "sekretariat", "ehemalige")]

        assert not_among(groups(*everything), SCHOOL) == frozenset()
        assert not_among(groups(*everything[1:]), SCHOOL) == {"schueler"}

    def test_that_nobody_has_is_missing(self) -> None:
        school = replace(SCHOOL, teacher_groups=("ROLE_TEACHER",))

        assert "ROLE_TEACHER" in proof_of(school, [user("a")], {}).missing_groups


class TestClassesAndGrade:
    def test_are_those_of_the_groups(self) -> None:
        told = person(
            "a",
            [
                group("schueler", "a"),
                group("klasse.5b", "a", name="Klasse 5b"),
                group("klasse.5a", "a"),
                group("klasse.6a", "b"),
                group("jahrgang.5", "a"),
                group("unterricht.ku.01", "a", name="Unterricht KU - Haak - 152C"),
            ],
        )

        assert (told.classes, told.grade) == (("klasse.5a", "klasse.5b"), 5)

    def test_follow_the_display_name_where_the_account_tells_nothing(self) -> None:
        told = person("a", [group("k-fuechse", "a", name="Klasse 3c"), group("schueler", "a")])

        assert (told.classes, told.grade) == (("k-fuechse",), 3)

    def test_of_a_trade_tell_no_grade(self) -> None:
        told = person("a", [group("klasse.fos11", "a", name="Klasse FOS11"), group("schueler", "a")])

        assert (told.classes, told.grade) == (("klasse.fos11",), None)

    @pytest.mark.parametrize("role", ["lehrer", "sekretariat"])
    def test_of_those_who_teach_are_classes_without_a_grade(self, role: str) -> None:
        told = person("a", [group("klasse.5a", "a"), group("jahrgang.5", "a"), group(role, "a")])

        assert (told.classes, told.grade) == (("klasse.5a",), None)

    def test_are_listed_with_their_names(self) -> None:
        told = groups(group("Klasse.5b"), group("klasse.5a", name="Klasse 5a"), group("jahrgang.5"), group("lehrer"))

        assert classes_of(told) == (
            SchoolClass(account="klasse.5a", name="Klasse 5a"),
            SchoolClass(account="Klasse.5b", name="Klasse.5b"),
        )


class TestNames:
    def test_may_be_missing_or_no_text(self) -> None:
        entries = [
            user("a") | {"sn": [b" Okafor "], "givenname": [b"M\xfcde"]},  # type: ignore[operator]  # the raw answer of a user
            user("b"),
            user("c") | {"sn": [b""], "givenname": []},  # type: ignore[operator]  # the raw answer of a user
        ]
        told = [(account.given_name, account.family_name) for account in accounts_of(entries)[0]]

        assert told == [("M\ufffdde", "Okafor"), ("", ""), ("", "")]


@pytest.mark.parametrize(
    ("name", "value", "place"),
    [
        ("cn=a.b,ou=users,dc=s,dc=test", "a.b", "ou=users,dc=s,dc=test"),
        ("CN = a.b , OU=users, DC=S", "a.b", "ou=users,dc=s"),
        (r"cn=Klasse 5a\, rot,ou=groups,dc=s", "Klasse 5a, rot", "ou=groups,dc=s"),
        (r"cn=M\C3\BCller\2C A,ou=users,dc=s", "Müller, A", "ou=users,dc=s"),
        ("cn=a+uid=b,ou=users,dc=s", "a", "ou=users,dc=s"),
        (r"cn=a\\,ou=users", "a\\", "ou=users"),
        ("cn=", "", ""),
        ("nothing", "", ""),
        ("", "", ""),
    ],
)
def test_distinguished_name(name: str, value: str, place: str) -> None:
    assert (first_value(name), parent(name)) == (value, place)


def test_distinguished_names_compare_without_case_and_blanks() -> None:
    assert comparable(" OU = Users , DC=S") == comparable("ou=users,dc=s")
