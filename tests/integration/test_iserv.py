"""The IServ connector against real slapd processes over LDAPS: what a read yields, and when it is refused."""

from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from connectors.iserv.accounts import PERSON_ATTRIBUTES
from connectors.iserv.groups import GROUP_ATTRIBUTES
from mdm_sync.core.completeness import DirectoryProof, refuse_directory
from mdm_sync.core.model import Person, Role, School, SchoolClass
from mdm_sync.demo.directory.broken import BROKEN_PERSONS
from mdm_sync.errors import PermanentError
from mdm_sync.ports import DirectoryFailure, DirectoryRead
from tests.far_side import QUICK, IServSide, iserv_password
from tests.replacing import replace

pytestmark = pytest.mark.demo

NORD, SUED = "194011", "194024"


def read_one(iserv: IServSide, number: str = NORD) -> DirectoryRead:
    return read_school(iserv, iserv.school(number))


def read_school(iserv: IServSide, school: School) -> DirectoryRead:
    answer = iserv.read([school])[school.number]
    assert isinstance(answer, DirectoryRead), answer.error
    return answer


def failure(iserv: IServSide, number: str = NORD) -> str:
    answer = iserv.read([iserv.school(number)])[number]
    assert isinstance(answer, DirectoryFailure)
    assert iserv_password(number) not in answer.error
    return answer.error


def by_uuid(persons: Sequence[Person]) -> list[Person]:
    return sorted(persons, key=lambda person: person.uuid)


