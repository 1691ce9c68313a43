"""The schools' directories in memory, whose troubles are told to them."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Self

from mdm_sync.core.completeness import DirectoryProof
from mdm_sync.core.model import Person, School, SchoolClass
from mdm_sync.ports import DirectoryFailure, DirectoryRead


class FakeArrivals:
    """Satisfies ``mdm_sync.ports.Arrivals``; each has come before it is asked for."""

    def __init__(self, answers: Iterator[DirectoryRead | DirectoryFailure]) -> None:
        self._answers = answers

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> DirectoryRead | DirectoryFailure:
        return next(self._answers)

    def here(self) -> DirectoryRead | DirectoryFailure | None:
        return next(self._answers, None)


class FakeDirectories:
    """Satisfies ``mdm_sync.ports.Directories``.

    Attributes:
        persons: the persons by school number; may be changed between two reads.
        failures: why a school cannot be read, by school number.
        unseen: how many of the persons, from the end, do not come although groups name them, by school number.
        unreadable: key and reason of entries that cannot be read, by school number.
        class_names: what class groups are called, by account, where not like the account.
        asked: school numbers of each read.
    """

    def __init__(self, persons: Mapping[str, Sequence[Person]] | None = None) -> None:
        self.persons = {number: list(some) for number, some in (persons or {}).items()}
        self.failures: dict[str, str] = {}
        self.unseen: dict[str, int] = {}
        self.unreadable: dict[str, list[tuple[str, str]]] = {}
        self.class_names: dict[str, str] = {}
        self.asked: list[list[str]] = []

    @contextmanager
    def reading(self, schools: Sequence[School]) -> Iterator[FakeArrivals]:
        self.asked.append([school.number for school in schools])
        yield FakeArrivals(self._read_one(school) for school in reversed(schools))

    def _read_one(self, school: School) -> DirectoryRead | DirectoryFailure:
        if school.directory is None:
            return DirectoryFailure(school=school, error="There is no address.")
        if school.number in self.failures:
            return DirectoryFailure(school=school, error=self.failures[school.number])
        everybody = self.persons.get(school.number, [])
        came = everybody[: len(everybody) - self.unseen.get(school.number, 0)]
        unreadable = self.unreadable.get(school.number, [])
        proof = DirectoryProof(
            users=len(came) + len(unreadable),
            groups=len(school.role_groups),
            members=len(everybody),
            members_found=len(came),
            unreadable=tuple(unreadable),
        )
        accounts = sorted({account for person in everybody for account in person.classes})
        classes = tuple(
            SchoolClass(account=account, name=self.class_names.get(account, account.capitalize()))
            for account in accounts
        )
        return DirectoryRead(school=school, persons=tuple(came), classes=classes, proof=proof)
