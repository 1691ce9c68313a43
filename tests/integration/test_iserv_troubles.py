"""What one school's trouble, or a worker's, costs: that school's answer, its own time, and nothing else."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from itertools import count

import pytest

from connectors.iserv.limits import Limits
from mdm_sync.core.completeness import refuse_directory
from mdm_sync.core.model import Person, School
from mdm_sync.demo.certificates import DemoAuthority
from mdm_sync.demo.district import generate
from mdm_sync.demo.model import Plan
from mdm_sync.ports import DirectoryFailure, DirectoryRead
from tests.far_side import (
    GOOD,
    NOW,
    DirectoryAnswer,
    IServSide,
    Trust,
    iserv_side,
    listening,
)
from tests.integration.demo.background_loop import BackgroundLoop
from tests.replacing import replace

pytestmark = pytest.mark.demo

NORD, SUED = "194011", "194024"
IMPATIENT = Limits(connect_seconds=5, answer_seconds=1, total_seconds=3)

FAULTS: Mapping[str, str | None] = {
    "stopped": None,
    "hanging": None,
    "cut": "4000",
    "stalling": "4000",
    "size-limit-paged": "20",
    "no-rights": None,
    "referral": None,
    "certificate-wrong-name": None,
    "certificate-expired": None,
    "wrong-password": None,
    "empty-tree": None,
}
CAUSES = {
    "stopped": "cannot be reached",
    "hanging": "cannot be reached",
    "cut": "in the middle of an answer",
    "stalling": "did not answer in time",
    "dripping": "Given up after 3 s",
    "size-limit-paged": "result 4",
    "referral": "another server",
    "certificate-wrong-name": "not trusted",
    "certificate-expired": "not trusted",
    "wrong-password": "refuses the account",
    "nobody there": "cannot be reached",
    "no such host": "cannot be reached",
    "speaks HTTP": "cut or malformed",
    "no-rights": "not seen: dc=",
    "empty-tree": "group members",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Troubled:
    """Answers by what is wrong, and by school number of those that are well, and who is in the latter."""

    answers: Mapping[str, DirectoryAnswer]
    well: Mapping[str, Sequence[Person]]


@pytest.fixture(scope="module")
def troubled(
    tmp_path_factory: pytest.TempPathFactory, background: BackgroundLoop, demo_authority: DemoAuthority, trust: Trust
) -> Iterator[Troubled]:
    """One read of schools that are in trouble, each in its own way, and of three that are well."""
    district = generate(Plan(schools=len(FAULTS) + 3, scale=0.05, now=NOW))
    http = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"
    with (
        iserv_side(tmp_path_factory.mktemp("troubled"), demo_authority, district) as side,
        listening(background, trust.contexts[GOOD], http) as web,
        dripping(background, trust) as port,
        ExitStack() as stack,
    ):
        ill, well = side.schools[: len(FAULTS)], side.schools[len(FAULTS) :]
        for (fault, value), school in zip(FAULTS.items(), ill, strict=True):
            stack.enter_context(side.faulty(fault, school.number, value=value))
        schools = dict(zip(FAULTS, ill, strict=True)) | {
            "nobody there": astray(well[0], "100001", "ldaps://localhost:9"),
            "no such host": astray(well[0], "100002", "ldaps://iserv.invalid:10636"),
            "speaks HTTP": astray(well[0], "100003", f"ldaps://localhost:{web.port}"),
            "dripping": astray(well[0], "100004", f"ldaps://localhost:{port}"),
        }
        answers = side.read([*schools.values(), *well], IMPATIENT)
        yield Troubled(
            answers={trouble: answers[school.number] for trouble, school in schools.items()}
            | {school.number: answers[school.number] for school in well},
            well={school.number: side.persons(school.number) for school in well},
        )


@contextmanager
def dripping(loop: BackgroundLoop, trust: Trust) -> Iterator[int]:
    """A server that begins a long answer and goes on with one byte at a time, for ever."""

    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            await reader.read(1)
            writer.write(b"\x30\x83\x01\x00\x00")
            while not writer.is_closing():
                writer.write(b"\x02")
                await writer.drain()
                await asyncio.sleep(0.01)

    server = loop.call(asyncio.start_server(drip, "127.0.0.1", 0, ssl=trust.contexts[GOOD]))
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        loop.call(closed(server))


@contextmanager
def hanging_up_once(loop: BackgroundLoop, url: str) -> Iterator[str]:
    """A way to a directory that lets the first caller down."""
    calls = count()

    async def lead(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if next(calls):
            there = await asyncio.open_connection("127.0.0.1", int(url.rpartition(":")[2]))
            await asyncio.gather(pass_on(reader, there[1]), pass_on(there[0], writer))
        writer.close()

    server = loop.call(asyncio.start_server(lead, "127.0.0.1", 0))
    try:
        yield f"ldaps://localhost:{server.sockets[0].getsockname()[1]}"
    finally:
        loop.call(closed(server))


async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while chunk := await reader.read(1 << 16):
            writer.write(chunk)
            await writer.drain()
    writer.close()


async def closed(server: asyncio.Server) -> None:
    server.close()
    await server.wait_closed()


def astray(school: School, number: str, url: str) -> School:
    assert school.directory is not None
    return replace(school, number=number, directory=replace(school.directory, url=url))


class TestOneSchoolsTrouble:
    @pytest.mark.parametrize("trouble", CAUSES)
    def test_is_told_with_its_cause(self, troubled: Troubled, trouble: str) -> None:
        answer = troubled.answers[trouble]

        told = answer.error if isinstance(answer, DirectoryFailure) else refuse_directory(answer.proof)
        assert told is not None
        assert CAUSES[trouble] in told
        assert "geheim" not in told

    def test_leaves_the_others_alone(self, troubled: Troubled) -> None:
        for number, persons in troubled.well.items():
            answer = troubled.answers[number]

            assert isinstance(answer, DirectoryRead)
            assert set(answer.persons) == set(persons)

    @pytest.mark.parametrize("url", ["ldaps://iserv..test:10636", "ldaps://localhost:ldaps", "ldaps://localhost:99999"])
    def test_of_an_address_that_is_none_leaves_the_others_alone(self, iserv: IServSide, url: str) -> None:
        answers = iserv.read([astray(iserv.school(NORD), NORD, url), iserv.school(SUED)])

        assert "iserv_url" in answers[NORD].error  # type: ignore[union-attr]  # none would fail the test
        assert isinstance(answers[SUED], DirectoryRead)

    def test_of_having_no_address_is_told(self, iserv: IServSide) -> None:
        school = replace(iserv.school(NORD), directory=None)
        answers = iserv.read([school, iserv.school(SUED)])

        assert answers[NORD] == DirectoryFailure(
            school=school, error="The register names no iserv_url for this school."
        )
        assert isinstance(answers[SUED], DirectoryRead)

    def test_that_passes_is_overcome_by_another_try(self, iserv: IServSide, background: BackgroundLoop) -> None:
        with hanging_up_once(background, iserv.directories.url(NORD)) as url:
            answer = iserv.read([astray(iserv.school(NORD), NORD, url)])[NORD]

        assert isinstance(answer, DirectoryRead)
        assert answer.proof.retries == 1
