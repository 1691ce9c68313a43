"""The IServ connector against real slapd processes over LDAPS."""

import gc
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from connectors.iserv import IServDirectories
from connectors.iserv.search import Limits, directory
from mdm_sync.core.completeness import DirectoryProof, refuse_directory
from mdm_sync.core.model import DirectoryAddress, Person, Role, School
from mdm_sync.demo.certificates import DemoAuthority
from mdm_sync.demo.directory.broken import BROKEN_PERSONS
from mdm_sync.demo.district import generate
from mdm_sync.demo.model import Plan
from mdm_sync.errors import PermanentError, TemporaryError
from mdm_sync.ports import DirectoryFailure, DirectoryRead
from tests.far_side import GOOD, NOW, WRONG_CERTIFICATES, IServSide, Trust, iserv_password, iserv_side, listening
from tests.integration.demo.background_loop import BackgroundLoop

pytestmark = [
    pytest.mark.demo,
    pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"),  # one test asks for it
]

NORD, SUED = "194011", "194024"
Answer = DirectoryRead | DirectoryFailure


def read(reader: IServDirectories, schools: Sequence[School]) -> Mapping[str, Answer]:
    return {answer.school.number: answer for answer in reader.read(schools)}


def read_one(iserv: IServSide, number: str = NORD) -> DirectoryRead:
    [answer] = iserv.reader().read([iserv.school(number)])
    assert isinstance(answer, DirectoryRead), answer.error
    return answer


def failure(iserv: IServSide, number: str = NORD) -> str:
    [answer] = iserv.reader().read([iserv.school(number)])
    assert isinstance(answer, DirectoryFailure)
    assert answer.school.number == number
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
        )
        assert refuse_directory(answer.proof, previous=None) is None

    @pytest.mark.parametrize("page_size", [1, 7, 50])
    def test_is_the_same_however_small_the_pages_are(self, iserv: IServSide, page_size: int) -> None:
        [answer] = iserv.reader(page_size=page_size).read([iserv.school(SUED)])

        assert isinstance(answer, DirectoryRead)
        assert by_uuid(answer.persons) == by_uuid(iserv.persons(SUED))

    def test_of_all_schools_gives_one_answer_each(self, iserv: IServSide) -> None:
        answers = list(iserv.reader().read(iserv.schools))

        assert sorted(answer.school.number for answer in answers) == [NORD, SUED]

    def test_brings_no_real_name_in(self, iserv: IServSide) -> None:
        told = repr([read_one(iserv, number) for number in (NORD, SUED)])
        umlauts = {person.family_name for person in iserv.district.persons if not person.family_name.isascii()}

        assert umlauts
        assert not any(name in told for name in umlauts)

    @pytest.mark.parametrize("fault", ["member-only", "member-uid-only", "no-member-of"])
    def test_finds_the_same_roles_however_groups_name_their_members(self, iserv: IServSide, fault: str) -> None:
        with iserv.faulty(fault, NORD):
            answer = read_one(iserv)

        assert by_uuid(answer.persons) == by_uuid(iserv.persons(NORD))
        assert refuse_directory(answer.proof, previous=None) is None

    def test_is_complete_though_the_server_limits_searches_without_pages(self, iserv: IServSide) -> None:
        with iserv.faulty("size-limit", NORD, value="20"):
            answer = read_one(iserv)

        assert by_uuid(answer.persons) == by_uuid(iserv.persons(NORD))

    def test_of_a_directory_far_away_is_the_same(self, iserv: IServSide) -> None:
        with iserv.faulty("delay", NORD, value="20"):
            answer = read_one(iserv)

        assert by_uuid(answer.persons) == by_uuid(iserv.persons(NORD))

    def test_takes_names_of_role_groups_in_any_case(self, iserv: IServSide) -> None:
        school = replace(iserv.school(NORD), student_groups=("SchuelER",), teacher_groups=("LEHRER",))
        [answer] = iserv.reader().read([school])

        assert isinstance(answer, DirectoryRead)
        assert by_uuid(answer.persons) == by_uuid(iserv.persons(NORD))

    def test_tells_role_groups_that_are_not_there(self, iserv: IServSide) -> None:
        school = replace(iserv.school(NORD), teacher_groups=("lehrer", "lehrende"))
        [answer] = iserv.reader().read([school])

        assert isinstance(answer, DirectoryRead)
        assert answer.proof.missing_groups == ("lehrende",)


