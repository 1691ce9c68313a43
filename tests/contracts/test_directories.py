from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

import pytest

from connectors.iserv.directories import IServDirectories
from mdm_sync.core.model import DirectoryAddress, Person, Role, School
from tests.contracts.directories import DirectoriesContract, DirectoriesUnderTest
from tests.fakes.directories import FakeDirectories
from tests.far_side import QUICK, IServSide
from tests.replacing import replace


@dataclass(frozen=True, slots=True, kw_only=True)
class IServUnderTest:
    side: IServSide
    troubles: ExitStack

    @property
    def directories(self) -> IServDirectories:
        return self.side.reader(replace(QUICK, page_size=50))

    @property
    def schools(self) -> Sequence[School]:
        return self.side.schools

    def persons(self, number: str) -> Sequence[Person]:
        return self.side.persons(number)

    def refuse(self, number: str) -> None:
        self.troubles.enter_context(self.side.faulty("wrong-password", number))

    def hide_most(self, number: str) -> None:
        self.troubles.enter_context(self.side.faulty("teachers-only", number))

    def spoil(self, number: str) -> None:
        self.troubles.enter_context(self.side.faulty("broken-entries", number))


@pytest.mark.demo
class TestIServDirectories(DirectoriesContract):
    @pytest.fixture
    def far(self, iserv: IServSide) -> Iterator[DirectoriesUnderTest]:
        with ExitStack() as troubles:
            yield IServUnderTest(side=iserv, troubles=troubles)


def school(number: str) -> School:
    address = DirectoryAddress(
        url=f"ldaps://s{number}.test", base_dn=f"dc=s{number},dc=test", account_dn=f"cn=mdm-sync,dc=s{number},dc=test"
    )
    return School(
        number=number,
        name=f"Schule {number}",
        directory=address,
        student_groups=("schueler",),
        teacher_groups=("lehrer",),
    )


def person(number: str, index: int) -> Person:
    login = f"p{index}"
    return Person(
        school=number,
        uuid=f"{number}-{index}",
        login=login,
        mail=f"{login}@s{number}.test",
        role=Role.STUDENT,
        classes=("klasse.5a",),
        grade=5,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class FakeUnderTest:
    directories: FakeDirectories
    schools: Sequence[School]

    def persons(self, number: str) -> Sequence[Person]:
        return self.directories.persons[number]

    def refuse(self, number: str) -> None:
        self.directories.failures[number] = "The account is refused."

    def hide_most(self, number: str) -> None:
        self.directories.unseen[number] = len(self.directories.persons[number]) - 1

    def spoil(self, number: str) -> None:
        self.directories.unreadable[number] = [("entry 7 below ou=users", "it has no uuid")]


class TestFakeDirectories(DirectoriesContract):
    @pytest.fixture
    def far(self) -> DirectoriesUnderTest:
        numbers = ("100001", "100002", "100003")
        persons = {number: [person(number, index) for index in range(40)] for number in numbers}
        return FakeUnderTest(directories=FakeDirectories(persons), schools=[school(number) for number in numbers])