class TestRead:
    @pytest.mark.parametrize("number", [NORD, SUED])
    def test_yields_every_person_of_the_school_field_by_field(self, iserv: IServSide, number: str) -> None:
        assert by_uuid(read_one(iserv, number).persons) == by_uuid(iserv.persons(number))

    def test_knows_every_role(self, iserv: IServSide) -> None:
        persons = [*read_one(iserv, NORD).persons, *read_one(iserv, SUED).persons]

        assert {person.role for person in persons} >= {Role.STUDENT, Role.TEACHER, Role.STAFF}

    def test_proves_that_all_came(self, iserv: IServSide) -> None:
        answer = read_one(iserv)

        persons = [person for person in iserv.district.persons if person.school == NORD]
        members = {person.login for person in persons if person.groups}
        assert answer.proof == DirectoryProof(
            users=len(persons),
            groups=sum(group.school == NORD for group in iserv.district.groups),
            members=len(members),
            members_found=len(members),
            pages=2,
        )
        assert refuse_directory(answer.proof) is None

    def test_tells_how_long_it_took(self, iserv: IServSide) -> None:
        assert 0 < read_one(iserv).proof.seconds < QUICK.total_seconds

    @pytest.mark.parametrize("page_size", [1, 7, 50])
    def test_is_the_same_however_small_the_pages_are(self, iserv: IServSide, page_size: int) -> None:
        answer = iserv.read([iserv.school(SUED)], replace(QUICK, page_size=page_size))[SUED]

        assert isinstance(answer, DirectoryRead)
        assert by_uuid(answer.persons) == by_uuid(iserv.persons(SUED))
        assert answer.proof.pages == -(-answer.proof.users // page_size) + -(-answer.proof.groups // page_size)

    def test_of_more_schools_than_are_read_at_a_time_gives_one_answer_each(self, iserv: IServSide) -> None:
        schools = [replace(school, number=f"{school.number}-{copy}") for school in iserv.schools for copy in range(5)]
        answers = iserv.read(schools, password=lambda school: iserv_password(school.number[:6]), at_a_time=3)

        assert sorted(answers) == sorted(school.number for school in schools)
        assert all(isinstance(answer, DirectoryRead) for answer in answers.values())

    @pytest.mark.parametrize("number", [NORD, SUED])
    def test_names_the_classes_as_people_do(self, iserv: IServSide, number: str) -> None:
        groups = [group for group in iserv.district.groups if group.school == number]
        classes = [group for group in groups if group.account.startswith("klasse.")]

        assert len(classes) < len(groups)
        assert read_one(iserv, number).classes == tuple(
            SchoolClass(account=group.account, name=group.name)
            for group in sorted(classes, key=lambda group: group.account)
        )

    def test_asks_for_nothing_that_no_rule_needs(self) -> None:
        assert set(PERSON_ATTRIBUTES) == {"uid", "uuid", "givenName", "sn", "mail"}
        assert set(GROUP_ATTRIBUTES) == {"cn", "description", "memberUid", "member"}

    def test_takes_those_who_are_in_a_group_of_leavers_for_leavers_without_a_role(self, iserv: IServSide) -> None:
        school = replace(iserv.school(NORD), leaver_groups=("LEHRER",))
        read = read_school(iserv, school)
        teachers = {person.uuid for person in iserv.persons(NORD) if person.role is Role.TEACHER}

        leavers = [person for person in read.persons if person.leaver]
        assert {person.uuid for person in leavers} == teachers
        assert {person.role for person in leavers} == {Role.UNKNOWN}

    @pytest.mark.parametrize("fault", ["member-only", "member-uid-only", "no-member-of"])
    def test_finds_the_same_roles_however_groups_name_their_members(self, iserv: IServSide, fault: str) -> None:
        with iserv.faulty(fault, NORD):
            answer = read_one(iserv)

        assert by_uuid(answer.persons) == by_uuid(iserv.persons(NORD))
        assert refuse_directory(answer.proof) is None

    def test_is_complete_though_the_server_limits_searches_without_pages(self, iserv: IServSide) -> None:
        with iserv.faulty("size-limit", NORD, value="20"):
            answer = read_one(iserv)

        assert by_uuid(answer.persons) == by_uuid(iserv.persons(NORD))

    def test_of_a_directory_far_away_is_the_same(self, iserv: IServSide) -> None:
        with iserv.faulty("delay", NORD, value="20"):
            answer = read_one(iserv)

        assert by_uuid(answer.persons) == by_uuid(iserv.persons(NORD))

    def test_takes_names_of_role_groups_in_any_case(self, iserv: IServSide) -> None:
        answer = read_school(
            iserv, replace(iserv.school(NORD), student_groups=("SchuelER",), teacher_groups=("LEHRER",))
        )

        assert by_uuid(answer.persons) == by_uuid(iserv.persons(NORD))

    def test_tells_role_groups_that_are_not_there(self, iserv: IServSide) -> None:
        answer = read_school(iserv, replace(iserv.school(NORD), teacher_groups=("lehrer", "lehrende")))

        assert answer.proof.missing_groups == ("lehrende",)
        assert by_uuid(answer.persons) == by_uuid(iserv.persons(NORD))


class TestRefusal:
    def test_by_a_size_limit_fails_though_pages_came(self, iserv: IServSide) -> None:
        with iserv.faulty("size-limit-paged", NORD, value="20"):
            error = failure(iserv)

        assert "result 4" in error

    def test_by_a_size_limit_of_the_groups_tells_where(self, iserv: IServSide) -> None:
        with iserv.faulty("size-limit-paged", NORD, value="2"):
            error = failure(iserv)

        assert f"ou=groups,{iserv.school(NORD).directory.base_dn}" in error  # type: ignore[union-attr]  # none would fail the test

    def test_by_a_size_limit_of_the_users_fails_though_all_groups_came(self, iserv: IServSide) -> None:
        users = len(iserv.persons(NORD))
        groups = sum(group.school == NORD for group in iserv.district.groups)
        assert groups < users
        with iserv.faulty("size-limit-paged", NORD, value=str(users - 1)):
            error = failure(iserv)

        assert "result 4" in error
        assert f"ou=users,{iserv.school(NORD).directory.base_dn}" in error  # type: ignore[union-attr]  # none would fail the test

    def test_of_every_right_is_no_empty_success(self, iserv: IServSide) -> None:
        with iserv.faulty("no-rights", NORD):
            answer = read_one(iserv)

        base = str(iserv.school(NORD).directory.base_dn)  # type: ignore[union-attr]  # none would fail the test
        assert answer.proof.missing == (base, f"ou=groups,{base}", f"ou=users,{base}")
        assert refuse_directory(answer.proof) is not None

    def test_by_referral_fails(self, iserv: IServSide) -> None:
        with iserv.faulty("referral", NORD):
            assert "another server" in failure(iserv)

    def test_of_the_password_names_the_account_and_asks_once(self, iserv: IServSide) -> None:
        with iserv.faulty("wrong-password", NORD):
            before = iserv.binds(NORD)
            error = failure(iserv)
            after = iserv.binds(NORD)

        assert f"refuses the account {iserv.school(NORD).directory.account_dn}" in error  # type: ignore[union-attr]  # none would fail the test
        assert after - before == 1

    @pytest.mark.parametrize("kind", [PermanentError, FileNotFoundError])
    def test_to_give_the_secret_is_the_failure_of_its_school(self, iserv: IServSide, kind: type[Exception]) -> None:
        def password(school: School) -> str:
            if school.number == NORD:
                raise kind("The secret iserv-194011 is not there.")
            return iserv_password(school.number)

        answers = iserv.read(iserv.schools, password=password)

        assert answers[NORD] == DirectoryFailure(
            school=iserv.school(NORD), error="The secret iserv-194011 is not there."
        )
        assert isinstance(answers[SUED], DirectoryRead)

    def test_to_give_a_password_that_is_not_empty_is_the_failure_of_its_school(self, iserv: IServSide) -> None:
        before = iserv.binds(NORD)
        answers = iserv.read([iserv.school(NORD)], password=lambda _: "")

        assert "is empty" in answers[NORD].error  # type: ignore[union-attr]  # none would fail the test
        assert iserv.binds(NORD) == before

    def test_of_a_tree_without_users_is_refused_by_its_proof(self, iserv: IServSide) -> None:
        with iserv.faulty("empty-tree", NORD):
            answer = read_one(iserv)

        assert (answer.persons, answer.proof.users, answer.proof.members_found) == ((), 0, 0)
        assert answer.proof.members > 0
        assert "group members" in str(refuse_directory(answer.proof))

    def test_to_show_the_students_is_refused_by_its_proof(self, iserv: IServSide) -> None:
        with iserv.faulty("teachers-only", NORD):
            answer = read_one(iserv)

        teachers = [person for person in iserv.persons(NORD) if person.role is Role.TEACHER]
        assert by_uuid(answer.persons) == by_uuid(teachers)
        assert refuse_directory(answer.proof) == (
            f"only {len(teachers)} of {answer.proof.members} group members are among the users read"
        )


class TestBrokenEntries:
    @pytest.fixture
    def answer(self, iserv: IServSide) -> Iterator[DirectoryRead]:
        with iserv.faulty("broken-entries", SUED):
            yield read_one(iserv, SUED)

    def test_cost_none_of_the_others(self, iserv: IServSide, answer: DirectoryRead) -> None:
        sound = [person for person in answer.persons if "broken" not in person.uuid]

        assert by_uuid(sound) == by_uuid(iserv.persons(SUED))

    def test_that_can_be_read_are_persons(self, iserv: IServSide, answer: DirectoryRead) -> None:
        def person(name: str, **changes: Any) -> Person:
            plain = Person(
                school=SUED,
                uuid=f"{SUED}-{name}",
                login=name,
                mail=f"{name}@gy-birkenbach.test",
                role=Role.UNKNOWN,
                given_name="Kaputt",
                family_name="Eintrag",
            )
            return replace(plain, **changes)

        read = {person.uuid: person for person in answer.persons if "broken" in person.uuid}
        hostile, long = (BROKEN_PERSONS[name]["sn"] for name in ("broken.hostile", "broken.long"))
        for expected in (
            person("broken.no-names", mail="", given_name="", family_name=""),
            person("broken.latin1", given_name="J\ufffdrgen", family_name="M\ufffdller"),
            person("broken.long", given_name=long, family_name=long),
            person("broken.hostile", given_name=hostile, family_name=hostile, mail=hostile),
            person("broken.far-group"),
        ):
            assert read[expected.uuid] == expected
        assert f"{SUED}-broken.binary-name" in read
        assert iserv.directories.active() == {"broken-entries": {SUED: None}}

    def test_without_login_are_told_by_uuid(self, answer: DirectoryRead) -> None:
        assert (f"{SUED}-broken.no-login", "it has no uid") in answer.proof.unreadable

    def test_without_a_key_are_told_by_their_place(self, answer: DirectoryRead) -> None:
        told = [reason for key, reason in answer.proof.unreadable if key.endswith("below ou=users")]

        assert sorted(told) == ["it has no uuid", "it has no uuid", "its uuid is no UTF-8"]

    def test_with_the_key_of_another_are_no_two_persons_under_one_key(self, answer: DirectoryRead) -> None:
        keys = [person.uuid for person in answer.persons]

        assert len(keys) == len(set(keys))

    def test_are_told_without_a_name(self, answer: DirectoryRead) -> None:
        told = str(answer.proof.unreadable)

        assert not any(text in told for text in ("Kaputt", "Eintrag", "Müller", "Langername", "<script>"))

    def test_count_as_users_that_came(self, iserv: IServSide, answer: DirectoryRead) -> None:
        assert answer.proof.users == len(iserv.persons(SUED)) + len(BROKEN_PERSONS)