@pytest.mark.usefixtures("_swept_up")
class TestCertificate:
    @pytest.mark.parametrize("wrong", WRONG_CERTIFICATES)
    def test_that_is_wrong_is_refused_and_the_server_sees_no_bind(self, iserv: IServSide, wrong: str) -> None:
        with iserv.faulty(f"certificate-{wrong}", NORD):
            before = iserv.binds(NORD)
            error = failure(iserv)
            after = iserv.binds(NORD)

        assert after == before
        assert "no password was sent" in error
        assert iserv.school(NORD).name not in error

    def test_that_is_right_lets_the_server_see_a_bind(self, iserv: IServSide) -> None:
        before = iserv.binds(NORD)
        read_one(iserv)

        assert iserv.binds(NORD) == before + 1

    @pytest.mark.parametrize("wrong", WRONG_CERTIFICATES)
    def test_that_is_wrong_gets_no_byte_of_ours(self, background: BackgroundLoop, trust: Trust, wrong: str) -> None:
        with listening(background, trust.contexts[wrong]) as server, pytest.raises(PermanentError, match="not trusted"):
            bind(server.port, trust.ca_file)

        assert b"".join(server.heard) == b""

    def test_that_is_right_gets_the_password(self, background: BackgroundLoop, trust: Trust) -> None:
        with listening(background, trust.contexts[GOOD]) as server, pytest.raises(TemporaryError):
            bind(server.port, trust.ca_file)

        assert b"bind-geheim" in b"".join(server.heard)

    def test_of_our_own_authority_is_refused_without_its_file(self, iserv: IServSide) -> None:
        reader = IServDirectories(password=lambda _: "x", ca_file=None, limits=Limits())
        before = iserv.binds(NORD)
        [answer] = reader.read([iserv.school(NORD)])

        assert isinstance(answer, DirectoryFailure)
        assert "iserv.ca_file" in answer.error
        assert iserv.binds(NORD) == before

    def test_file_that_is_missing_is_told_for_each_school(self, iserv: IServSide, tmp_path: Path) -> None:
        reader = IServDirectories(password=lambda _: "x", ca_file=tmp_path / "missing.pem", limits=Limits())
        answers = read(reader, iserv.schools)

        errors = [answer.error for answer in answers.values() if isinstance(answer, DirectoryFailure)]
        assert len(errors) == 2
        assert all("missing.pem" in error for error in errors)


def bind(port: int, ca_file: Path) -> None:
    address = DirectoryAddress(
        url=f"ldaps://localhost:{port}", base_dn="dc=gs-nord,dc=test", account_dn="cn=mdm-sync,dc=gs-nord,dc=test"
    )
    limits = Limits(connect_seconds=5, answer_seconds=10)
    with directory(address, "bind-geheim", ca_file=ca_file, limits=limits):
        pass


class TestRefusal:
    def test_by_a_size_limit_fails_though_pages_came(self, iserv: IServSide) -> None:
        with iserv.faulty("size-limit-paged", NORD, value="20"):
            error = failure(iserv)

        assert "result 4" in error
        assert f"ou=users,{iserv.school(NORD).directory.base_dn}" in error  # type: ignore[union-attr]

    def test_by_a_size_limit_of_the_groups_fails_though_all_users_came(self, iserv: IServSide) -> None:
        users = len(iserv.persons(NORD))
        groups = sum(group.school == NORD for group in iserv.district.groups)
        assert groups < users
        with iserv.faulty("size-limit-paged", NORD, value=str(users - 1)):
            assert "result 4" in failure(iserv)

    def test_of_every_right_is_no_empty_success(self, iserv: IServSide) -> None:
        with iserv.faulty("no-rights", NORD):
            answer = read_one(iserv)

        base = str(iserv.school(NORD).directory.base_dn)  # type: ignore[union-attr]
        assert answer.proof.missing == (base, f"ou=users,{base}", f"ou=groups,{base}")
        assert refuse_directory(answer.proof, previous=None) is not None

    def test_by_referral_fails(self, iserv: IServSide) -> None:
        with iserv.faulty("referral", NORD):
            assert "another server" in failure(iserv)

    def test_of_the_password_names_the_account_and_asks_once(self, iserv: IServSide) -> None:
        with iserv.faulty("wrong-password", NORD):
            before = iserv.binds(NORD)
            error = failure(iserv)
            after = iserv.binds(NORD)

        assert f"refuses the account {iserv.school(NORD).directory.account_dn}" in error  # type: ignore[union-attr]
        assert after - before == 1

    def test_to_give_the_secret_is_the_failure_of_its_school(self, iserv: IServSide) -> None:
        def password(school: School) -> str:
            if school.number == NORD:
                raise PermanentError("The secret iserv-194011 is not there.")
            return iserv_password(school.number)

        reader = IServDirectories(password=password, ca_file=iserv.ca_file, limits=Limits())
        answers = read(reader, iserv.schools)

        assert answers[NORD] == DirectoryFailure(
            school=iserv.school(NORD), error="The secret iserv-194011 is not there."
        )
        assert isinstance(answers[SUED], DirectoryRead)

    def test_of_a_tree_without_users_is_refused_by_its_proof(self, iserv: IServSide) -> None:
        with iserv.faulty("empty-tree", NORD):
            answer = read_one(iserv)

        assert (answer.persons, answer.proof.users, answer.proof.members_found) == ((), 0, 0)
        assert answer.proof.members > 0
        assert "group members" in str(refuse_directory(answer.proof, previous=None))

    def test_to_show_the_students_is_refused_by_its_proof(self, iserv: IServSide) -> None:
        with iserv.faulty("teachers-only", NORD):
            answer = read_one(iserv)

        teachers = [person for person in iserv.persons(NORD) if person.role is Role.TEACHER]
        assert by_uuid(answer.persons) == by_uuid(teachers)
        assert refuse_directory(answer.proof, previous=None) == (
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
        def person(name: str, mail: str | None = None) -> Person:
            whole = f"{name}@gy-birkenbach.test" if mail is None else mail
            return Person(school=SUED, uuid=f"{SUED}-{name}", login=name, mail=whole, role=Role.UNKNOWN)

        read = {person.uuid: person for person in answer.persons if "broken" in person.uuid}
        hostile = BROKEN_PERSONS["broken.hostile"]["mail"]
        assert isinstance(hostile, str)
        for expected in (
            person("broken.no-names", ""),
            person("broken.latin1"),
            person("broken.binary-name"),
            person("broken.long"),
            person("broken.hostile", hostile),
            person("broken.far-group"),
        ):
            assert read[expected.uuid] == expected
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


SERVER_FAULTS = ("stopped", "cut", "stalling", "hanging")


@dataclass(frozen=True, slots=True, kw_only=True)
class Troubled:
    """Answers by what is wrong, and whom the school that is well has."""

    answers: Mapping[str, Answer]
    well: Sequence[Person]


@pytest.fixture(scope="module")
def troubled(
    tmp_path_factory: pytest.TempPathFactory, background: BackgroundLoop, demo_authority: DemoAuthority, trust: Trust
) -> Iterator[Troubled]:
    """One read of schools that are in trouble, each in its own way, and of one that is well."""
    district = generate(Plan(schools=len(SERVER_FAULTS) + 1, scale=0.05, now=NOW))
    http = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"
    with (
        iserv_side(tmp_path_factory.mktemp("troubled"), demo_authority, district) as side,
        listening(background, trust.contexts[GOOD], http) as web,
        ExitStack() as stack,
    ):
        *ill, well = side.schools
        for fault, school in zip(SERVER_FAULTS, ill, strict=True):
            stack.enter_context(side.faulty(fault, school.number, value="4000" if fault != "stopped" else None))
        schools = dict(zip(SERVER_FAULTS, ill, strict=True)) | {
            "nobody there": astray(well, "100001", "ldaps://localhost:9"),
            "no such host": astray(well, "100002", "ldaps://iserv.invalid:10636"),
            "speaks HTTP": astray(well, "100003", f"ldaps://localhost:{web.port}"),
            "well": well,
        }
        answers = read(side.reader(answer_seconds=1), list(schools.values()))
        yield Troubled(
            answers={trouble: answers[school.number] for trouble, school in schools.items()},
            well=side.persons(well.number),
        )


def astray(school: School, number: str, url: str) -> School:
    assert school.directory is not None
    return replace(school, number=number, directory=replace(school.directory, url=url))


@pytest.fixture
def _swept_up() -> Iterator[None]:
    """What a test leaves open is closed while its warnings are still ours."""
    yield
    gc.collect()


@pytest.mark.usefixtures("_swept_up")
class TestOneSchoolsTrouble:
    @pytest.mark.parametrize("trouble", [*SERVER_FAULTS, "nobody there", "no such host", "speaks HTTP"])
    def test_is_told_as_its_failure(self, troubled: Troubled, trouble: str) -> None:
        answer = troubled.answers[trouble]

        assert isinstance(answer, DirectoryFailure)
        assert "geheim" not in answer.error

    def test_leaves_the_others_alone(self, troubled: Troubled) -> None:
        answer = troubled.answers["well"]

        assert isinstance(answer, DirectoryRead)
        assert by_uuid(answer.persons) == by_uuid(troubled.well)

    @pytest.mark.parametrize("url", ["ldaps://iserv..test:10636", "ldaps://localhost:ldaps", "ldaps://localhost:99999"])
    def test_of_an_address_that_is_none_leaves_the_others_alone(self, iserv: IServSide, url: str) -> None:
        answers = read(iserv.reader(), [astray(iserv.school(NORD), NORD, url), iserv.school(SUED)])

        assert isinstance(answers[NORD], DirectoryFailure)
        assert isinstance(answers[SUED], DirectoryRead)

    def test_of_having_no_address_is_told(self, iserv: IServSide) -> None:
        school = replace(iserv.school(NORD), directory=None)
        answers = read(iserv.reader(), [school, iserv.school(SUED)])

        assert answers[NORD] == DirectoryFailure(
            school=school, error="The register names no iserv_url for this school."
        )
        assert isinstance(answers[SUED], DirectoryRead)

    def test_with_its_certificate_leaves_no_connection_open(self, background: BackgroundLoop, trust: Trust) -> None:
        with (
            listening(background, trust.contexts["wrong-name"]) as server,
            warnings.catch_warnings(record=True) as told,
        ):
            warnings.simplefilter("always")
            with pytest.raises(PermanentError):
                bind(server.port, trust.ca_file)
            gc.collect()

        assert [str(warning.message) for warning in told if warning.category is ResourceWarning] == []
